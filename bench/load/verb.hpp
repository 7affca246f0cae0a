#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turns.hpp"
#include "workload.hpp"

namespace lazulite::bench {

/// Requests without a body, a head for each blob or file.
class Verb : public Workload {
  public:
    template <class MakeSpec>
    Verb(const Options& options, int status, MakeSpec make_spec) : options_(options), status_(status) {
        const HeadWriter writer = head_writer(options);
        for (std::uint64_t number = 0; number < options.count; ++number) {
            HeadSpec spec = make_spec(number);
            if (spec.path.empty()) spec.path = options.path + "/" + blob_name(options, number);
            heads_.push_back(writer.write(std::move(spec)));
        }
    }

    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        return answer.status == status_ ? std::nullopt : std::optional(wrong_status(answer));
    }

  protected:
    Exchange ask(std::uint64_t number) { return {heads_[number], {}, std::nullopt}; }
    const Options options_;

  private:
    const int status_;
    std::vector<std::string> heads_;
};

/// Of blobs or files in turn.
class InTurn : public Verb {
  public:
    template <class MakeSpec>
    InTurn(const Options& options, int status, MakeSpec make_spec)
        : Verb(options, status, make_spec), turns_(options.count, options.connections) {}

    std::optional<Exchange> next(unsigned connection) override { return ask(turns_.next(connection)); }

  private:
    Turns turns_;
};

/// Each once, until all are there.
class OfAll : public Verb {
  public:
    using Verb::Verb;

    std::optional<Exchange> next(unsigned) override {
        if (begun_ == options_.count) return std::nullopt;
        return ask(begun_++);
    }

  private:
    std::uint64_t begun_ = 0;
};

}  // namespace lazulite::bench
