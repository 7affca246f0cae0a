#include "datalake/domain/properties.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite::datalake {
namespace {

StorageError malformed(std::string_view text) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", "x-ms-properties").with("HeaderValue", text);
}

/// ISO-8859-1 without control characters.
bool is_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

}  // namespace

Result<Metadata> parse_properties(std::string_view text) {
    Metadata properties;
    std::string_view rest = trim(text);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string_view pair = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return fail(malformed(text));
        const std::string_view name = pair.substr(0, equals);
        if (name.empty()) return fail(ErrorCode::invalid_property_name);
        if (!is_metadata_identifier(name)) {
            return fail(StorageError(ErrorCode::invalid_property_name)
                            .saying("The property name contains invalid characters."));
        }
        const auto value = base64_decode(pair.substr(equals + 1));
        if (!value || !is_value(*value) || properties.find(name)) return fail(malformed(text));
        properties.add(name, *value);
    }
    if (properties.size_bytes() > kMostMetadataBytes) return fail(ErrorCode::metadata_too_large);
    return properties;
}

std::string format_properties(const Metadata& properties) {
    std::string text;
    for (const Metadata::Pair& pair : properties) {
        text.append(text.empty() ? "" : ",").append(pair.name).append("=");
        text.append(base64_encode(as_bytes(pair.value)));
    }
    return text;
}

}  // namespace lazulite::datalake
