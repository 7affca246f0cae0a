#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.hpp"

struct evp_pkey_st;
struct x509_st;

namespace lazulite {

/// A certificate and its private key, as PEM.
struct CertifiedKey {
    std::string certificate;
    std::string key;
};

/// What stands in a certificate.
struct CertificateFacts {
    Instant not_before;
    Instant not_after;
    std::string fingerprint;         ///< SHA-256, hexadecimal
    std::vector<std::string> hosts;  ///< names and addresses that it is for
};
[[nodiscard]] tl::expected<CertificateFacts, std::string> read_certificate(const std::string& pem);

/// Signs certificates for servers of this machine. Two of its own: the root, which people trust and whose key is
/// forgotten as soon as it has signed the other, and the issuer's. The names that it may sign stand in both (name
/// constraints): localhost and what is below it, loopback addresses, and the hosts it was made for. So nobody can use
/// the key that is left against those who trust the root, for any other site; not every client looks at constraints in
/// a root. Making and issuing throw std::runtime_error where OpenSSL fails.
class LocalAuthority {
  public:
    static constexpr std::chrono::days kLife{3650};
    static constexpr std::chrono::days kServerLife{396};  ///< clients refuse more than 398, some more than 397

    [[nodiscard]] static LocalAuthority make(std::span<const std::string> hosts, Instant now);
    /// What `pem` has, one behind the other. The error says what is wrong with it.
    [[nodiscard]] static tl::expected<LocalAuthority, std::string> read(const std::string& pem);

    /// A new key with a certificate for `hosts`: names, names that begin with "*.", and addresses. The issuer's stands
    /// behind it.
    [[nodiscard]] CertifiedKey issue(std::span<const std::string> hosts, Instant now) const;
    /// Whether clients take a certificate for that host from it.
    [[nodiscard]] bool may_sign(const std::string& host) const;
    /// Whether it signed that certificate.
    [[nodiscard]] bool signed_by_it(const std::string& certificate) const;

    /// The issuer's key and certificate, and the root behind it.
    [[nodiscard]] const CertifiedKey& pem() const { return pem_; }
    /// The root's certificate, as PEM: what to trust.
    [[nodiscard]] const std::string& root() const { return root_; }
    /// Of the root.
    [[nodiscard]] const CertificateFacts& facts() const { return facts_; }

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
        void operator()(x509_st* certificate) const;
    };
    LocalAuthority(std::unique_ptr<x509_st, Free> issuer, std::unique_ptr<evp_pkey_st, Free> key, x509_st* root);

    std::unique_ptr<x509_st, Free> issuer_;
    std::unique_ptr<evp_pkey_st, Free> key_;
    std::string root_;
    CertifiedKey pem_;
    CertificateFacts facts_;
};

/// Whether a certificate can name it: an address, or the letters, digits, `-`, `_` and dots of a name.
[[nodiscard]] bool can_be_certified(const std::string& host);

}  // namespace lazulite
