#include "blob/domain/tags.hpp"

#include <algorithm>

namespace lazulite::blob {
namespace {

bool is_tag_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" +-./:=_").find(c) != std::string_view::npos;
}

/// Two bytes of length, then the text.
void pack_text(std::string& to, std::string_view text) {
    to.push_back(static_cast<char>(text.size() & 0xff));
    to.push_back(static_cast<char>(text.size() >> 8));
    to.append(text);
}
std::optional<std::string_view> take_text(std::string_view& packed) {
    if (packed.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(packed[i])}; };
    const std::size_t length = byte(0) | byte(1) << 8;
    packed.remove_prefix(2);
    if (length > packed.size()) return std::nullopt;
    const std::string_view text = packed.substr(0, length);
    packed.remove_prefix(length);
    return text;
}

Result<> check_tag(const BlobTag& tag) {
    if (tag.key.empty()) return fail(ErrorCode::empty_tag_name);
    if (tag.key.size() > kLongestTagKey || tag.value.size() > kLongestTagValue) return fail(ErrorCode::tags_too_large);
    for (const std::string_view text : {std::string_view(tag.key), std::string_view(tag.value)}) {
        if (only_tag_characters(text)) continue;
        return fail(StorageError(ErrorCode::invalid_input)
                        .saying("The tags specified are invalid. It contains characters that are not permitted.")
                        .with("TagValue", text));
    }
    return {};
}

}  // namespace

bool only_tag_characters(std::string_view text) { return std::all_of(text.begin(), text.end(), is_tag_character); }

Result<TagSet> TagSet::of(std::vector<BlobTag> tags) {
    if (tags.size() > kMostTags) return fail(ErrorCode::tags_too_large);
    for (const BlobTag& tag : tags) LAZ_CHECK(check_tag(tag));
    std::sort(tags.begin(), tags.end(), [](const BlobTag& a, const BlobTag& b) { return a.key < b.key; });
    const auto same_key = [](const BlobTag& a, const BlobTag& b) { return a.key == b.key; };
    if (std::adjacent_find(tags.begin(), tags.end(), same_key) != tags.end()) {
        return fail(ErrorCode::duplicate_tag_names);
    }
    TagSet set;
    set.tags_ = std::move(tags);
    return set;
}

std::string TagSet::pack() const {
    std::string packed;
    for (const BlobTag& tag : tags_) {
        pack_text(packed, tag.key);
        pack_text(packed, tag.value);
    }
    return packed;
}

TagSet TagSet::unpack(std::string_view packed) {
    TagSet set;
    while (!packed.empty()) {
        const auto key = take_text(packed);
        const auto value = key ? take_text(packed) : std::nullopt;
        if (!value) break;
        set.tags_.push_back({std::string(*key), std::string(*value)});
    }
    return set;
}

const std::string* TagSet::find(std::string_view key) const {
    const auto found = std::find_if(tags_.begin(), tags_.end(), [&](const BlobTag& tag) { return tag.key == key; });
    return found == tags_.end() ? nullptr : &found->value;
}

}  // namespace lazulite::blob
