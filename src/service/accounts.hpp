#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account_key.hpp"
#include "service/event_subscription.hpp"

namespace lazulite {

/// How long blobs are protected that say nothing of it themselves when they are uploaded.
struct RetentionDefault {
    std::uint32_t days = 0;  ///< 0: not at all; at most 146,000
    bool locked = false;

    bool operator==(const RetentionDefault&) const = default;
};

/// Which containers take immutability policies and legal holds, of single versions of a blob. Reference: "Version-level
/// WORM policies for immutable blob data".
struct ImmutableStorage {
    bool enabled = false;     ///< all of them
    RetentionDefault policy;  ///< where a container has none of its own
    std::map<std::string, RetentionDefault, std::less<>> containers;

    [[nodiscard]] bool any() const { return enabled || !containers.empty(); }
    [[nodiscard]] bool in(std::string_view container) const { return enabled || containers.contains(container); }
    [[nodiscard]] RetentionDefault policy_of(std::string_view container) const;
};

/// The scopes that blobs of an account may be encrypted with, and whether each is enabled; where there are none, every
/// name is one that is.
using EncryptionScopes = std::map<std::string, bool, std::less<>>;

/// What the account can do, from the configuration.
struct AccountSettings {
    bool allow_shared_key = true;
    bool allow_blob_public_access = true;  ///< false: no container can be opened to anonymous readers
    bool blob_versioning = false;          ///< writes keep what they replace, as versions
    bool hierarchical_namespace = false;   ///< directories are real: Data Lake Storage; for accounts without containers yet
    bool change_feed = false;              ///< changes to blobs are recorded in `$blobchangefeed`
    int container_delete_retention_days = 0;  ///< how long deleted containers are kept; 0: not at all, 365 at most
    int share_delete_retention_days = 0;      ///< the same of shares
    ImmutableStorage immutable_storage;    ///< keeps versions, wherever it is enabled
    bool last_access_time_tracking = false;  ///< of block blobs, once a day
    EncryptionScopes encryption_scopes;
    std::string access_tier = "Hot";  ///< of block blobs whose tier was never set
    std::shared_ptr<const EventSubscriptions> event_subscriptions = nullptr;  ///< null: nobody is told of events
    std::string lifecycle_policy;  ///< JSON, known to be sound; empty: none
    /// Whether that policy moves a cool blob ("container/name", its tags packed) back to Hot when it is read; null: none.
    std::function<bool(std::string_view, std::string_view)> moves_back_to_hot = nullptr;
    unsigned change_feed_retention_days = 0;  ///< 0: records are kept for ever
    std::string kind = "StorageV2";
    std::string sku = "Standard_RAGRS";  ///< what replication there is said to be

    /// Whether there is a `-secondary` endpoint to read from.
    [[nodiscard]] bool has_secondary() const { return sku.starts_with("Standard_RA"); }
};

/// One storage account: immutable once published, so that a request sees one state of it.
struct Account {
    std::string name;
    std::vector<AccountKey> keys;  ///< one or two
    AccountSettings settings;
};

inline constexpr std::string_view kDevelopmentAccount = "devstoreaccount1";
inline constexpr std::string_view kDevelopmentKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The words that Get Account Information uses. Reference: "Get Account Information", response headers.
[[nodiscard]] bool is_account_kind(std::string_view kind);
[[nodiscard]] bool is_account_sku(std::string_view sku);
/// Hot, Cool or Cold. Reference: "Access tiers for blob data", default account access tier setting.
[[nodiscard]] bool is_account_tier(std::string_view tier);
/// 3 to 63 lower-case letters, digits and hyphens. Reference: "Create and manage encryption scopes".
[[nodiscard]] bool is_encryption_scope(std::string_view name);

/// 3 to 24 lower-case letters and digits. Reference: "Storage account overview", account names.
[[nodiscard]] bool is_account_name(std::string_view name);
/// What serves as one here, because it did with other emulators: up to 63 letters, digits, `-`, `_` and `.`, beginning
/// with a letter or digit and not ending with `-secondary`.
[[nodiscard]] bool is_usable_account_name(std::string_view name);

/// The accounts of this emulator. Any thread.
class Accounts {
  public:
    [[nodiscard]] std::shared_ptr<const Account> find(std::string_view name) const;
    void put(Account account);
    void remove(std::string_view name);
    [[nodiscard]] std::vector<std::shared_ptr<const Account>> all() const;

  private:
    mutable std::shared_mutex mutex_;
    std::map<std::string, std::shared_ptr<const Account>, std::less<>> accounts_;
};

/// `name:key1[:key2];...`, a trailing `;` allowed: the form of AZURITE_ACCOUNTS. Keys are read as leniently as the
/// clients of that variable's authors read them, see `base64_decode_leniently`. Nothing when any part is malformed.
[[nodiscard]] std::optional<std::vector<Account>> parse_accounts(std::string_view text);

}  // namespace lazulite
