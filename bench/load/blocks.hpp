#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

/// The modes that upload one blob by blocks: its blocks, then its list.
std::unique_ptr<Workload> make_block_workload(const Options& options);

}  // namespace lazulite::bench
