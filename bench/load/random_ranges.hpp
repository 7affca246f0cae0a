#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

/// The mode that reads ranges of one large blob.
std::unique_ptr<Workload> make_random_ranges_workload(const Options& options);

}  // namespace lazulite::bench
