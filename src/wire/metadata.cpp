#include "wire/metadata.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {
namespace {

bool is_header_text(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

void append_length(std::string& to, std::size_t length) {
    while (length >= 0x80) {
        to += static_cast<char>(static_cast<unsigned char>((length & 0x7F) | 0x80));
        length >>= 7;
    }
    to += static_cast<char>(static_cast<unsigned char>(length));
}

/// Cuts length and bytes off the front.
std::optional<std::string_view> take_string(std::string_view& packed) {
    std::size_t length = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        if (packed.empty()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(packed.front());
        packed.remove_prefix(1);
        length |= static_cast<std::size_t>(byte & 0x7F) << shift;
        if (byte >= 0x80) continue;
        if (length > packed.size()) return std::nullopt;
        const std::string_view taken = packed.substr(0, length);
        packed.remove_prefix(length);
        return taken;
    }
    return std::nullopt;
}

}  // namespace

bool is_metadata_identifier(std::string_view name) {
    const auto letter = [](char c) { return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_'; };
    const auto letter_or_digit = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), letter_or_digit);
}

void Metadata::add(std::string_view name, std::string_view value) {
    const auto same_name = [&](const Pair& pair) { return equals_ignoring_case(pair.name, name); };
    const auto found = std::find_if(pairs_.begin(), pairs_.end(), same_name);
    if (found == pairs_.end()) {
        pairs_.push_back({std::string(name), std::string(value)});
        size_bytes_ += name.size() + value.size();
    } else {
        found->value.append(",").append(value);
        size_bytes_ += 1 + value.size();
    }
}

const std::string* Metadata::find(std::string_view name) const {
    for (const Pair& pair : pairs_) {
        if (equals_ignoring_case(pair.name, name)) return &pair.value;
    }
    return nullptr;
}

std::string Metadata::pack() const {
    std::string packed;
    packed.reserve(size_bytes_ + pairs_.size() * 4);
    for (const Pair& pair : pairs_) {
        append_length(packed, pair.name.size());
        packed += pair.name;
        append_length(packed, pair.value.size());
        packed += pair.value;
    }
    return packed;
}

std::optional<Metadata> Metadata::unpack(std::string_view packed) {
    Metadata metadata;
    while (!packed.empty()) {
        const auto name = take_string(packed);
        if (!name) return std::nullopt;
        const auto value = take_string(packed);
        if (!value) return std::nullopt;
        metadata.pairs_.push_back({std::string(*name), std::string(*value)});
        metadata.size_bytes_ += name->size() + value->size();
    }
    return metadata;
}

Result<Metadata> parse_metadata(const FieldViews& fields) {
    Metadata metadata;
    for (const FieldViews::Field& field : fields) {
        if (!starts_with_ignoring_case(field.name, kMetadataPrefix)) continue;
        const std::string_view name = field.name.substr(kMetadataPrefix.size());
        const std::string_view value = trim(field.value);
        if (name.empty()) return fail(ErrorCode::empty_metadata_key);
        if (!is_metadata_identifier(name) || !is_header_text(value)) return fail(ErrorCode::invalid_metadata);
        metadata.add(name, value);
        // Checked at each step, which also bounds the work of finding repeated names.
        if (metadata.size_bytes() > kMostMetadataBytes) return fail(ErrorCode::metadata_too_large);
    }
    return metadata;
}

}  // namespace lazulite
