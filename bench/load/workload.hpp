#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connection.hpp"
#include "options.hpp"
#include "request_head.hpp"

namespace lazulite::bench {

/// Decides what each connection asks next and judges what comes back.
class Workload {
  public:
    virtual ~Workload() = default;

    /// The next request of this connection, or nothing when all work is done.
    virtual std::optional<Exchange> next(unsigned connection) = 0;

    /// Says what is wrong with the answer to this connection's last request, or nothing.
    virtual std::optional<std::string> complaint(unsigned connection, const Answer& answer) = 0;

    /// Whether the answer to this connection's last request ended what counts as one: nothing but a walk over pages takes
    /// more than a request.
    [[nodiscard]] virtual bool ends_one(unsigned /*connection*/) const { return true; }

    /// What has to be done again before each part of the measurement, off the clock: the work is then measured in parts, as
    /// long as each has something to do.
    virtual Workload* stock() { return nullptr; }

    /// Bytes of content that a request moves, for the throughput.
    [[nodiscard]] virtual std::uint64_t bytes_per_request() const { return 0; }

    /// What to do once the measurement is over, to see whether its effects are there.
    virtual std::unique_ptr<Workload> check() { return nullptr; }
};

HeadWriter head_writer(const Options& options, SharedKeyForm form = SharedKeyForm::blob_and_queue);

/// d000000, d000001, ...
std::string directory_name(std::uint64_t number);

/// TEXT000000, TEXT000001, ..., in a directory when there are to be any.
std::string blob_name(const Options& options, std::uint64_t number);

/// What to complain of an answer whose status should be another.
std::string wrong_status(const Answer& answer);

std::unique_ptr<Workload> make_workload(const Options& options);

}  // namespace lazulite::bench
