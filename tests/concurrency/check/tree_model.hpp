#pragma once

#include "model.hpp"

namespace concurrency {

/// Directories beside each other, which move as a whole: of each whether it is there, and which file stands in it.
class TreeModel : public ForgetsNothing {
  public:
    static constexpr std::size_t kDirectories = 3;
    struct Op : Came {
        using Came::Came;
        std::string_view what;
        std::size_t directory = 0;
        std::size_t to = 0;
        bool absent = false;
        bool recursive = false;
        std::int64_t value = 0;
        State listed;  ///< -1 for a file of which it is not known which
    };
    TreeModel(const Events& events, bool& sound);
    [[nodiscard]] Op read(const Event& event) const;
    [[nodiscard]] State first() const { return State(2 * kDirectories, 0); }
    bool step(State& state, const Op& op) const;
    void marks(const State& state, Marks& marks) const {
        for (std::size_t i = 0; i < kDirectories; ++i) marks.push_back(state[2 * i + 1]);
    }

  private:
    Versions versions_;
};

}  // namespace concurrency
