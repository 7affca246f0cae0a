#include "service/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/codec.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kMarkerPrefix = "1!";

StorageError bad_parameter(std::string_view name, std::string_view value, std::string_view reason) {
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .with("Reason", reason);
}

}  // namespace

std::string encode_marker(std::string_view next_key) {
    std::string text = base64_encode(as_bytes(next_key));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return std::string(kMarkerPrefix) + text;
}

Result<std::string> decode_marker(std::string_view marker) {
    if (marker.empty()) return std::string();
    if (marker.starts_with(kMarkerPrefix)) {
        std::string text(marker.substr(kMarkerPrefix.size()));
        std::replace(text.begin(), text.end(), '-', '+');
        std::replace(text.begin(), text.end(), '_', '/');
        text.resize((text.size() + 3) / 4 * 4, '=');
        if (auto key = base64_decode(text); key && !key->empty()) return *std::move(key);
    }
    return fail(ErrorCode::out_of_range_input);
}

Result<std::vector<std::string>> parse_include(const Query& query, std::span<const IncludeValue> known,
                                               ServiceVersion version) {
    std::vector<std::string> values;
    for (const auto& parameter : query.all()) {
        if (!equals_ignoring_case(parameter.name, "include")) continue;
        std::string_view rest = parameter.value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            const std::string value = to_lower(trim(rest.substr(0, comma)));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
            if (value.empty()) continue;
            const auto is_value = [&](const IncludeValue& one) { return one.name == value && version >= one.since; };
            if (std::none_of(known.begin(), known.end(), is_value)) {
                return fail(bad_parameter("include", parameter.value, "The value is not one of those allowed."));
            }
            values.push_back(value);
        }
    }
    return values;
}

bool includes(const std::vector<std::string>& include, std::string_view value) {
    return std::find(include.begin(), include.end(), value) != include.end();
}

void write_metadata(XmlWriter& xml, std::string_view packed) {
    if (const auto metadata = Metadata::unpack(packed); metadata && !metadata->empty()) {
        XmlEncoder(xml).metadata(*metadata);
    }
}

void echo_parameters(XmlWriter& xml, const Query& query) {
    constexpr std::pair<std::string_view, std::string_view> kEchoed[] = {
        {"prefix", "Prefix"}, {"marker", "Marker"}, {"maxresults", "MaxResults"}, {"delimiter", "Delimiter"}};
    for (const auto& [parameter, element] : kEchoed) {
        if (const std::string_view* value = query.find(parameter); value && !value->empty()) {
            xml.element(element, *value);
        }
    }
}

}  // namespace lazulite
