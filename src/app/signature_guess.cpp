#include "app/signature_guess.hpp"

#include <algorithm>

#include "auth/account_sas.hpp"
#include "auth/service_sas.hpp"

namespace lazulite {
namespace {

/// A value that is tried, and what the client must have done to come to it; empty: nothing.
template <class T>
struct Tried {
    std::string how;
    T value;
};

std::vector<Tried<std::string>> signatures_of(const SasCheck& check) {
    const std::string given(check.query.value_or_empty("sig"));
    std::vector<Tried<std::string>> all{{"", given}};
    std::string plus = given;
    std::replace(plus.begin(), plus.end(), ' ', '+');
    if (plus != given) all.push_back({"a + in sig became a blank: it must be written %2B", plus});
    const auto decoded = percent_decode(given);
    if (decoded && *decoded != given) all.push_back({"sig is percent-encoded twice", *decoded});
    return all;
}

std::vector<Tried<AccountKey>> keys_of_all(const SasCheck& check,
                                           const std::vector<std::shared_ptr<const Account>>& known) {
    std::vector<Tried<AccountKey>> all;
    for (const AccountKey& key : check.keys) {
        all.push_back({"", key});
        all.push_back({"the text of the key was taken for the key: it is base64 and has to be decoded",
                       *AccountKey::parse(base64_encode(as_bytes(key.text())))});
    }
    for (const auto& account : known) {
        for (std::size_t i = 0; i < account->keys.size(); ++i) {
            const std::string which = account->keys.size() > 1 ? "key " + std::to_string(i + 1) : "the key";
            all.push_back({"it is signed with " + which + " of account " + account->name, account->keys[i]});
        }
    }
    return all;
}

std::vector<Tried<std::string>> account_messages(const SasCheck& check) {
    const std::string whole = account_sas_string_to_sign(check.query, check.account);
    const std::string cut = whole.substr(0, whole.size() - 1);
    const auto version = ServiceVersion::parse(check.query.value_or_empty("sv"));
    const bool without_ses = cut.ends_with('\n') && version && *version >= ServiceVersion(2020, 12, 6);
    return {{"", whole},
            {without_ses ? "the string-to-sign lacks the line of ses, which versions from 2020-12-06 on have"
                         : "the last line of the string-to-sign lacks its line feed",
             cut}};
}

std::optional<std::string> service_message(const SasCheck& check, ServiceVersion version, ServiceVersion format,
                                           std::string_view container, std::string_view name) {
    const SasCheck other{.query = check.query,
                         .account = check.account,
                         .keys = check.keys,
                         .account_now = check.account_now,
                         .remote_address = check.remote_address,
                         .service = check.service,
                         .container = container,
                         .name = name};
    const auto resource = signed_resource(other, version);
    if (!resource) return std::nullopt;
    return service_sas_string_to_sign(check.query, format, check.account, *resource);
}

std::vector<Tried<std::string>> service_messages(const SasCheck& check) {
    const ServiceVersion version = ServiceVersion::parse(check.query.value_or_empty("sv")).value_or(kOldestVersion);
    std::vector<Tried<std::string>> all;
    const auto add = [&](std::string how, const std::optional<std::string>& message) {
        const auto same = [&](const auto& tried) { return tried.value == *message; };
        if (message && std::none_of(all.begin(), all.end(), same)) all.push_back({std::move(how), *message});
    };
    const std::string container(check.container);
    add("", service_message(check, version, version, container, check.name));
    add("the name is signed percent-encoded: it is signed decoded",
        service_message(check, version, version, container, percent_encode(check.name, "/")));
    add("the path of the URL is percent-encoded twice",
        service_message(check, version, version, container, percent_decode(check.name).value_or("")));
    add("the account stands in the canonicalized resource twice",
        service_message(check, version, version, std::string(check.account) + "/" + container, check.name));
    for (const ServiceVersion format :
         {ServiceVersion(2020, 12, 6), ServiceVersion(2018, 11, 9), ServiceVersion(2015, 4, 5),
          ServiceVersion(2013, 8, 15), ServiceVersion(2012, 2, 12), kOldestVersion}) {
        add("the string-to-sign has the lines of version " + format.text() + ", not of " + version.text(),
            service_message(check, version, format, container, check.name));
    }
    return all;
}

}  // namespace

std::optional<std::string> guess_signature(const SasCheck& check,
                                           const std::vector<std::shared_ptr<const Account>>& known) {
    const auto keys = keys_of_all(check, known);
    const auto messages = is_account_sas(check.query) ? account_messages(check) : service_messages(check);
    std::vector<std::string> simplest;
    bool found = false;
    for (const auto& signature : signatures_of(check)) {
        const auto bytes = base64_decode(signature.value);
        if (!bytes) continue;
        for (const auto& message : messages) {
            for (const auto& key : keys) {
                if (!key.value.signed_by(message.value, as_bytes(*bytes))) continue;
                std::vector<std::string> ways;
                for (const std::string& how : {signature.how, message.how, key.how}) {
                    if (!how.empty()) ways.push_back(how);
                }
                if (!found || ways.size() < simplest.size()) simplest = ways;
                found = true;
            }
        }
    }
    if (!found) return std::nullopt;
    std::string text;
    for (const std::string& way : simplest) text.append(text.empty() ? "" : "; and ").append(way);
    return text;
}

}  // namespace lazulite
