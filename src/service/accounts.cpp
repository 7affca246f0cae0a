#include "service/accounts.hpp"

#include <algorithm>
#include <mutex>

namespace lazulite {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

constexpr std::string_view kKinds[] = {"Storage", "BlobStorage", "StorageV2", "FileStorage", "BlockBlobStorage"};
constexpr std::string_view kSkus[] = {"Standard_LRS", "Standard_GRS",  "Standard_RAGRS",  "Standard_ZRS",
                                      "Premium_LRS",  "Standard_GZRS", "Standard_RAGZRS", "Premium_ZRS"};

}  // namespace

bool is_account_kind(std::string_view kind) {
    return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

bool is_account_sku(std::string_view sku) {
    return std::find(std::begin(kSkus), std::end(kSkus), sku) != std::end(kSkus);
}

bool is_account_tier(std::string_view tier) { return tier == "Hot" || tier == "Cool" || tier == "Cold"; }

bool is_encryption_scope(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
           name.find("--") == std::string_view::npos && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

RetentionDefault ImmutableStorage::policy_of(std::string_view container) const {
    const auto own = containers.find(container);
    if (own != containers.end() && own->second.days > 0) return own->second;
    return enabled ? policy : RetentionDefault{};
}

bool is_account_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 24 && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
}

bool is_usable_account_name(std::string_view name) {
    const auto letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= 63 && letter_or_digit(name.front()) && !name.ends_with("-secondary") &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

std::shared_ptr<const Account> Accounts::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto at = accounts_.find(name);
    return at == accounts_.end() ? nullptr : at->second;
}

void Accounts::put(Account account) {
    auto published = std::make_shared<const Account>(std::move(account));
    const std::unique_lock lock(mutex_);
    accounts_[published->name] = published;
}

void Accounts::remove(std::string_view name) {
    const std::unique_lock lock(mutex_);
    const auto at = accounts_.find(name);
    if (at != accounts_.end()) accounts_.erase(at);
}

std::vector<std::shared_ptr<const Account>> Accounts::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::shared_ptr<const Account>> all;
    for (const auto& [name, account] : accounts_) all.push_back(account);
    return all;
}

std::optional<std::vector<Account>> parse_accounts(std::string_view text) {
    std::vector<Account> accounts;
    for (const std::string_view entry : split(text, ';')) {
        if (trim(entry).empty()) continue;
        const auto parts = split(trim(entry), ':');
        if (parts.size() < 2 || parts.size() > 3 || !is_usable_account_name(parts[0])) return std::nullopt;
        Account account{std::string(parts[0]), {}, {}};
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string key = base64_decode_leniently(parts[i]);
            if (key.empty() && i == 2) continue;
            if (key.empty()) return std::nullopt;
            account.keys.push_back(*AccountKey::parse(base64_encode(as_bytes(key))));
        }
        accounts.push_back(std::move(account));
    }
    if (accounts.empty()) return std::nullopt;
    return accounts;
}

}  // namespace lazulite
