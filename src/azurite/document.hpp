#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"

namespace lazulite::azurite {

/// Properties keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// What is wrong, and where: one line, as std::runtime_error.
[[noreturn]] void refuse(const std::string& where, const std::string& what);

/// A value of one of Azurite's files, and the way to it for people. What is not as it must be throws as `refuse` does.
class Document {
  public:
    Document(const Json& value, std::string where) : value_(&value), where_(std::move(where)) {}

    [[nodiscard]] const Json& json() const { return *value_; }
    [[nodiscard]] const std::string& where() const { return where_; }
    void name(std::string where) { where_ = std::move(where); }  ///< once more is known of it

    [[nodiscard]] std::optional<Document> find(const char* member) const;  ///< nothing where it is absent or null
    [[nodiscard]] Document at(const char* member) const;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::uint64_t number() const;  ///< whole, from 0 on
    [[nodiscard]] bool flag() const;
    [[nodiscard]] Instant time() const;       ///< ISO 8601, or milliseconds since 1970
    [[nodiscard]] std::string bytes() const;  ///< of an array of bytes as Node writes it: {"0":93,...} or {"data":[93,...]}

    [[nodiscard]] std::string text_or_empty(const char* member) const;
    [[nodiscard]] bool is_set(const char* member) const;  ///< there and true

    /// `each(Document)` for every element of a list.
    template <class Each>
    void elements(Each each) const;
    /// `each(name, Document)` for every member of an object.
    template <class Each>
    void members(Each each) const;

  private:
    const Json* value_;
    std::string where_;
};

}  // namespace lazulite::azurite
