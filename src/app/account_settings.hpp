#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "service/accounts.hpp"

namespace lazulite {

/// Sets what `key` names in AccountSettings or AccountOptions, as the configuration file and `/_lazulite/accounts/NAME`
/// spell it. False for an unknown key or a value that it cannot have.
template <class Settings>
[[nodiscard]] bool apply_account_setting(Settings& to, const std::string& key, const nlohmann::json& value) {
    const auto boolean = [&](bool& setting) {
        if (value.is_boolean()) setting = value.get<bool>();
        return value.is_boolean();
    };
    const auto word = [&](std::string& setting, bool (*known)(std::string_view)) {
        if (!value.is_string() || !known(value.get<std::string>())) return false;
        setting = value.get<std::string>();
        return true;
    };
    if (key == "allowSharedKeyAccess") return boolean(to.allow_shared_key);
    if (key == "allowBlobPublicAccess") return boolean(to.allow_blob_public_access);
    if (key == "blobVersioning") return boolean(to.blob_versioning);
    if (key == "kind") return word(to.kind, is_account_kind);
    if (key == "sku") return word(to.sku, is_account_sku);
    return false;
}

}  // namespace lazulite
