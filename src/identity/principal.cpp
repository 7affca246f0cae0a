#include "identity/principal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "base/text.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::string_view kDefaultHeader = "lazulite";
constexpr std::string_view kTokenExchange = "api://AzureADTokenExchange";

struct Problem : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& where, const std::string& what) { throw Problem(where + ": " + what); }

bool is_guid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (text[i] >= '0' && text[i] <= '9') || (ascii_lower(text[i]) >= 'a' && ascii_lower(text[i]) <= 'f');
        if (dash ? text[i] != '-' : !digit) return false;
    }
    return true;
}

/// Always the same for one name, so that a configuration need not spell it.
std::string guid_of(std::string_view what, std::string_view name) {
    const auto digest = sha256(as_bytes(std::string(what) + ":" + std::string(name)));
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        auto byte = static_cast<unsigned>(digest[i]);
        if (i == 6) byte = (byte & 0x0fU) | 0x50U;  // a GUID made of a name
        if (i == 8) byte = (byte & 0x3fU) | 0x80U;
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15U];
    }
    return text;
}

std::string load(const std::string& file, const std::string& where) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream || bytes.empty()) refuse(where, file + ": " + (errno != 0 ? std::strerror(errno) : "is empty"));
    return bytes;
}

/// An object of the configuration, every member of which is asked for.
class Object {
  public:
    Object(const json& value, std::string where) : value_(value), where_(std::move(where)) {
        if (!value.is_object()) refuse(where_, "is no object");
    }
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] bool has(const char* key) const { return value_.contains(key); }
    std::string text(const char* key, std::optional<std::string> missing = std::nullopt) {
        const json* const found = find(key);
        if (!found && missing) return *missing;
        if (!found) refuse(where_, std::string(key) + " is missing");
        if (!found->is_string() || found->get<std::string>().empty()) refuse(where_, std::string(key) + " is no text");
        return found->get<std::string>();
    }
    std::string guid(const char* key, std::string missing) {
        std::string text = to_lower(this->text(key, std::move(missing)));
        if (!is_guid(text)) refuse(where_, std::string(key) + " is no GUID");
        return text;
    }
    /// A text, or a list of them.
    std::vector<std::string> texts(const char* key) {
        const json* const found = find(key);
        std::vector<std::string> all;
        if (!found) return all;
        for (const json& each : found->is_array() ? *found : json::array({*found})) {
            if (!each.is_string()) refuse(where_, std::string(key) + " is a text or a list of texts");
            all.push_back(each.get<std::string>());
        }
        return all;
    }
    bool flag(const char* key, bool missing) {
        const json* const found = find(key);
        if (!found) return missing;
        if (!found->is_boolean()) refuse(where_, std::string(key) + " is true or false");
        return found->get<bool>();
    }
    std::vector<Object> objects(const char* key) {
        const json* const found = find(key);
        std::vector<Object> all;
        if (!found) return all;
        if (!found->is_array()) refuse(where_, std::string(key) + " is a list");
        for (std::size_t i = 0; i < found->size(); ++i) {
            all.emplace_back((*found)[i], where_ + "." + key + "[" + std::to_string(i) + "]");
        }
        return all;
    }
    void end() const {
        for (const auto& [key, value] : value_.items()) {
            if (!read_.contains(key)) refuse(where_, "nothing is called " + key);
        }
    }

  private:
    const json* find(const char* key) {
        read_.insert(key);
        const auto at = value_.find(key);
        return at == value_.end() ? nullptr : &*at;
    }

    const json& value_;
    std::string where_;
    std::set<std::string> read_;
};

RoleAssignment read_role(Object& from) {
    RoleAssignment assignment;
    const std::string name = from.text("role");
    assignment.role = find_role(name);
    if (!assignment.role) refuse(from.where(), "there is no role " + name);
    assignment.account = from.text("account", "");
    for (const auto& [key, service] : {std::pair{"container", ServiceLetter::blob}, {"queue", ServiceLetter::queue},
                                       {"table", ServiceLetter::table}, {"share", ServiceLetter::file}}) {
        if (!from.has(key)) continue;
        if (assignment.role->service != service) refuse(from.where(), name + " is for no " + key);
        if (assignment.account.empty()) refuse(from.where(), std::string(key) + " needs an account");
        assignment.container = from.text(key);
    }
    from.end();
    return assignment;
}

