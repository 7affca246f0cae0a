#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/fields.hpp"

namespace lazulite {

inline constexpr std::string_view kMetadataPrefix = "x-ms-meta-";
inline constexpr std::size_t kMostMetadataBytes = 8192;  ///< names and values together, without the prefix

/// The pairs a client attached to a resource, in the order and letter case in which they came. Names compare without
/// case.
class Metadata {
  public:
    struct Pair {
        std::string name;
        std::string value;
        bool operator==(const Pair&) const = default;
    };

    /// A name that is there already gets `,value` appended and keeps its spelling, as repeated headers do.
    void add(std::string_view name, std::string_view value);
    [[nodiscard]] const std::string* find(std::string_view name) const;  ///< or null

    [[nodiscard]] bool empty() const { return pairs_.empty(); }
    [[nodiscard]] std::size_t size() const { return pairs_.size(); }
    [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }  ///< of names and values
    [[nodiscard]] auto begin() const { return pairs_.begin(); }
    [[nodiscard]] auto end() const { return pairs_.end(); }
    bool operator==(const Metadata&) const = default;

    /// For the row store: for each pair, length and bytes of the name, then of the value; lengths in 7-bit groups,
    /// lowest first. No pairs make an empty string.
    [[nodiscard]] std::string pack() const;
    /// Nothing for a string that `pack` cannot have made.
    [[nodiscard]] static std::optional<Metadata> unpack(std::string_view packed);

  private:
    std::vector<Pair> pairs_;
    std::size_t size_bytes_ = 0;
};

/// Letter or `_`, then letters, digits, `_`.
[[nodiscard]] bool is_metadata_identifier(std::string_view name);

/// The metadata of a request: its `x-ms-meta-*` fields, values without blanks at both ends. Fails with
/// empty_metadata_key; invalid_metadata for a name that is not an identifier (letter or `_`, then letters, digits, `_`)
/// or a value outside visible ASCII, blank and TAB; metadata_too_large beyond kMostMetadataBytes. Reference: "Setting
/// and retrieving properties and metadata for Blob service resources".
[[nodiscard]] Result<Metadata> parse_metadata(const FieldViews& fields);

}  // namespace lazulite
