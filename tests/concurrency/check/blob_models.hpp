#pragma once

#include "lease_rules.hpp"

namespace concurrency {

/// A blob that is written and read with conditions: its content, and which write it is. Metadata are written alone too.
class EtagModel {
  public:
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        std::int64_t value = 0;
        Condition condition;
        std::int64_t content = 0;  ///< what was read
        std::int64_t version = 0;
    };
    /// `sound` becomes false when one ETag stands for two writes.
    EtagModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return {0, 0}; }  // content and version; 0: there is none
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const {
        marks = {mark_of(state[1], kVersion), mark_of(state[0], kContent)};
    }
    template <class Named>
    void forget(State& state, const Named& named) const {
        if (state[1] > 0 && !named(mark_of(state[1], kVersion))) state[1] = kForgotten;
        if (state[0] > 0 && !named(mark_of(state[0], kContent))) state[0] = kForgotten;
    }

  private:
    enum Sort : std::size_t { kVersion, kContent };
    Versions versions_;
};

/// A blob with a lease: its content behind the numbers of the lease.
class LeaseModel {
  public:
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        LeaseRules::Asked asked;
        std::int64_t value = 0;
        std::int64_t content = 0;
        std::string_view phase;
        std::int64_t left = 0;
    };
    LeaseModel(const Events& /*events*/, bool& /*sound*/) {}
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(LeaseRules::size + 1, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const { marks.push_back(state[LeaseRules::size]); }
    template <class Named>
    void forget(State& state, const Named& named) const {
        if (!named(state[LeaseRules::size])) state[LeaseRules::size] = kForgotten;
        LeaseRules::forget(state, 0);
    }
};

/// An append blob: its version, and the values that were appended, eight bytes each.
class AppendModel : public ForgetsNothing {
  public:
    static constexpr std::int64_t kBlock = 8;
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        std::int64_t value = 0;
        Condition condition;
        std::int64_t position = -1;
        std::int64_t most = -1;
        std::int64_t offset = 0;
        std::int64_t blocks = 0;
        std::int64_t version = 0;
        std::vector<std::int64_t> content;
    };
    AppendModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return {0}; }  // 0: there is no blob
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const { marks = {mark_of(state[0], 0)}; }

  private:
    bool append(State& state, const Op& op) const;
    Versions versions_;
};

}  // namespace concurrency
