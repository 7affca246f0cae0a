#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite {

/// What a JSON document of the configuration breaks, in words that name the place.
struct JsonProblem : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads a JSON object member by member and refuses what was not asked for. Throws JsonProblem.
class JsonObject {
  public:
    JsonObject(const nlohmann::json& value, std::string where);

    [[nodiscard]] bool has(const std::string& key) const { return value_->contains(key); }
    [[nodiscard]] std::string text(const std::string& key);
    [[nodiscard]] std::string text_or(const std::string& key, std::string missing);
    [[nodiscard]] bool flag_or(const std::string& key, bool missing);
    [[nodiscard]] std::int64_t number_or(const std::string& key, std::int64_t missing, std::int64_t least, std::int64_t most);
    /// Any number, such as 30 or 30.0.
    [[nodiscard]] std::optional<double> decimal(const std::string& key);
    [[nodiscard]] std::vector<std::string> texts_or_none(const std::string& key);
    [[nodiscard]] JsonObject object(const std::string& key);
    [[nodiscard]] std::vector<JsonObject> objects_or_none(const std::string& key);

    /// `rules[0].name is ...`
    [[noreturn]] void refuse(const std::string& key, const std::string& what) const;
    /// Refuses members that nobody asked for.
    void end() const;

  private:
    const nlohmann::json* find(const std::string& key);
    const nlohmann::json& require(const std::string& key);

    const nlohmann::json* value_;
    std::string where_;
    std::set<std::string> read_;
};

}  // namespace lazulite
