#include "datalake/ops/common.hpp"

#include "service/listing.hpp"

namespace lazulite::datalake {

Result<std::optional<Metadata>> properties_of(const Request& request) {
    const auto text = request.fields.find("x-ms-properties");
    if (!text) return std::optional<Metadata>();
    LAZ_TRY(Metadata properties, parse_properties(*text));
    return std::optional(std::move(properties));
}

void add_namespace(Response& response, const blob::Container& container) {
    response.fields.add("x-ms-namespace-enabled", container.hierarchical ? "true" : "false");
}

std::string encode_continuation(std::string_view position) { return encode_marker(position); }

Result<std::string> decode_continuation(const Query& query) {
    const std::string_view text = query.value_or_empty("continuation");
    auto position = decode_marker(text);
    if (position) return position;
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "continuation")
                    .with("QueryParameterValue", text)
                    .with("Reason", "No listing gave out this text."));
}

Response json_page(std::string body, const std::optional<std::string>& continuation) {
    Response response;
    response.fields.add("Content-Type", "application/json;charset=utf-8");
    if (continuation) response.fields.add("x-ms-continuation", encode_continuation(*continuation));
    body += '\n';
    response.set_body(std::move(body));
    return response;
}

}  // namespace lazulite::datalake
