#include "blocks.hpp"

#include <algorithm>
#include <utility>

#include "verb.hpp"

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kVersion = 1;

/// Eight digits are base64 of six bytes.
std::string block_id(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < 8 ? 8 - digits.size() : 0, '0') + digits;
}

/// Puts each block once.
class PutBlocks : public OfAll {
  public:
    explicit PutBlocks(const Options& options)
        : OfAll(options, 201, [&](std::uint64_t number) {
              return HeadSpec{.method = "PUT",
                              .path = options.path + "/" + options.prefix,
                              .query = {{"comp", "block"}, {"blockid", block_id(number)}},
                              .content_length = options.size};
          }) {}

    std::optional<Exchange> next(unsigned connection) override {
        std::optional<Exchange> exchange = OfAll::next(connection);
        if (exchange) exchange->sent = Body(number_++, kVersion, options_.size);
        return exchange;
    }
    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }

  private:
    std::uint64_t number_ = 0;
};

/// Reads some of the blocks, spread over the blob, by their ranges.
class ReadBlocks : public Verb {
  public:
    explicit ReadBlocks(const Options& options)
        : Verb(options, 206,
               [&](std::uint64_t number) {
                   const std::uint64_t first = number * options.size;
                   const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + options.size - 1);
                   return HeadSpec{.method = "GET", .path = options.path + "/" + options.prefix, .x_ms = {{"x-ms-range", range}}};
               }),
          sample_(std::min(options.read_back, options.count)) {}

    std::optional<Exchange> next(unsigned) override {
        if (read_ == sample_) return std::nullopt;
        const std::uint64_t number = read_++ * options_.count / sample_;
        Exchange exchange = ask(number);
        exchange.expected = Body(number, kVersion, options_.size);
        return exchange;
    }
    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        if (auto wrong = Verb::complaint(connection, answer)) return wrong;
        if (answer.length == options_.size && !answer.first_difference) return std::nullopt;
        return "a block is not what was put";
    }

  private:
    const std::uint64_t sample_;
    std::uint64_t read_ = 0;
};

/// Commits all of the blocks in their order, once.
class CommitBlocks : public Workload {
  public:
    explicit CommitBlocks(const Options& options) : options_(options) {
        std::string list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
        for (std::uint64_t number = 0; number < options.count; ++number) list += "<Latest>" + block_id(number) + "</Latest>";
        list += "</BlockList>";
        request_ = head_writer(options).write({.method = "PUT",
                                               .path = options.path + "/" + options.prefix,
                                               .query = {{"comp", "blocklist"}},
                                               .content_length = list.size()});
        request_ += list;
    }

    std::optional<Exchange> next(unsigned) override {
        if (std::exchange(begun_, true)) return std::nullopt;
        return Exchange{request_, {}, std::nullopt};
    }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        return answer.status == 201 ? std::nullopt : std::optional(wrong_status(answer));
    }
    std::unique_ptr<Workload> check() override { return std::make_unique<ReadBlocks>(options_); }

  private:
    const Options options_;
    std::string request_;
    bool begun_ = false;
};

}  // namespace

std::unique_ptr<Workload> make_block_workload(const Options& options) {
    if (options.mode == Mode::commit_blocks) return std::make_unique<CommitBlocks>(options);
    return std::make_unique<PutBlocks>(options);
}

}  // namespace lazulite::bench
