#include "table/ops/common.hpp"

#include "service/listing.hpp"
#include "service/receive.hpp"
#include "table/ops/atom.hpp"

namespace lazulite::table {
namespace {

constexpr std::string_view kUnsupportedOptions[] = {"$expand",      "$orderby",   "$skip",
                                                    "$inlinecount", "$skiptoken", "$count"};

enum class MediaType : std::uint8_t { json, atom, any, other };

struct MediaRange {
    MediaType type = MediaType::other;
    OdataLevel level = OdataLevel::minimal;
};

/// `application/json;odata=nometadata`; `json` and `atom` as `$format` may abbreviate them.
MediaRange parse_media_range(std::string_view text) {
    MediaRange range;
    std::size_t semicolon = text.find(';');
    const std::string_view name = trim(text.substr(0, semicolon));
    const auto is = [name](auto... names) { return (equals_ignoring_case(name, names) || ...); };
    if (is("application/json", "json")) range.type = MediaType::json;
    if (is("application/atom+xml", "application/xml", "atom", "xml")) range.type = MediaType::atom;
    if (is("*/*", "application/*")) range.type = MediaType::any;
    while (semicolon != std::string_view::npos) {
        text.remove_prefix(semicolon + 1);
        semicolon = text.find(';');
        std::string_view parameter = trim(text.substr(0, semicolon));
        constexpr std::string_view kName = "odata=";
        if (!starts_with_ignoring_case(parameter, kName)) continue;
        parameter.remove_prefix(kName.size());
        if (equals_ignoring_case(parameter, "nometadata")) range.level = OdataLevel::none;
        else if (equals_ignoring_case(parameter, "minimalmetadata")) range.level = OdataLevel::minimal;
        else if (equals_ignoring_case(parameter, "fullmetadata")) range.level = OdataLevel::full;
        else range.type = MediaType::other;
    }
    return range;
}

std::string_view media_type_of(OdataLevel level) {
    switch (level) {
        case OdataLevel::none: return "application/json;odata=nometadata;streaming=true;charset=utf-8";
        case OdataLevel::minimal: return "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
        case OdataLevel::full: return "application/json;odata=fullmetadata;streaming=true;charset=utf-8";
        case OdataLevel::atom: break;
    }
    return "application/atom+xml;charset=utf-8";
}

}  // namespace

Result<OdataLevel> answer_level(const FieldViews& fields, const Query& query, ServiceVersion version) {
    std::string_view accepted = query.value_or_empty("$format");
    if (accepted.empty()) accepted = fields.value_or_empty("Accept");
    const bool has_atom = version < kFirstWithoutAtom;
    bool atom = accepted.empty();
    bool json = false;
    while (!accepted.empty()) {
        const std::size_t comma = accepted.find(',');
        const MediaRange range = parse_media_range(accepted.substr(0, comma));
        accepted.remove_prefix(comma == std::string_view::npos ? accepted.size() : comma + 1);
        const bool takes_json = range.type == MediaType::json || range.type == MediaType::any;
        if (takes_json && version >= kFirstWithJson) return range.level;
        if (range.type == MediaType::atom && has_atom) return OdataLevel::atom;
        json = json || range.type == MediaType::json;
        atom = atom || range.type == MediaType::atom || range.type == MediaType::any;
    }
    if (atom && has_atom) return OdataLevel::atom;
    if (atom) return fail(ErrorCode::atom_format_not_supported);
    return fail(json ? ErrorCode::json_format_not_supported : ErrorCode::media_type_not_supported);
}

Result<std::string> as_json(std::string body, const FieldViews& fields, ServiceVersion version) {
    const MediaRange given = parse_media_range(fields.value_or_empty("Content-Type"));
    if (given.type == MediaType::atom) {
        if (version < kFirstWithoutAtom) return atom_as_json(body);
        return fail(ErrorCode::atom_format_not_supported);
    }
    if (given.type != MediaType::json && fields.has("Content-Type")) return fail(ErrorCode::media_type_not_supported);
    if (version < kFirstWithJson) return fail(ErrorCode::json_format_not_supported);
    return body;
}

Task<Result<std::string>> receive_json(Exchange& x) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostBodyBytes, x.version));
    LAZ_CO_TRY(std::string body, co_await receive_text(x, rules));
    co_return as_json(std::move(body), x.request.fields, x.version);
}

void add_odata_headers(Response& response) {
    response.fields.add("Cache-Control", "no-cache");
    response.fields.add("X-Content-Type-Options", "nosniff");
    response.fields.add("DataServiceVersion", "3.0;");
}

Response odata_response(int status, OdataLevel level, std::string body) {
    Response response;
    response.status = status;
    response.fields.add("Content-Type", media_type_of(level));
    add_odata_headers(response);
    response.set_body(std::move(body));
    return response;
}

Preference preference(const FieldViews& fields) {
    const std::string_view named = trim(fields.value_or_empty("Prefer"));
    if (equals_ignoring_case(named, "return-content")) return Preference::return_content;
    if (equals_ignoring_case(named, "return-no-content")) return Preference::return_no_content;
    return Preference::none;
}

void add_preference(Response& response, Preference named) {
    if (named == Preference::return_content) response.fields.add("Preference-Applied", "return-content");
    if (named == Preference::return_no_content) response.fields.add("Preference-Applied", "return-no-content");
}

std::string entity_path(std::string_view table, KeyView key) {
    const auto value = [](std::string_view text) {
        const std::string in_quotes = quoted(text);
        return "'" + percent_encode(std::string_view(in_quotes).substr(1, in_quotes.size() - 2)) + "'";
    };
    return std::string(table) + "(PartitionKey=" + value(key.partition) + ",RowKey=" + value(key.row) + ")";
}

std::string table_path(std::string_view table) { return "Tables('" + std::string(table) + "')"; }

// The marker of a listing holds at least one character.
std::string encode_continuation(std::string_view key) { return encode_marker("=" + std::string(key)); }

Result<std::string> decode_continuation(std::string_view text) {
    auto key = decode_marker(text);
    if (!key || !key->starts_with('=')) return fail(ErrorCode::invalid_input);
    return key->substr(1);
}

Result<std::size_t> page_size(const Query& query) {
    const std::string_view text = query.value_or_empty("$top");
    if (text.empty()) return kMostEntitiesOfAPage;
    const auto top = parse_number<std::size_t>(text);
    if (!top || *top == 0 || *top > kMostEntitiesOfAPage) return fail(ErrorCode::invalid_input);
    return *top;
}

Result<> check_query_options(const Query& query) {
    for (const std::string_view option : kUnsupportedOptions) {
        if (query.has(option)) return fail(ErrorCode::not_implemented);
    }
    return {};
}

}  // namespace lazulite::table
