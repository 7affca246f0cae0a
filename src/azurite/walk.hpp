#pragma once

#include <nlohmann/json.hpp>

#include "azurite/document.hpp"

namespace lazulite::azurite {

template <class Each>
void Document::elements(Each each) const {
    if (!value_->is_array()) refuse(where_, "is no list");
    std::size_t number = 0;
    for (const Json& element : *value_) each(Document(element, where_ + " " + std::to_string(++number)));
}

template <class Each>
void Document::members(Each each) const {
    if (!value_->is_object()) refuse(where_, "is no object");
    for (const auto& [name, value] : value_->items()) each(name, Document(value, where_ + ", " + name));
}

}  // namespace lazulite::azurite
