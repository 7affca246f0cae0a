#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "history.hpp"
#include "linearizable.hpp"

// The rules of each kind of object, as a program without concurrency would see them. Written from the reference, not
// from the server's code. A model reads the events of one object into operations of numbers and then takes one step for
// each.

namespace concurrency {

using Events = std::vector<const Event*>;
using Marks = std::vector<std::int64_t>;

/// What came back; of every operation.
struct Came {
    bool answered = false;
    std::int64_t status = 0;
    std::string_view code;            ///< of an error; empty for a success
    std::vector<std::int64_t> needs;  ///< marks of the state it is placed at
    std::vector<std::int64_t> names;  ///< marks that matter to it otherwise
    bool only_looks = false;  ///< whatever the state is, this answer says that it stays: of a read, or a refusal

    explicit Came(const Event& event)
        : answered(event.answered()), status(number(event.got, "status")), code(text(event.got, "code")) {
        const bool reads = event.what == "get" || event.what == "peek" || event.what == "list" || event.what == "query";
        only_looks = answered && (reads || status >= 300);
    }
    /// Whether this is the answer that had to come. One that never came may have been any.
    [[nodiscard]] bool is(std::int64_t right, std::string_view right_code = {}) const {
        return !answered || (status == right && code == right_code);
    }
};

/// Which write an ETag stands for. Writes give their answer a number; an ETag is learnt from their answers and from
/// reads.
class Versions {
  public:
    /// False when the ETag belongs to another write already, or the write has another ETag.
    bool learn(std::string_view etag, std::int64_t version) {
        if (etag.empty()) return true;
        const bool fresh = by_etag_.emplace(etag, version).first->second == version;
        return fresh && by_version_.emplace(version, etag).first->second == etag;
    }
    [[nodiscard]] std::int64_t of(std::string_view etag) const {
        const auto found = by_etag_.find(etag);
        return found == by_etag_.end() ? -1 : found->second;
    }

  private:
    std::map<std::string_view, std::int64_t> by_etag_;
    std::map<std::int64_t, std::string_view> by_version_;
};

/// If-Match and If-None-Match of an operation.
struct Condition {
    static constexpr std::int64_t kNone = -2;
    std::int64_t match = kNone;       ///< a version
    std::int64_t none_match = kNone;  ///< a version
    bool absent = false;              ///< If-None-Match: *

    static Condition of(const Event& event, const Versions& versions) {
        Condition condition;
        if (has(event.given, "if-match")) condition.match = versions.of(text(event.given, "if-match"));
        const std::string_view none = text(event.given, "if-none-match");
        if (none == "*")
            condition.absent = true;
        else if (!none.empty())
            condition.none_match = versions.of(none);
        return condition;
    }
    [[nodiscard]] bool matches(std::int64_t version) const { return match == kNone || match == version; }
};

/// Marks of one State may be of several sorts.
constexpr std::int64_t mark_of(std::int64_t value, std::size_t sort) {
    return value * 8 + static_cast<std::int64_t>(sort);
}
/// Nobody asks any more what stands there.
inline constexpr std::int64_t kForgotten = -1;

/// For models whose states hold nothing that may be forgotten.
struct ForgetsNothing {
    template <class Named>
    void forget(State& /*state*/, const Named& /*named*/) const {}
};

/// How far account time is moved by each `advance`. All times that objects are given lie 20 s away from multiples of
/// it, so that the time a history takes does not matter.
inline constexpr std::int64_t kStep = 40;

}  // namespace concurrency
