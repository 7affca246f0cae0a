#pragma once

#include "azurite/folder.hpp"
#include "table/domain/entity.hpp"

namespace lazulite::azurite {

/// A document of a table's own collection. Throws where the reference does not allow what it holds.
[[nodiscard]] table::Entity entity_of(Document document);

}  // namespace lazulite::azurite
