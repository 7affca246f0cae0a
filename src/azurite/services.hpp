#pragma once

#include <memory>

#include "azurite/folder.hpp"
#include "azurite/shared.hpp"

namespace lazulite::azurite {

// The parts of an import. Everything that is handed over outlives them.

[[nodiscard]] std::unique_ptr<ServiceImport> import_blobs(const Folder& folder, Stores& stores, Report& report);
[[nodiscard]] std::unique_ptr<ServiceImport> import_queues(const Folder& folder, Stores& stores, Report& report);
[[nodiscard]] std::unique_ptr<ServiceImport> import_tables(const Folder& folder, Stores& stores, Report& report);

}  // namespace lazulite::azurite
