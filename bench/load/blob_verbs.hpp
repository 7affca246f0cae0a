#pragma once

#include "workload.hpp"

namespace lazulite::bench {

/// Operations on whole blobs: deleting, copying, snapshots, and finding them by their tags.
std::unique_ptr<Workload> make_verb_workload(const Options& options);

}  // namespace lazulite::bench
