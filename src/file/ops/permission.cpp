#include <nlohmann/json.hpp>

#include "file/ops/file_system_headers.hpp"
#include "file/ops/operations.hpp"
#include "service/receive.hpp"

namespace lazulite::file {
namespace {

constexpr std::uint64_t kMostPermissionBytes = 64 << 10;  // of JSON, in which every character may be an escape

struct GetPermission {
    std::string key;
};

template <class Codec>
void describe(Codec& c, GetPermission& m) {
    c.header("x-ms-file-permission-key", m.key);
}

}  // namespace

Result<std::string> parse_permission(const std::string& body, PermissionFormat otherwise, PermissionUse use) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    const auto permission = json.is_object() ? json.find("permission") : json.end();
    if (!json.is_object() || permission == json.end() || !permission->is_string()) return fail(ErrorCode::invalid_input);
    std::optional<PermissionFormat> format = otherwise;
    if (const auto given = json.find("format"); given != json.end() && !given->is_null()) {
        format = given->is_string() ? parse_permission_format(given->get<std::string>()) : std::nullopt;
    }
    if (!format) return fail(ErrorCode::invalid_input);
    const auto text = permission->get<std::string>();
    if (text.size() > kLongestPermission) return fail(ErrorCode::file_invalid_permission);
    return read_permission(text, *format, use);
}

/// The same text has the same key.
Task<Result<Response>> create_permission(Exchange& x) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostPermissionBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const auto format, decode_permission_format(x));
    LAZ_CO_TRY(const std::string text,
               parse_permission(body, format.value_or(PermissionFormat::sddl), PermissionUse::kept));
    LAZ_CO_TRY(const PermissionKey key, co_await x.store->write([&](WriteTxn& tx) -> Result<PermissionKey> {
        LAZ_TRY(const Share share, require_share(tx, x.target.container));
        return insert_permission(tx, share.id, text);
    }));
    Response response;
    response.status = 201;
    response.fields.add("x-ms-file-permission-key", key.text());
    co_return response;
}

Task<Result<Response>> get_permission(Exchange& x) {
    LAZ_CO_TRY(const GetPermission command, decode<GetPermission>(x.request, x.query));
    const auto key = PermissionKey::parse(command.key);
    if (!key) co_return fail(bad_header("x-ms-file-permission-key", command.key));
    LAZ_CO_TRY(const std::string text, x.store->read([&](ReadTxn& tx) -> Result<std::string> {
        LAZ_TRY(const Share share, require_share(tx, x.target.container));
        auto found = find_permission(tx, share.id, *key);
        if (!found) return fail(ErrorCode::file_invalid_permission_key);
        return *std::move(found);
    }));
    LAZ_CO_TRY(const auto format, decode_permission_format(x));
    LAZ_CO_TRY(const std::string shown, write_permission(text, format.value_or(PermissionFormat::sddl)));
    nlohmann::json body{{"permission", shown}};
    if (format) body["format"] = name_of(*format);
    Response response;
    response.fields.add("Content-Type", "application/json");
    response.set_body(body.dump());
    co_return response;
}

}  // namespace lazulite::file
