#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite {

/// `%41` -> `A`. Nothing for a stray or cut percent sign. `plus_is_space` only in queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
/// Everything but unreserved characters (RFC 3986) and those in `keep`.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = {});

/// A query as it may be shown to people: the value of every `sig` is replaced.
[[nodiscard]] std::string without_signature(std::string_view query);

/// The parameters of a query, decoded, in arrival order. Names compare without case, as Azure does. The texts live as
/// long as the query or a copy of it.
class Query {
  public:
    struct Parameter {
        std::string_view name;  ///< as received; compare without case
        std::string_view value;
    };
    /// Nothing when an escape is malformed or the decoded text is not UTF-8.
    [[nodiscard]] static std::optional<Query> parse(std::string_view text);

    [[nodiscard]] const std::string_view* find(std::string_view name) const;  ///< the first of that name, or null
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] std::string_view value_or_empty(std::string_view name) const;
    [[nodiscard]] const std::vector<Parameter>& all() const { return parameters_; }

  private:
    std::shared_ptr<const char[]> text_;  ///< what the parameters point into; copies share it
    std::vector<Parameter> parameters_;
};

}  // namespace lazulite
