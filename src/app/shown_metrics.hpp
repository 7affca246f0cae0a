#pragma once

#include <string>
#include <vector>

#include "service/metrics.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// What `/_lazulite/metrics` is made of.
struct Measured {
    std::string version;
    std::vector<Metrics::Count> answers;
    std::vector<Metrics::Latency> latencies;
    std::vector<Metrics::Work> work;
    struct OfStore {
        std::string account;
        std::string_view service;
        StoreState state;
    };
    std::vector<OfStore> stores;  ///< those that are open
    std::size_t connections = 0;
};

/// In the text format of Prometheus, version 0.0.4. Reference: "Exposition formats".
[[nodiscard]] std::string shown_metrics(const Measured& measured);

}  // namespace lazulite