FederatedCredential read_federated(Object& from) {
    FederatedCredential credential{from.text("issuer"), from.text("subject"), from.texts("audiences"), {}};
    if (credential.audiences.empty()) credential.audiences.emplace_back(kTokenExchange);
    const std::string file = from.text("keys");
    const json keys = json::parse(load(file, from.where()), nullptr, false);
    if (!keys.is_object() || !keys.contains("keys") || !keys["keys"].is_array()) refuse(from.where(), file + " is no set of JSON web keys");
    for (const json& each : keys["keys"]) {
        auto key = VerifyingKey::from_jwk(each);
        if (!key) refuse(from.where(), file + " holds a key that is neither RSA nor EC on P-256");
        const auto id = each.find("kid");
        credential.keys.push_back({id != each.end() && id->is_string() ? id->get<std::string>() : "", *std::move(key)});
    }
    from.end();
    return credential;
}

Principal read_principal(Object& from) {
    Principal principal;
    principal.name = from.text("name");
    principal.object_id = from.guid("objectId", guid_of("object", principal.name));
    principal.client_id = from.guid("clientId", guid_of("client", principal.name));
    principal.secrets = from.texts("clientSecret");
    for (const std::string& file : from.texts("certificate")) {
        auto key = VerifyingKey::from_certificate(load(file, from.where()));
        if (!key) refuse(from.where(), file + " holds no certificate in PEM form");
        principal.certificates.push_back(*std::move(key));
    }
    for (Object& each : from.objects("federatedCredentials")) principal.federated.push_back(read_federated(each));
    for (const std::string& group : from.texts("groups")) {
        principal.groups.push_back(to_lower(group));
        if (!is_guid(group)) refuse(from.where(), "groups: " + group + " is no GUID");
    }
    principal.user_principal_name = from.text("userPrincipalName", "");
    principal.managed_identity = from.flag("managedIdentity", false);
    for (Object& each : from.objects("roles")) principal.roles.push_back(read_role(each));
    from.end();
    return principal;
}

Principal everybody(std::string name) {
    Principal principal;
    principal.object_id = guid_of("object", name);
    principal.client_id = guid_of("client", name);
    principal.secrets.emplace_back(kDefaultHeader);
    principal.managed_identity = true;
    for (const std::string_view role :
         {"Storage Account Contributor", "Storage Blob Data Owner", "Storage Queue Data Contributor",
          "Storage Table Data Contributor", "Storage File Data Privileged Contributor"}) {
        principal.roles.push_back({find_role(role), {}, {}});
    }
    principal.name = std::move(name);
    return principal;
}

template <class Id>
const Principal* find_by(const std::vector<Principal>& all, std::string_view id, Id of) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const Principal& each) { return equals_ignoring_case(each.*of, id); });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace

const Principal* IdentitySettings::by_client_id(std::string_view id) const {
    return find_by(principals, id, &Principal::client_id);
}

const Principal* IdentitySettings::by_object_id(std::string_view id) const {
    return find_by(principals, id, &Principal::object_id);
}

const Principal* IdentitySettings::by_user_principal_name(std::string_view name) const {
    return name.empty() ? nullptr : find_by(principals, name, &Principal::user_principal_name);
}

IdentitySettings default_identity() {
    return {std::string(kDefaultTenant), std::string(kDefaultHeader), {everybody("developer")}};
}

tl::expected<IdentitySettings, std::string> read_identity(std::string_view text) {
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return tl::unexpected(std::string("identity: is no JSON"));
    try {
        Object from(value, "identity");
        IdentitySettings settings{from.guid("tenantId", std::string(kDefaultTenant)),
                                  from.text("identityHeader", std::string(kDefaultHeader)), {}};
        for (Object& each : from.objects("principals")) {
            Principal principal = read_principal(each);
            if (settings.by_client_id(principal.client_id) || settings.by_object_id(principal.object_id)) {
                refuse(each.where(), "somebody else has that name or id");
            }
            settings.principals.push_back(std::move(principal));
        }
        if (!from.has("principals")) settings.principals = default_identity().principals;
        from.end();
        return settings;
    } catch (const Problem& problem) {
        return tl::unexpected(std::string(problem.what()));
    }
}

Rights rights_of(const Principal& principal, ServiceLetter service, std::string_view account,
                 std::string_view container) {
    // What concerns the account is not granted by a role on something in it.
    constexpr Rights kOfAccounts{Action::service_read, Action::service_write, Action::service_info, Action::delegation_key};
    Rights granted;
    for (const RoleAssignment& each : principal.roles) {
        const bool here = (each.account.empty() || each.account == account) &&
                          (each.container.empty() || equals_ignoring_case(each.container, container));
        if (!here || each.role->service.value_or(service) != service) continue;
        granted |= each.container.empty() ? each.role->rights : each.role->rights.without(kOfAccounts);
    }
    return granted;
}

}  // namespace lazulite
