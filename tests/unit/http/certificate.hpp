#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "http/tls.hpp"

namespace lazulite::test {

/// A key and a certificate that it signed itself, for localhost, in files that go with the object.
class Certificate {
  public:
    explicit Certificate(const std::string& name = "localhost", std::chrono::seconds since = -std::chrono::hours(1),
                         std::chrono::seconds until = std::chrono::hours(1));  ///< from now
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    [[nodiscard]] std::string file() const { return (folder_ / "certificate.pem").string(); }
    [[nodiscard]] std::string key() const { return (folder_ / "key.pem").string(); }
    /// The key once more, encrypted.
    [[nodiscard]] std::string encrypted_key(const std::string& password) const;
    [[nodiscard]] std::string pfx(const std::string& password) const;
    [[nodiscard]] std::filesystem::path folder() const { return folder_; }

  private:
    struct Parts;
    std::filesystem::path folder_;
    std::unique_ptr<Parts> parts_;
};

/// The same one for all tests of a program.
[[nodiscard]] std::shared_ptr<const TlsContext> test_tls();

}  // namespace lazulite::test
