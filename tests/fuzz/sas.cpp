// A SAS of any kind and service in any query: the first two bytes choose the service and how much of a URL there is. What
// is well-formed is signed and judged again, so that the rules behind the signature are reached too.

#include <string>

#include "auth/account_sas.hpp"
#include "auth/service_sas.hpp"
#include "auth/user_delegation_sas.hpp"
#include "input.hpp"

using namespace lazulite;

namespace {

struct Place {
    ServiceLetter service;
    std::string_view container;
    std::string_view name;
};

/// The key of the account, and of whoever had a user delegation key of it.
constexpr std::string_view kKeyText = "MTIzNDU2Nzg=";

Result<Identity> judge(std::string_view text, const Place& place) {
    const auto query = Query::parse(text);
    if (!query) return fail(ErrorCode::invalid_uri);
    static const auto kKey = AccountKey::parse(kKeyText);
    const SasCheck check{.query = *query,
                         .account = "account",
                         .keys = {&*kKey, 1},
                         .account_now = Instant(Ticks(0)),
                         .remote_address = "127.0.0.1",
                         .service = place.service,
                         .container = place.container,
                         .name = place.name};
    if (is_account_sas(*query)) return verify_account_sas(check);
    if (is_user_delegation_sas(*query)) {
        FieldViews fields;
        fields.add("x-ms-a", "b");
        const UserDelegation delegation{[](const DelegationKey&) { return base64_decode(kKeyText); },
                                        [](std::string_view, std::string_view) { return Rights(); },
                                        []() -> Result<std::string> { return std::string("u"); }, fields};
        return verify_user_delegation_sas(check, delegation);
    }
    return verify_service_sas(check, [] { return StoredPolicies{{"id", {}, Instant(Ticks(1)), "r"}}; });
}

/// The string-to-sign that a refusal shows; empty for any other.
std::string shown_text(const Result<Identity>& refused) {
    constexpr std::string_view kShown = "Signature did not match. String to sign used was ";
    if (refused || !refused.error().details() || refused.error().details()->elements.empty()) return {};
    const std::string& detail = refused.error().details()->elements.front().value;
    return detail.starts_with(kShown) ? detail.substr(kShown.size()) : std::string();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr ServiceLetter kServices[] = {ServiceLetter::blob, ServiceLetter::queue, ServiceLetter::table,
                                           ServiceLetter::file};
    if (size < 2) return 0;
    const int segments = data[1] % 3;
    const Place place{kServices[data[0] % 4], segments > 0 ? "container" : "", segments > 1 ? "a/b//c" : ""};
    const std::string text(text_of(data + 2, size - 2));
    const std::string signed_text = shown_text(judge(text + "&sig=AAAA", place));
    if (signed_text.empty()) return 0;
    const std::string signature = AccountKey::parse(kKeyText)->sign(signed_text);
    const auto again = judge(text + "&sig=" + percent_encode(signature), place);
    require(shown_text(again).empty());  // or it signed one text and judged by another
    // The order of the parameters does not matter, and nobody else's signature does.
    const auto turned = judge("sig=" + percent_encode(signature) + "&" + text, place);
    require(turned.has_value() == again.has_value());
    if (!again) return 0;
    require(!judge(text + "&sig=" + percent_encode(AccountKey::parse("QUFBQQ==")->sign(signed_text)), place).has_value());
    // Nothing of what was signed can be added to.
    require(!judge(text + "&sp=rwdlacup&sig=" + percent_encode(signature), place).has_value());
    return 0;
}
