#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "history.hpp"

namespace concurrency {

using State = std::vector<std::int64_t>;

enum class Verdict { linearizable, refused, undecided };

struct Finding {
    Verdict verdict = Verdict::linearizable;
    std::size_t placed = 0;  ///< the most operations that could be put in an order
    std::size_t stuck = 0;   ///< the operation that had to come next then, and could not
};

/// Memory for the states that were seen already; some 300 MB.
inline constexpr std::size_t kMostConfigurations = 1'500'000;

/// Whether there is one order of the operations that keeps to real time and that a sequential `Model` answers in the
/// same way: the algorithm of Wing and Gong, with Lowe's memory of the configurations (which operations are placed, and
/// the state they leave) that were tried in vain. What only looks, by its answer, is placed where it first fits, for it
/// would fit nowhere better: only changes are tried in several orders. An operation without an answer may be placed
/// anywhere behind its call, or nowhere.
///
///     struct Model {
///         struct Op { bool only_looks; std::vector<std::int64_t> needs, names; };
///         State first() const;
///         bool step(State&, const Op&) const;
///         void marks(const State&, std::vector<std::int64_t>&) const;
///         template <class Named> void forget(State&, const Named& named) const;
///     };
///
/// `step` says whether the answer is the one that the state demands, and then changes the state. A mark is a number
/// that a state has and that, once it is gone, no later state has again, such as the version of a blob: whoever `needs`
/// it has to come before. Marks that nobody who is left `names` make no difference any more: `forget` makes all of them
/// one.
template <class Model>
class Search {
  public:
    using Op = typename Model::Op;
    struct Interval {
        std::int64_t called;
        std::int64_t returned;
        Op op;
    };

    Search(const Model& model, const std::vector<Interval>& operations)
        : model_(model), operations_(operations), placed_((operations.size() + 63) / 64, 0) {
        link();
        for (const Interval& interval : operations_) owe(interval.op, 1);
    }

    Finding run() {
        State state = model_.first();
        std::size_t owed = static_cast<std::size_t>(
            std::count_if(operations_.begin(), operations_.end(),
                          [](const Interval& interval) { return interval.returned != kNever; }));
        std::size_t at = nodes_[kHead].next;
        Finding finding;
        while (owed > 0) {
            const Node& node = nodes_[at];
            if (node.call) {
                State next = state;
                const Op& op = operations_[node.operation].op;
                const bool answered = operations_[node.operation].returned != kNever;
                // What was never answered need not be placed where it changes nothing.
                if (!model_.step(next, op) || (!answered && next == state)) {
                    at = node.next;
                    continue;
                }
                mark(node.operation, true);
                const bool changes = !op.only_looks;
                if (changes && (too_early(state, next) || !remember(next))) {
                    mark(node.operation, false);
                    at = node.next;
                    continue;
                }
                tried_.push_back({at, changes, std::move(state)});
                state = std::move(next);
                lift(at);
                if (answered) --owed;
                at = nodes_[kHead].next;
                continue;
            }
            // This one has returned, so it had to be placed by now.
            if (tried_.size() >= finding.placed) {
                finding.placed = tried_.size();
                finding.stuck = node.operation;
            }
            if (seen_.size() > kMostConfigurations) return with(finding, Verdict::undecided);
            for (bool chosen = false; !chosen;) {
                if (tried_.empty()) return with(finding, Verdict::refused);
                at = tried_.back().node;
                chosen = tried_.back().changes;
                state = std::move(tried_.back().before);
                tried_.pop_back();
                put_back(at);
                const std::size_t operation = nodes_[at].operation;
                mark(operation, false);
                if (operations_[operation].returned != kNever) ++owed;
            }
            at = nodes_[at].next;
        }
        return finding;
    }

  private:
    static constexpr std::size_t kHead = 0;

