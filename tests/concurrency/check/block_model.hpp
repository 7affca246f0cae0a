#pragma once

#include "model.hpp"

namespace concurrency {

/// A block blob that is put together: its version, and of each block id what is staged and what is committed under it,
/// then the ids in their order.
class BlockModel {
  public:
    static constexpr std::size_t kIds = 4;
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        std::int64_t value = 0;
        Condition condition;
        std::vector<std::int64_t> ids;      ///< staged or committed, or as the block list shows them
        std::vector<std::int64_t> staged;   ///< as the block list shows them
        std::vector<std::int64_t> content;  ///< what was read
        std::int64_t version = 0;
    };
    BlockModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(kOrder, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const;
    template <class Named>
    void forget(State& state, const Named& named) const {
        for (std::size_t i = kVersion; i < kOrder; ++i) {
            if (state[i] > 0 && !named(mark_of(state[i], i == kVersion ? 0 : kBlockValue))) state[i] = kForgotten;
        }
    }

  private:
    static constexpr std::size_t kBlockValue = 1;  ///< a sort of mark beside the version
    enum Place : std::size_t { kVersion = 0, kStaged = 1, kCommitted = kStaged + kIds, kOrder = kCommitted + kIds };
    bool commit(State& state, const Op& op) const;

    Versions versions_;
};

}  // namespace concurrency
