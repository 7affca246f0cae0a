#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "auth/bearer.hpp"
#include "auth/user_delegation_sas.hpp"
#include "identity/principal.hpp"

namespace lazulite {

/// What nobody else may know, and what a restart must find again.
struct IdentitySecrets {
    std::optional<SigningKey> signing_key;  ///< made for the first token: that takes a fifth of a second
    std::string delegation_secret;  ///< 32 bytes, which user delegation keys follow from
    std::map<std::string, std::uint64_t, std::less<>> revocations;  ///< of the keys of an account: how often
    bool kept = false;  ///< a restart finds them already

    [[nodiscard]] static IdentitySecrets make();  ///< without a signing key
    /// JSON.
    [[nodiscard]] std::string text() const;
    static constexpr std::uint64_t kFormat = 1;
    /// The number of the form it has; kFormat where it says none, as the first ones did.
    [[nodiscard]] static std::uint64_t format_of(std::string_view text);
    [[nodiscard]] static std::optional<IdentitySecrets> parse(std::string_view text);
};

/// What a token is issued for.
struct TokenGrant {
    const Principal& principal;
    std::string_view audience;  ///< "https://storage.azure.com"
    std::string issuer;
    std::chrono::seconds lifetime;
};

/// Issues tokens, verifies them, knows who may do what, and derives user delegation keys. Any thread.
class Authority {
  public:
    /// `save` keeps the secrets, from the first time that somebody depends on them; null: nobody does. Where it throws, that
    /// is logged, and they last as long as this.
    Authority(IdentitySettings settings, IdentitySecrets secrets, bool others,
              std::function<void(const IdentitySecrets&)> save);

    [[nodiscard]] const IdentitySettings& settings() const { return settings_; }
    [[nodiscard]] const SigningKey& signing_key() const;
    /// Of whom tokens are taken.
    [[nodiscard]] TokenTrust trust() const;

    [[nodiscard]] std::string issue(const TokenGrant& grant, Instant wall_now) const;

    /// What a good token grants on that resource: somebody else's, everything (`--oauth basic` judges no further); one of
    /// ours what the roles of its principal grant, nothing where there is no such principal any more.
    [[nodiscard]] Rights rights(const BearerClaims& claims, ServiceLetter service, std::string_view account,
                                std::string_view container) const;
    /// The same of whoever had a user delegation key.
    [[nodiscard]] Rights rights_of_delegator(std::string_view object_id, ServiceLetter service, std::string_view account,
                                             std::string_view container) const;

    /// The 32 bytes of a user delegation key of an account.
    [[nodiscard]] std::string delegation_key(std::string_view account, const DelegationKey& key) const;
    /// Every key of that account so far is worth nothing from now on.
    void revoke_delegation_keys(std::string_view account);

  private:
    void save() const;  ///< with the mutex held

    const IdentitySettings settings_;
    mutable IdentitySecrets secrets_;  // under the mutex; a signing key that is there stays as it is
    mutable std::optional<VerifyingKey> verifying_key_;  // the same
    const HmacSha256 delegation_;
    const bool others_;
    const std::function<void(const IdentitySecrets&)> save_;
    mutable std::shared_mutex mutex_;
};

}  // namespace lazulite
