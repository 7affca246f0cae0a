// What Shared Key signs, of any head and query: of tables and of the others, both schemes, every version and every way in
// which clients canonicalize (the input's length says which). It does not depend on the order in which headers and
// parameters come, and what was signed is accepted, while a change of what is signed is not.

#include <string>
#include <vector>

#include "auth/shared_key.hpp"
#include "input.hpp"
#include "wire/date.hpp"

using namespace lazulite;

namespace {

constexpr Canonicalization kWays[] = {{Canonicalization::Order::ordinal, Canonicalization::Blanks::as_received},
                                      {Canonicalization::Order::culture, Canonicalization::Blanks::as_received},
                                      {Canonicalization::Order::ordinal, Canonicalization::Blanks::folded},
                                      {Canonicalization::Order::culture, Canonicalization::Blanks::folded}};
constexpr ServiceVersion kVersions[] = {kOldestVersion, {2014, 2, 14}, {2015, 2, 21}, kNewestVersion};

const AccountKey& key() {
    static const auto kKey = AccountKey::parse("MTIzNDU2Nzg=");
    return *kKey;
}

FieldViews backwards(const FieldViews& fields) {
    const std::vector<FieldViews::Field> all(fields.begin(), fields.end());
    FieldViews turned;
    for (std::size_t i = all.size(); i-- > 0;) turned.add(all[i].name, all[i].value);
    return turned;
}

/// The parameters of a query text the other way round.
std::string backwards(std::string_view query) {
    std::string turned;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        turned = std::string(pair) + (turned.empty() ? "" : "&") + turned;
    }
    return turned;
}

bool comes_twice(const Query& query, std::string_view name) {
    return std::count_if(query.all().begin(), query.all().end(),
                         [&](const auto& p) { return equals_ignoring_case(p.name, name); }) > 1;
}

void check_order(const FieldViews& fields) {
    std::vector<std::string> names;
    for (const auto& field : fields) names.push_back(to_lower(field.name));
    if (names.size() > 12) names.resize(12);
    for (const std::string& a : names) {
        require(!culture_less(a, a));
        for (const std::string& b : names) {
            require(a == b || culture_less(a, b) != culture_less(b, a));
            for (const std::string& c : names) require(!culture_less(a, b) || !culture_less(b, c) || culture_less(a, c));
        }
    }
}

/// As HTTP lets names through: RFC 9110, "token".
bool only_tokens(const FieldViews& fields) {
    constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
    return std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
        return !field.name.empty() && std::all_of(field.name.begin(), field.name.end(), [&](char c) {
            return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                   kSymbols.find(c) != std::string_view::npos;
        });
    });
}

void check_signature(const Request& request, const Query& query, ServiceVersion version, ServiceLetter service,
                     Canonicalization way) {
    auto date = request.fields.find("x-ms-date");
    if (!date) date = request.fields.find("Date");
    const auto when = date ? parse_rfc1123(*date) : std::nullopt;
    const SharedKeyCheck check{request, query, "account", {&key(), 1}, version, when.value_or(Instant()), service};
    for (const SharedKeyScheme scheme : {SharedKeyScheme::shared_key, SharedKeyScheme::shared_key_lite}) {
        const std::string word = scheme == SharedKeyScheme::shared_key ? "SharedKey account:" : "SharedKeyLite account:";
        const std::string text = shared_key_string_to_sign(check, scheme, way);
        require(verify_shared_key(check, word + key().sign(text)).has_value() == when.has_value());
        require(!verify_shared_key(check, word + key().sign(text + " ")).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 2048) return 0;
    Request request = head_of_lines(text_of(data, size));
    request.fields.join_repeated();
    const auto query = Query::parse(request.query);
    if (!query || !only_tokens(request.fields)) return 0;
    check_order(request.fields);

    const std::string turned_query = backwards(request.query);
    const auto turned = Query::parse(turned_query);
    require(turned.has_value());
    require(canonicalized_resource("a", request.path, *query) == canonicalized_resource("a", request.path, *turned));
    require(comes_twice(*query, "comp") || canonicalized_resource_lite("a", request.path, *query) ==
                                               canonicalized_resource_lite("a", request.path, *turned));
    const FieldViews fields = backwards(request.fields);
    for (const ServiceVersion& version : kVersions) {
        for (const Canonicalization& way : kWays) {
            require(canonicalized_headers(request.fields, version, way) == canonicalized_headers(fields, version, way));
        }
    }
    const ServiceLetter service = size % 5 == 0 ? ServiceLetter::table : ServiceLetter::blob;
    check_signature(request, *query, kVersions[size % 4], service, kWays[size / 4 % 4]);
    return 0;
}
