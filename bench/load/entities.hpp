#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

/// The modes over the entities of a table.
std::unique_ptr<Workload> make_entity_workload(const Options& options);

}  // namespace lazulite::bench
