#pragma once

#include <memory>

#include "workload.hpp"

namespace lazulite::bench {

/// The modes over the messages of a queue.
std::unique_ptr<Workload> make_message_workload(const Options& options);

}  // namespace lazulite::bench
