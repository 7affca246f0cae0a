#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite::test {

/// What an operation is to answer: a status, and the error code where it is refused.
struct Outcome {
    int status = 0;
    std::string error;

    bool operator==(const Outcome&) const = default;
};

/// One lease through its states, in the plainest form. Reference: "Lease Blob", outcomes of lease operations on blobs by lease
/// state.
class Lease {
  public:
    enum class Is { available, leased, breaking, broken, expired };

    [[nodiscard]] Is is(Instant now) const;
    Outcome acquire(const std::string& id, int seconds, Instant now);  ///< -1: infinite
    Outcome renew(const std::string& id, Instant now);
    Outcome change(const std::string& from, const std::string& to, Instant now);
    Outcome release(const std::string& id);
    Outcome break_now(std::optional<int> period, Instant now);
    /// Of a write or read of what is leased, which error codes call `resource`.
    [[nodiscard]] std::optional<Outcome> refuses(bool write, const std::string& given, Instant now,
                                                 std::string_view resource) const;
    /// Of the destination of a copy, which was given the id: for good, or not leased at all.
    [[nodiscard]] bool ends(Instant now) const;
    /// What is leased was written: what is over is forgotten.
    void written(Instant now);

  private:
    std::string id_;  ///< empty: never leased, or released
    int seconds_ = 0;
    Instant until_;
    bool broken_ = false;
};

}  // namespace lazulite::test
