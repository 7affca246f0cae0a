#pragma once

#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account_key.hpp"

namespace lazulite {

/// What the account can do, from the configuration.
struct AccountSettings {
    bool allow_shared_key = true;
    bool allow_blob_public_access = true;  ///< false: no container can be opened to anonymous readers
    bool blob_versioning = false;          ///< writes keep what they replace, as versions
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
