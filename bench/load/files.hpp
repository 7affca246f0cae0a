#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

std::unique_ptr<Workload> make_file_workload(const Options& options);

}  // namespace lazulite::bench
