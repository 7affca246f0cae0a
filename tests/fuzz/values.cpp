// Small texts that headers, parameters and URLs hold; the first byte says which. What is read is within its limits, and is
// read again from what is written of it.
//
//   r range   d RFC 1123   i ISO 8601   t DateTime of tables   s timestamp of SQL   v service version   n numbers of tables
//   g guid    k key        e ETag of entities   m marker   c continuation   b base64   p percent   u URL   l list   a attributes
//   o permission key   w accounts   x x-ms-properties   f file time   y stored policies   4 IPv4   j web token   z mode

#include <cmath>
#include <string>

#include "auth/json_web_token.hpp"
#include "auth/sas_fields.hpp"
#include "auth/stored_policy.hpp"
#include "blob/domain/file_time.hpp"
#include "blob/query/timestamp.hpp"
#include "datalake/domain/properties.hpp"
#include "file/domain/attributes.hpp"
#include "file/domain/node.hpp"
#include "file/domain/permission.hpp"
#include "input.hpp"
#include "service/accounts.hpp"
#include "service/listing.hpp"
#include "table/domain/entity.hpp"
#include "table/ops/common.hpp"
#include "wire/date.hpp"
#include "wire/range.hpp"
#include "wire/service_version.hpp"
#include "wire/uri.hpp"
#include "wire/url.hpp"
#include "wire/value.hpp"

using namespace lazulite;

