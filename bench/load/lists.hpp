#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

/// The modes over listings of containers, and of directories of a share.
std::unique_ptr<Workload> make_list_workload(const Options& options);

}  // namespace lazulite::bench
