#pragma once

#include <functional>
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
    /// What a PEM file would hold; `name` is what the error calls it.
    [[nodiscard]] static Loaded from_text(const std::string& certificate, const std::string& key, const std::string& name);

    [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }
    /// What a person should know about the certificate, in one line; mostly nothing. One that has expired is not taken at all.
    [[nodiscard]] const std::string& doubt() const { return doubt_; }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    TlsContext();

    /// Whether the time of the certificate has come and is not over. The error is one clear line.
    tl::expected<void, std::string> check_lifetime(const std::string& file);

    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::string doubt_;
};

/// What a listener shows to whoever connects now; asked for each connection, so it may change. Any thread; never null.
using TlsSource = std::function<std::shared_ptr<const TlsContext>()>;

}  // namespace lazulite
