#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

struct ssl_ctx_st;

namespace lazulite {

/// A certificate with its private key, as a listener shows them to TLS 1.2 and 1.3 clients. Any thread.
class TlsContext {
  public:
    using Loaded = tl::expected<std::shared_ptr<const TlsContext>, std::string>;

    /// Two PEM files: the certificate, with the chain behind it, and the key, which `password` opens if it is encrypted.
    /// The error is one clear line that names the file.
    [[nodiscard]] static Loaded from_pem(const std::string& certificate, const std::string& key,
                                         const std::optional<std::string>& password = std::nullopt);
    /// A PKCS #12 file (.pfx, .p12).
    [[nodiscard]] static Loaded from_pfx(const std::string& file, const std::string& password);

    [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    TlsContext();

    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace lazulite
