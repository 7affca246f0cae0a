#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazulite::blob {

inline constexpr std::size_t kMostTags = 10;
inline constexpr std::size_t kLongestTagKey = 128;
inline constexpr std::size_t kLongestTagValue = 256;

/// Letters, digits, blanks and `+ - . / : = _`, of keys and values alike.
[[nodiscard]] bool only_tag_characters(std::string_view text);

struct BlobTag {
    std::string key;
    std::string value;

    friend bool operator==(const BlobTag&, const BlobTag&) = default;
};

/// The tags of one blob, in byte order of their keys, which are case-sensitive. Reference: "Set Blob Tags".
class TagSet {
  public:
    TagSet() = default;
    /// Fails with empty_tag_name, tags_too_large (more than ten, a key or value too long), invalid_input with TagValue
    /// (a character that no tag may have) or duplicate_tag_names.
    [[nodiscard]] static Result<TagSet> of(std::vector<BlobTag> tags);

    /// As it is stored: nothing where there is no tag.
    [[nodiscard]] std::string pack() const;
    [[nodiscard]] static TagSet unpack(std::string_view packed);

    [[nodiscard]] const std::string* find(std::string_view key) const;  ///< its value, or null
    [[nodiscard]] std::size_t size() const { return tags_.size(); }
    [[nodiscard]] bool empty() const { return tags_.empty(); }
    [[nodiscard]] auto begin() const { return tags_.begin(); }
    [[nodiscard]] auto end() const { return tags_.end(); }

  private:
    std::vector<BlobTag> tags_;
};

}  // namespace lazulite::blob
