#pragma once

#include <filesystem>
#include <stdexcept>

#include "azurite/shared.hpp"
#include "store/stores.hpp"

namespace lazulite::azurite {

/// Names of the folder are taken: nothing was changed.
class NamesTaken : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Puts everything that a data folder of Azurite 3 holds into the stores of its accounts: containers, blobs of all types with
/// snapshots and uncommitted blocks, queues with their messages, tables with their entities, and service properties.
/// ETags, times, ids of snapshots, messages and leases stay what they were. Blocks, for minutes where there are gigabytes;
/// nobody else may write. Throws NamesTaken, or std::runtime_error with one line that says what is wrong and where; then
/// nothing that was read has a name here.
[[nodiscard]] Report import_folder(const std::filesystem::path& folder, Stores& stores);

}  // namespace lazulite::azurite
