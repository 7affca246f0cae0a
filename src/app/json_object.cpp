#include "app/json_object.hpp"

namespace lazulite {

using nlohmann::json;

JsonObject::JsonObject(const json& value, std::string where) : value_(&value), where_(std::move(where)) {
    if (!value.is_object()) throw JsonProblem(where_ + " is an object");
}

void JsonObject::refuse(const std::string& key, const std::string& what) const {
    throw JsonProblem(where_ + "." + key + " " + what);
}

void JsonObject::end() const {
    for (const auto& [key, value] : value_->items()) {
        if (!read_.contains(key)) refuse(key, "is not known or not offered");
    }
}

const json* JsonObject::find(const std::string& key) {
    read_.insert(key);
    const auto at = value_->find(key);
    return at == value_->end() || at->is_null() ? nullptr : &*at;
}

const json& JsonObject::require(const std::string& key) {
    const json* const found = find(key);
    if (found == nullptr) refuse(key, "is missing");
    return *found;
}

std::string JsonObject::text(const std::string& key) {
    const json& value = require(key);
    if (!value.is_string()) refuse(key, "is a text");
    return value.get<std::string>();
}

std::string JsonObject::text_or(const std::string& key, std::string missing) {
    return find(key) == nullptr ? missing : text(key);
}

bool JsonObject::flag_or(const std::string& key, bool missing) {
    const json* const value = find(key);
    if (value == nullptr) return missing;
    if (!value->is_boolean()) refuse(key, "is true or false");
    return value->get<bool>();
}

std::int64_t JsonObject::number_or(const std::string& key, std::int64_t missing, std::int64_t least, std::int64_t most) {
    const json* const value = find(key);
    if (value == nullptr) return missing;
    if (!value->is_number_integer() || value->get<std::int64_t>() < least || value->get<std::int64_t>() > most) {
        refuse(key, "is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value->get<std::int64_t>();
}

std::optional<double> JsonObject::decimal(const std::string& key) {
    const json* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) refuse(key, "is a number");
    return value->get<double>();
}

std::vector<std::string> JsonObject::texts_or_none(const std::string& key) {
    std::vector<std::string> texts;
    const json* const value = find(key);
    if (value == nullptr) return texts;
    if (!value->is_array()) refuse(key, "is a list of texts");
    for (const json& one : *value) {
        if (!one.is_string()) refuse(key, "is a list of texts");
        texts.push_back(one.get<std::string>());
    }
    return texts;
}

JsonObject JsonObject::object(const std::string& key) { return {require(key), where_ + "." + key}; }

std::vector<JsonObject> JsonObject::objects_or_none(const std::string& key) {
    std::vector<JsonObject> objects;
    const json* const value = find(key);
    if (value == nullptr) return objects;
    if (!value->is_array()) refuse(key, "is a list");
    for (std::size_t i = 0; i < value->size(); ++i) {
        objects.emplace_back((*value)[i], where_ + "." + key + "[" + std::to_string(i) + "]");
    }
    return objects;
}

}  // namespace lazulite
