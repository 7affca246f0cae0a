#include "service/user_delegation_key.hpp"

#include <chrono>

#include "identity/authority.hpp"
#include "service/receive.hpp"
#include "wire/date.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

constexpr std::uint64_t kMostKeyInfoBytes = 4 << 10;
constexpr auto kLongest = std::chrono::days(7);

struct KeyInfo {
    Instant start;
    Instant expiry;
    std::string delegated_tenant;
};

StorageError wrong_value(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_xml_node_value).with("XmlNodeName", name).with("XmlNodeValue", value);
}

/// A time of the body in whole seconds, which is how the answer and the SAS repeat it.
Result<std::optional<Instant>> time_of(const XmlNode& root, std::string_view name) {
    const std::string_view text = root.child_text(name);
    if (text.empty()) return std::nullopt;
    const auto time = parse_iso8601(text);
    if (!time) return fail(wrong_value(name, text));
    return Instant(std::chrono::floor<std::chrono::seconds>(*time));
}

Result<KeyInfo> parse_key_info(std::string_view body, Instant now) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    if (root.name != "KeyInfo") return fail(xml_problem(body, root.offset, "KeyInfo is expected here."));
    LAZ_TRY(const auto start, time_of(root, "Start"));
    LAZ_TRY(const auto expiry, time_of(root, "Expiry"));
    if (!expiry) return fail(StorageError(ErrorCode::missing_required_xml_node).with("XmlNodeName", "Expiry"));
    const Instant from = start.value_or(std::chrono::floor<std::chrono::seconds>(now));
    if (*expiry <= from || *expiry <= now || *expiry - from > kLongest || *expiry - now > kLongest) {
        return fail(wrong_value("Expiry", root.child_text("Expiry")));
    }
    return KeyInfo{from, *expiry, std::string(root.child_text("DelegatedUserTid"))};
}

/// `2026-11-22T10:00:00Z`
std::string in_seconds(Instant when) { return format_iso8601(when).substr(0, 19) + "Z"; }

}  // namespace

Task<Result<Response>> get_user_delegation_key(Exchange& x) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostKeyInfoBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const KeyInfo info, parse_key_info(body, x.store->now()));
    const std::string start = in_seconds(info.start);
    const std::string expiry = in_seconds(info.expiry);
    const std::string service(1, static_cast<char>(sas_letter(x.target.service)));
    const std::string version = x.version.text();
    const DelegationKey key{x.identity.object_id(), x.identity.tenant_id(), start, expiry, service, version,
                            info.delegated_tenant};
    XmlWriter xml;
    xml.open("UserDelegationKey");
    xml.element("SignedOid", key.object_id);
    xml.element("SignedTid", key.tenant_id);
    xml.element("SignedStart", start);
    xml.element("SignedExpiry", expiry);
    xml.element("SignedService", service);
    xml.element("SignedVersion", version);
    if (!info.delegated_tenant.empty()) xml.element("SignedDelegatedUserTid", info.delegated_tenant);
    xml.element("Value", base64_encode(as_bytes(x.authority->delegation_key(x.account.name, key))));
    xml.close();
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite
