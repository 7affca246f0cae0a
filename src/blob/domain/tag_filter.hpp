#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "blob/domain/tags.hpp"

namespace lazulite::blob {

/// What is asked of one tag; values compare byte by byte. Of a blob without the tag only `<>` is true.
struct TagComparison {
    enum class Operator : std::uint8_t { equal, not_equal, greater, greater_or_equal, less, less_or_equal };
    std::string key;
    Operator op = Operator::equal;
    std::string value;

    [[nodiscard]] bool met_by(const std::string* tag) const;
};

/// `where` of Find Blobs by Tags.
///
///     where      = comparison { "AND" comparison }
///     comparison = key ("=" | ">" | ">=" | "<" | "<=") 'value' | "@container" "=" 'name'
///     key        = identifier | "any characters of tags"
///
/// Words in any letter case. A key stands there once, or twice with a lower and an upper bound; @container once, where
/// the whole account is searched. Reference: "Find Blobs by Tags". Immutable, any thread.
class TagQuery {
  public:
    enum class Level : std::uint8_t { account, container };
    /// Fails with invalid_query_parameter_value and where in the text, counted from 1, it is wrong.
    [[nodiscard]] static Result<TagQuery> parse(std::string_view text, Level level);

    /// The name that @container asks for.
    [[nodiscard]] const std::optional<std::string>& container() const { return container_; }
    [[nodiscard]] bool matches(const TagSet& tags) const;
    [[nodiscard]] bool names(std::string_view key) const;  ///< whether a comparison is about that key

    /// Where in the index of keys and values every blob stands that matches. Without a key: anywhere, which is all that
    /// `@container` alone says.
    struct Range {
        std::optional<std::string> key;
        std::string first;                 ///< the least value
        std::optional<std::string> last;   ///< the greatest value
    };
    [[nodiscard]] Range range() const;

  private:
    std::optional<std::string> container_;
    std::vector<TagComparison> comparisons_;
};

/// `x-ms-if-tags`.
///
///     or         = and { "OR" and }
///     and        = not { "AND" not }
///     not        = "NOT" not | "(" or ")" | key ("=" | "<>" | ">" | ">=" | "<" | "<=") 'value'
///
/// Reference: "Specifying conditional headers for Blob service operations". Immutable, any thread.
class TagCondition {
  public:
    /// A step of the condition in postfix order.
    struct Step {
        enum class Kind : std::uint8_t { comparison, both, either, inverse } kind = Kind::comparison;
        TagComparison comparison = {};
    };
    TagCondition() = default;  ///< met by nothing

    /// Nothing where the text is no condition.
    [[nodiscard]] static std::optional<TagCondition> parse(std::string_view text);
    [[nodiscard]] bool met_by(const TagSet& tags) const;

  private:
    explicit TagCondition(std::vector<Step> steps) : steps_(std::move(steps)) {}

    std::vector<Step> steps_;
};

/// As a header carries it.
[[nodiscard]] bool parse_value(std::string_view text, TagCondition& condition);

}  // namespace lazulite::blob
