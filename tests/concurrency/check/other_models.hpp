#pragma once

#include <array>
#include <map>

#include "lease_rules.hpp"

namespace concurrency {

/// One message of a queue; every operation on the queue is one on each of its messages.
class MessageModel : public ForgetsNothing {
  public:
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        bool about = false;  ///< put, update or delete of this very message
        std::int64_t visibility = 0;
        std::int64_t receipt = 0;  ///< that was given
        std::int64_t most = 0;     ///< asked of Get Messages and Peek Messages
        std::int64_t got = 0;      ///< how many came
        bool shown = false;        ///< whether this one was among them
        std::int64_t value = 0;    ///< its text: of a put or update, or as shown
        std::int64_t dequeued = 0;
        std::int64_t next_receipt = 0;  ///< that came back
    };
    /// `message` is the value it was put with.
    MessageModel(const Events& events, std::int64_t message);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(kSize, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const { marks.push_back(state[kReceipt]); }

  private:
    enum Number : std::size_t { kThere, kReceipt, kVisibleAt, kDequeued, kValue, kNow, kSize };
    [[nodiscard]] std::int64_t receipt(std::string_view text) const;
    bool give_out(State& state, const Op& op) const;

    std::int64_t message_;
    std::map<std::string_view, std::int64_t> receipts_;
    std::map<const Event*, std::int64_t> unknown_;  ///< receipts that nobody was told of
};

/// Entities of one partition: of each its version and its balance.
class TableModel : public ForgetsNothing {
  public:
    static constexpr std::size_t kEntities = 4;
    struct Change {
        enum class Kind { insert, merge, erase } kind = Kind::merge;
        std::size_t entity = 0;
        bool any = false;           ///< If-Match: *
        std::int64_t match = 0;     ///< a version
        std::int64_t balance = -1;  ///< -1: it stays
    };
    struct Op : Came {
        using Came::Came;
        bool reads = false;
        std::int64_t value = 0;
        std::vector<Change> changes;
        std::int64_t index = 0;  ///< of the change that failed
        State rows;              ///< as they were read
    };
    TableModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(2 * kEntities, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const {
        for (std::size_t i = 0; i < kEntities; ++i) marks.push_back(mark_of(state[2 * i], i));
    }

  private:
    std::array<Versions, kEntities> versions_;
};

/// Paths of a directory: which file stands under each name.
class RenameModel {
  public:
    static constexpr std::size_t kNames = 3;
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        std::size_t name = 0;
        std::size_t to = 0;
        bool absent = false;
        std::int64_t value = 0;  ///< which file, where that is known
        State listed;            ///< one a name, -1 where it is not known which
    };
    RenameModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(kNames, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const { marks = state; }
    template <class Named>
    void forget(State& state, const Named& named) const {
        for (std::int64_t& file : state) {
            if (file > 0 && !named(file)) file = kForgotten;
        }
    }

  private:
    Versions versions_;
};

/// A file with a lease: what its ranges hold, behind the numbers of the lease.
class FileModel {
  public:
    static constexpr std::size_t kRanges = 4;
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        LeaseRules::Asked asked;
        std::int64_t value = 0;
        std::size_t first = 0;
        std::size_t last = 0;
        State content;
    };
    FileModel(const Events& /*events*/, bool& /*sound*/) {}
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(LeaseRules::size + kRanges, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const {
        for (std::size_t i = 0; i < kRanges; ++i) marks.push_back(mark_of(state[LeaseRules::size + i], i));
    }
    template <class Named>
    void forget(State& state, const Named& named) const {
        for (std::size_t i = 0; i < kRanges; ++i) {
            std::int64_t& value = state[LeaseRules::size + i];
            if (!named(mark_of(value, i))) value = kForgotten;
        }
        LeaseRules::forget(state, 0);
    }
};

}  // namespace concurrency
