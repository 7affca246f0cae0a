#include "random_ranges.hpp"

#include <random>

#include "turns.hpp"

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kFilledVersion = 1;  // of what `fill` puts

/// Reads ranges at random offsets, aligned to nothing, of the first blob that `fill` puts.
class RandomRanges : public Workload {
  public:
    explicit RandomRanges(const Options& options)
        : options_(options), whole_(0, kFilledVersion, options.whole), turns_(options.count, options.connections) {
        const HeadWriter writer = head_writer(options);
        std::mt19937_64 random(20261123);
        std::uniform_int_distribution<std::uint64_t> anywhere(0, options.whole - options.size);
        for (std::uint64_t number = 0; number < options.count; ++number) {
            const std::uint64_t offset = anywhere(random);
            const std::string range = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + options.size - 1);
            offsets_.push_back(offset);
            heads_.push_back(writer.write(
                {.method = "GET", .path = options.path + "/" + blob_name(options, 0), .others = {{"Range", range}}}));
        }
    }

    std::optional<Exchange> next(unsigned connection) override {
        const std::uint64_t number = turns_.next(connection);
        return Exchange{heads_[number], {}, whole_.part(offsets_[number], options_.size)};
    }

    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        if (answer.status != 206) return wrong_status(answer);
        if (answer.length != options_.size) return "a range has " + std::to_string(answer.length) + " bytes";
        if (answer.first_difference) return "a range is wrong from byte " + std::to_string(*answer.first_difference) + " on";
        return std::nullopt;
    }

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }

  private:
    const Options options_;
    const Body whole_;
    Turns turns_;
    std::vector<std::uint64_t> offsets_;
    std::vector<std::string> heads_;
};

}  // namespace

std::unique_ptr<Workload> make_random_ranges_workload(const Options& options) {
    return std::make_unique<RandomRanges>(options);
}

}  // namespace lazulite::bench