namespace {

template <class Parse, class Write>
void check_again(std::string_view text, Parse parse, Write write) {
    const auto value = parse(text);
    if (!value) return;
    const std::string written = write(*value);
    const auto again = parse(std::string_view(written));
    require(again.has_value() && *again == *value);
    require(write(*again) == written);
}

void check_range(std::string_view text) {
    const auto range = parse_range(text);
    if (!range) return;
    require(!range->last || *range->last >= range->first);
    for (const std::uint64_t size : {0ULL, 1ULL, 1000ULL, 1ULL << 63, ~0ULL}) {
        const auto resolved = resolve(*range, size);
        require(resolved.has_value() == (range->first < size));
        if (resolved) require(resolved->length != 0 && resolved->last() < size && resolved->last() >= resolved->first);
        if (resolved) static_cast<void>(content_range(*resolved, size));
    }
    const std::string again =
        "bytes=" + std::to_string(range->first) + "-" + (range->last ? std::to_string(*range->last) : "");
    require(parse_range(again) == range);
}

void check_time(Instant when) {
    require(parse_iso8601(format_iso8601(when)) == when);
    const auto whole = std::chrono::floor<std::chrono::seconds>(when);
    require(parse_rfc1123(format_rfc1123(when)) == Instant(whole));
}

void check_timestamp(std::string_view text) {
    using namespace blob::query;
    const auto time = parse_timestamp(text);
    if (!time) return;
    const std::string written = format_timestamp(*time);
    const auto again = parse_timestamp(written);
    require(again.has_value() && again->when == time->when && again->offset == time->offset);
    constexpr DatePart kParts[] = {DatePart::year,   DatePart::month,  DatePart::day,           DatePart::hour,
                                   DatePart::minute, DatePart::second, DatePart::timezone_hour, DatePart::timezone_minute};
    for (const DatePart part : kParts) {
        static_cast<void>(extract(part, *time));
        for (const std::int64_t by : {std::int64_t{0}, std::int64_t{13}, std::int64_t{-40}, INT64_MAX, INT64_MIN}) {
            const auto moved = add(part, by, *time);
            if (!moved) continue;
            require(parse_timestamp(format_timestamp(*moved)).has_value());
            static_cast<void>(difference(part, *time, *moved));
        }
    }
}

void check_table_value(std::string_view text) {
    using namespace table;
    if (const auto ticks = parse_date_time(text)) {
        std::string written;
        append_date_time(written, *ticks);
        require(written.size() <= kLongestValueText && parse_date_time(written) == *ticks);
    }
    if (const auto number = parse_real(text)) {
        char to[kLongestValueText];
        const std::string written(to, write_real(to, *number));
        const auto again = parse_real(written);
        require(again && (*again == *number || (std::isnan(*again) && std::isnan(*number))));
    }
    if (const auto guid = parse_guid(text)) {
        char to[kLongestValueText];
        require(guid->size() == 16);
        const std::string written(to, write_guid(to, *guid));
        require(parse_guid(written) == guid);
    }
}

void check_key(std::string_view text) {
    using namespace table;
    if (is_utf8(text)) {
        require(from_sortable(sortable(text)) == text);
        require(unquoted(table::quoted(text)) == std::string(text));
        const std::size_t half = text.size() / 2;
        if (is_utf8(text.substr(0, half)) && is_utf8(text.substr(half))) {
            const auto order = compare_utf16(text.substr(0, half), text.substr(half));
            require(order == (sortable(text.substr(0, half)) <=> sortable(text.substr(half))));
        }
    } else {
        static_cast<void>(from_sortable(text));
    }
    const auto key = parse_key(text);
    if (!key) return;
    const auto again = parse_key("PartitionKey=" + table::quoted(key->partition) + ",RowKey=" + table::quoted(key->row));
    require(again.has_value() && *again == *key);
    const std::string path = entity_path("people", *key);
    const auto decoded = percent_decode(path.substr(path.find('(') + 1, path.size() - path.find('(') - 2));
    require(decoded && parse_key(*decoded) == *key);
}

void check_entity_etag(std::string_view text) {
    const auto condition = table::parse_condition(text);
    if (!condition || condition->any) return;
    const auto again = table::parse_condition(table::entity_etag(condition->timestamp));
    require(again.has_value() && !again->any && again->timestamp == condition->timestamp);
}

void check_url(std::string_view text) {
    const auto url = parse_absolute_url(text);
    if (!url) return;
    require(!url->host.empty() && url->port != 0 && url->path.starts_with('/'));
    require(url->authority.find('@') == std::string_view::npos);
    std::string written = url->secure ? "https://" : "http://";
    written.append(url->authority).append(url->path).append(url->query.empty() ? "" : "?").append(url->query);
    const auto again = parse_absolute_url(written);
    require(again && again->host == url->host && again->port == url->port && again->path == url->path);
    require(again->query == url->query && is_loopback(again->host) == is_loopback(url->host));
}

void check_texts(std::string_view text) {
    std::vector<std::string> list;
    if (!parse_value(text, list)) return;
    std::string written;
    append_value(written, list);
    std::vector<std::string> again;
    require(parse_value(written, again) && again == list);
}

void check_accounts(std::string_view text) {
    const auto read = parse_accounts(text);
    if (!read) return;
    for (const Account& account : *read) {
        require(is_usable_account_name(account.name) && !account.keys.empty() && account.keys.size() <= 2);
        for (const AccountKey& key : account.keys) require(AccountKey::parse(key.text()).has_value());
    }
}

void check_policies(std::string_view packed) {
    const StoredPolicies policies = unpack_policies(packed);
    if (find_policy(policies, "")) return;  // no policy has such an id
    const std::string again = pack_policies(policies);
    require(unpack_policies(again) == policies);
}

void check_token(std::string_view text) {
    const auto token = JsonWebToken::parse(text);
    if (!token) return;
    require(token->claims.is_object() && token->header.is_object());
    for (const char* const claim : {"nbf", "exp", "iat"}) {
        const auto when = token->time(claim);
        if (when) static_cast<void>(format_iso8601(*when));
    }
    static_cast<void>(token->text("oid"));
    static_cast<void>(token->meant_for([](const std::string& audience) { return audience.empty(); }));
}

void check(char kind, std::string_view text) {
    switch (kind) {
        case 'r': return check_range(text);
        case 'd':
            if (const auto when = parse_rfc1123(text)) check_time(*when);
            return;
        case 'i':
            if (const auto when = parse_iso8601(text)) check_time(*when);
            return;
        case 's': return check_timestamp(text);
        case 't':
        case 'n':
        case 'g': return check_table_value(text);
        case 'v':
            return check_again(text, [](auto t) { return ServiceVersion::parse(t); }, [](auto& v) { return v.text(); });
        case 'k': return check_key(text);
        case 'e': return check_entity_etag(text);
        case 'm':
            require(decode_marker(encode_marker(text)) == std::string(text) || text.empty());
            return check_again(text, decode_marker, [](auto& key) { return key.empty() ? "" : encode_marker(key); });
        case 'c':
            require(table::decode_continuation(table::encode_continuation(text)) == std::string(text));
            return check_again(text, table::decode_continuation, table::encode_continuation);
        case 'b':
            static_cast<void>(base64_decode_leniently(text));
            require(base64_decode(base64_encode(as_bytes(text))) == std::string(text));
            require(base64url_decode(base64url_encode(as_bytes(text))) == std::string(text));
            if (const auto bytes = base64_decode(text)) require(base64_encode(as_bytes(*bytes)) == text);
            return;
        case 'p':
            require(percent_decode(percent_encode(text)) == std::string(text));
            return check_again(text, [](auto t) { return percent_decode(t); }, [](auto& t) { return percent_encode(t); });
        case 'u': return check_url(text);
        case 'l': return check_texts(text);
        case 'a':
            for (const bool directory : {false, true}) {
                check_again(text, [=](auto t) { return file::Attributes::parse(t, directory); },
                            [](auto& attributes) { return attributes.text(); });
            }
            return;
        case 'z':
            if (const auto mode = file::parse_mode(text)) {
                require(*mode <= 07777 && file::parse_mode(file::mode_text(*mode)) == mode);
            }
            return;
        case 'o':
            return check_again(text, file::PermissionKey::parse, [](auto& key) { return key.text(); });
        case 'w': return check_accounts(text);
        case 'x':
            return check_again(text, datalake::parse_properties,
                               [](auto& properties) { return datalake::format_properties(properties); });
        case 'f':
            if (const auto when = blob::parse_file_time(text)) require(blob::parse_file_time(blob::file_time(*when)) == when);
            return;
        case 'y': return check_policies(text);
        case '4': static_cast<void>(parse_ipv4(text)); return;
        case 'j': return check_token(text);
        default: return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = text_of(data, size);
    const char kind = take_kind(text);
    check(kind, text);
    return 0;
}
