#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "workload.hpp"

namespace lazulite::bench {

std::unique_ptr<Workload> make_path_workload(const Options& options);

/// The head of a request that appends to a file of that length and flushes.
std::string append_to_path(const Options& options, std::uint64_t number, std::uint64_t length);

}  // namespace lazulite::bench
