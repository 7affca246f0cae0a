#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"

struct evp_pkey_st;

namespace lazulite {

/// A public key that signatures of JSON web tokens are verified with. Any thread.
class VerifyingKey {
  public:
    /// The key of a certificate in PEM form; nothing where there is none.
    [[nodiscard]] static std::optional<VerifyingKey> from_certificate(const std::string& pem);
    /// A JSON web key: RSA, or EC on the curve P-256 (RFC 7517).
    [[nodiscard]] static std::optional<VerifyingKey> from_jwk(const nlohmann::json& jwk);

    /// Whether `signature` over `message` was made with this key. `algorithm`: RS256, PS256 or ES256 (RFC 7518); any
    /// other never fits.
    [[nodiscard]] bool fits(std::string_view algorithm, std::string_view message, std::string_view signature) const;

  private:
    friend class SigningKey;
    explicit VerifyingKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

    std::shared_ptr<evp_pkey_st> key_;
};

/// The RSA key that this emulator signs its own tokens with. Any thread.
class SigningKey {
  public:
    /// A new one, of 2,048 bits. Throws std::runtime_error where OpenSSL has no random numbers.
    [[nodiscard]] static SigningKey make();
    [[nodiscard]] static std::optional<SigningKey> from_pem(const std::string& pem);
    [[nodiscard]] std::string pem() const;

    [[nodiscard]] std::string sign(std::string_view message) const;  ///< RS256, the bytes
    [[nodiscard]] VerifyingKey verifying() const { return VerifyingKey(key_); }
    /// What tokens name it by: the thumbprint of RFC 7638.
    [[nodiscard]] const std::string& id() const { return id_; }
    /// The public half, as a key set lists it.
    [[nodiscard]] const nlohmann::json& jwk() const { return jwk_; }

  private:
    explicit SigningKey(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
    nlohmann::json jwk_;
    std::string id_;
};

}  // namespace lazulite
