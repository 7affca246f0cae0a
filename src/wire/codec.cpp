#include "wire/codec.hpp"

namespace lazulite {

Decoder::Text Decoder::find_query(std::string_view name) const {
    const std::string_view* const found = query_.find(name);
    return found == nullptr ? Text{} : Text{*found};
}

void Decoder::metadata(Metadata& value) {
    if (!ok()) return;
    auto parsed = parse_metadata(request_.fields);
    if (parsed) {
        value = *std::move(parsed);
    } else {
        refuse(std::move(parsed).error());
    }
}

void Decoder::missing_header(std::string_view name) {
    refuse(StorageError(ErrorCode::missing_required_header).with("HeaderName", name));
}

void Decoder::missing_query(std::string_view name) {
    refuse(StorageError(ErrorCode::missing_required_query_parameter).with("QueryParameterName", name));
}

void Decoder::malformed_header(ErrorCode code, std::string_view name, std::string_view text) {
    StorageError problem(code);
    if (code == ErrorCode::invalid_header_value) {
        problem = std::move(problem).with("HeaderName", name).with("HeaderValue", text);
    }
    refuse(std::move(problem));
}

void Decoder::malformed_query(std::string_view name, std::string_view text, std::string_view reason) {
    refuse(StorageError(ErrorCode::invalid_query_parameter_value)
               .with("QueryParameterName", name)
               .with("QueryParameterValue", text)
               .with("Reason", reason));
}

std::int64_t Decoder::number_between(std::string_view name, std::string_view text, Between allowed) {
    const auto number = parse_number<std::int64_t>(text);
    if (!number) {
        malformed_query(name, text, kExpectedForm<std::int64_t>);
        return 0;
    }
    if (*number < allowed.minimum || (*number > allowed.maximum && !allowed.cut)) {
        refuse(StorageError(ErrorCode::out_of_range_query_parameter_value)
                   .with("QueryParameterName", name)
                   .with("QueryParameterValue", text)
                   .with("MinimumAllowed", std::to_string(allowed.minimum))
                   .with("MaximumAllowed", std::to_string(allowed.maximum)));
        return 0;
    }
    return std::min(*number, allowed.maximum);
}

void XmlDecoder::missing(std::string_view name) {
    refuse(StorageError(ErrorCode::missing_required_xml_node).with("XmlNodeName", name));
}

void XmlDecoder::malformed(const XmlNode& found, std::string_view reason) {
    refuse(StorageError(ErrorCode::invalid_xml_node_value)
               .with("XmlNodeName", found.name)
               .with("XmlNodeValue", found.text)
               .with("Reason", reason));
}

void XmlDecoder::unsupported(const XmlNode& found) {
    refuse(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", found.name));
}

void XmlDecoder::refuse_others() {
    for (const XmlNode& child : node_.children) {
        if (std::find(known_.begin(), known_.end(), child.name) == known_.end()) unsupported(child);
    }
}

void HeaderEncoder::metadata(const Metadata& value) {
    for (const Metadata::Pair& pair : value) {
        text_.assign(kMetadataPrefix).append(pair.name);
        fields_.add(text_, pair.value);
    }
}

void XmlEncoder::metadata(const Metadata& value) {
    xml_.open("Metadata");
    for (const Metadata::Pair& pair : value) xml_.element(pair.name, pair.value);
    xml_.close();
}

}  // namespace lazulite