    /// A call or a return, in a list by time. Node 0 is in front of all.
    struct Node {
        bool call = false;
        std::size_t operation = 0;
        std::size_t next = 0;
        std::size_t before = 0;
        std::size_t returns = 0;  ///< of a call; 0: never
    };
    struct Try {
        std::size_t node;
        bool changes;  ///< what changes nothing has no alternative
        State before;
    };
    struct Hash {
        std::size_t operator()(const std::vector<std::uint64_t>& words) const {
            std::uint64_t hash = 0x9e3779b97f4a7c15;
            for (const std::uint64_t word : words)
                hash = (hash ^ (word + (hash << 6) + (hash >> 2))) * 0xff51afd7ed558ccd;
            return hash ^ (hash >> 32);
        }
    };

    static Finding with(Finding finding, Verdict verdict) {
        finding.verdict = verdict;
        return finding;
    }

    void link() {
        struct Moment {
            std::int64_t when;
            bool call;
            std::size_t operation;
        };
        std::vector<Moment> moments;
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            moments.push_back({operations_[i].called, true, i});
            if (operations_[i].returned != kNever) moments.push_back({operations_[i].returned, false, i});
        }
        std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.when < b.when; });
        nodes_.resize(moments.size() + 1);
        std::vector<std::size_t> calls(operations_.size());
        for (std::size_t i = 0; i < moments.size(); ++i) {
            const std::size_t node = i + 1;
            nodes_[node] = {moments[i].call, moments[i].operation, (node + 1) % nodes_.size(), i, 0};
            if (moments[i].call) {
                calls[moments[i].operation] = node;
            } else {
                nodes_[calls[moments[i].operation]].returns = node;
            }
        }
        nodes_[kHead].next = nodes_.size() > 1 ? 1 : 0;
        nodes_[kHead].before = nodes_.size() - 1;
    }

    void unlink(std::size_t node) {
        nodes_[nodes_[node].before].next = nodes_[node].next;
        nodes_[nodes_[node].next].before = nodes_[node].before;
    }
    void relink(std::size_t node) {
        nodes_[nodes_[node].before].next = node;
        nodes_[nodes_[node].next].before = node;
    }
    void lift(std::size_t call) {
        unlink(call);
        if (nodes_[call].returns != 0) unlink(nodes_[call].returns);
    }
    void put_back(std::size_t call) {
        if (nodes_[call].returns != 0) relink(nodes_[call].returns);
        relink(call);
    }

    void mark(std::size_t operation, bool placed) {
        const std::uint64_t bit = std::uint64_t{1} << (operation % 64);
        if (placed)
            placed_[operation / 64] |= bit;
        else
            placed_[operation / 64] &= ~bit;
        owe(operations_[operation].op, placed ? -1 : 1);
    }
    /// Counts, by mark, those that are not placed yet and need it.
    void owe(const Op& op, int by) {
        for (const std::int64_t need : op.needs) owed_[need] += by;
        for (const std::int64_t name : op.names) named_[name] += by;
    }
    static bool any(const std::unordered_map<std::int64_t, int>& counts, std::int64_t mark) {
        const auto count = counts.find(mark);
        return count != counts.end() && count->second > 0;
    }
    /// Whether a mark would be gone that somebody still needs.
    bool too_early(const State& before, const State& after) {
        marks_before_.clear();
        marks_after_.clear();
        model_.marks(before, marks_before_);
        model_.marks(after, marks_after_);
        return std::any_of(marks_before_.begin(), marks_before_.end(), [this](std::int64_t mark) {
            return std::find(marks_after_.begin(), marks_after_.end(), mark) == marks_after_.end() && any(owed_, mark);
        });
    }
    bool remember(State state) {
        model_.forget(state, [this](std::int64_t mark) { return any(owed_, mark) || any(named_, mark); });
        std::vector<std::uint64_t> configuration = placed_;
        for (const std::int64_t word : state) configuration.push_back(static_cast<std::uint64_t>(word));
        return seen_.insert(std::move(configuration)).second;
    }

    const Model& model_;
    const std::vector<Interval>& operations_;
    std::vector<Node> nodes_;
    std::vector<std::uint64_t> placed_;
    std::vector<Try> tried_;
    std::unordered_map<std::int64_t, int> owed_;
    std::unordered_map<std::int64_t, int> named_;
    std::vector<std::int64_t> marks_before_;
    std::vector<std::int64_t> marks_after_;
    std::unordered_set<std::vector<std::uint64_t>, Hash> seen_;
};

}  // namespace concurrency
