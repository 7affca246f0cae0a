#include "workload.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "blob_verbs.hpp"
#include "blocks.hpp"
#include "data_lake.hpp"
#include "entities.hpp"
#include "files.hpp"
#include "lists.hpp"
#include "messages.hpp"
#include "random_ranges.hpp"
#include "turns.hpp"

namespace lazulite::bench {

namespace {

/// TEXT000000, ...
std::string numbered(const std::string& text, std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return text + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

}  // namespace

std::string directory_name(std::uint64_t number) { return numbered("d", number); }

std::string blob_name(const Options& options, std::uint64_t number) {
    const std::string name = numbered(options.prefix, options.first + number);
    if (options.directories == 0) return name;
    return directory_name(number * options.directories / options.count).append("/").append(name);
}

namespace {

/// One head for each blob: they stay the same however often a blob is asked for.
template <class MakeSpec>
std::vector<std::string> write_heads(const Options& options, MakeSpec make_spec) {
    const HeadWriter writer = head_writer(options);
    std::vector<std::string> heads;
    heads.reserve(options.count);
    for (std::uint64_t number = 0; number < options.count; ++number) {
        HeadSpec spec = make_spec();
        spec.path = options.path + "/" + blob_name(options, number);
        heads.push_back(writer.write(std::move(spec)));
    }
    return heads;
}

bool of_ranges(const Options& options) {
    return options.mode == Mode::fill_ranges || options.mode == Mode::put_ranges || options.mode == Mode::get_ranges;
}
bool of_parts(const Options& options) { return options.mode == Mode::put_pages || of_ranges(options); }

/// One head for each part of the page blob or file, which stands where other modes have their prefix.
template <class MakeSpec>
std::vector<std::string> write_part_heads(const Options& options, MakeSpec make_spec) {
    const HeadWriter writer = head_writer(options);
    std::vector<std::string> heads;
    heads.reserve(options.count);
    for (std::uint64_t number = 0; number < options.count; ++number) {
        HeadSpec spec = make_spec();
        spec.path = options.path + "/" + options.prefix;
        const std::uint64_t first = number * options.size;
        spec.x_ms["x-ms-range"] = "bytes=" + std::to_string(first) + "-" + std::to_string(first + options.size - 1);
        heads.push_back(writer.write(std::move(spec)));
    }
    return heads;
}

std::vector<std::string> get_heads(const Options& options) {
    const auto spec = [] { return HeadSpec{.method = "GET"}; };
    return of_parts(options) ? write_part_heads(options, spec) : write_heads(options, spec);
}

std::vector<std::string> put_heads(const Options& options) {
    if (of_parts(options)) {
        return write_part_heads(options, [&] {
            return HeadSpec{.method = "PUT",
                            .query = {{"comp", of_ranges(options) ? "range" : "page"}},
                            .x_ms = {{of_ranges(options) ? "x-ms-write" : "x-ms-page-write", "update"}},
                            .content_length = options.size};
        });
    }
    return write_heads(options, [&] {
        return HeadSpec{.method = "PUT", .x_ms = {{"x-ms-blob-type", "BlockBlob"}}, .content_length = options.size};
    });
}

class Get : public Workload {
  public:
    /// `versions` holds the version of each blob's body that has to be there.
    Get(const Options& options, std::vector<std::uint64_t> versions)
        : options_(options),
          heads_(get_heads(options)),
          versions_(std::move(versions)),
          turns_(options.count, options.connections),
          current_(options.connections) {}

    std::optional<Exchange> next(unsigned connection) override { return ask(connection, turns_.next(connection)); }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        if (answer.status != (of_parts(options_) ? 206 : 200)) return wrong_status(answer);
        const std::string name = blob_name(options_, current_[connection]);
        if (answer.length != options_.size) return name + " has " + std::to_string(answer.length) + " bytes";
        if (!answer.first_difference) return std::nullopt;
        return name + " is wrong from byte " + std::to_string(*answer.first_difference) + " on";
    }

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }

  protected:
    Exchange ask(unsigned connection, std::uint64_t number) {
        current_[connection] = number;
        return {heads_[number], {}, Body(number, versions_[number], options_.size)};
    }

  private:
    Options options_;
    std::vector<std::string> heads_;
    std::vector<std::uint64_t> versions_;
    Turns turns_;
    std::vector<std::uint64_t> current_;  // the blob that each connection asked for last
};

/// Reads a sample of blobs, each once.
class ReadBack : public Get {
  public:
    ReadBack(const Options& options, std::vector<std::uint64_t> versions, std::vector<std::uint64_t> sample)
        : Get(options, std::move(versions)), sample_(std::move(sample)) {}

    std::optional<Exchange> next(unsigned connection) override {
        if (sample_.empty()) return std::nullopt;
        const std::uint64_t number = sample_.back();
        sample_.pop_back();
        return ask(connection, number);
    }

  private:
    std::vector<std::uint64_t> sample_;
};

class Put : public Workload {
  public:
    /// Every request writes content that no earlier one of this blob had, so that reading back tells old from new.
    Put(const Options& options, std::uint64_t first_version)
        : options_(options),
          heads_(put_heads(options)),
          turns_(options.count, options.connections),
          versions_(options.count, first_version),
          written_(options.count) {}

    std::optional<Exchange> next(unsigned connection) override { return write(turns_.next(connection)); }

    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        const auto& allowed = options_.put_statuses;
        if (std::find(allowed.begin(), allowed.end(), answer.status) != allowed.end()) return std::nullopt;
        return wrong_status(answer);
    }

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }

    std::unique_ptr<Workload> check() override {
        const std::vector<std::uint64_t> sample = sample_of_written();
        return sample.empty() ? nullptr : std::make_unique<ReadBack>(options_, versions_, sample);
    }

  protected:
    Exchange write(std::uint64_t number) {
        written_[number] = true;
        return {heads_[number], Body(number, ++versions_[number], options_.size), std::nullopt};
    }

    Options options_;

  private:
    [[nodiscard]] std::vector<std::uint64_t> sample_of_written() const {
        std::vector<std::uint64_t> numbers;
        for (std::uint64_t number = 0; number < options_.count; ++number) {
            if (written_[number]) numbers.push_back(number);
        }
        const std::uint64_t size = std::min<std::uint64_t>(options_.read_back, numbers.size());
        std::vector<std::uint64_t> sample;
        for (std::uint64_t place = 0; place < size; ++place) sample.push_back(numbers[place * numbers.size() / size]);
        return sample;
    }

    std::vector<std::string> heads_;
    Turns turns_;
    std::vector<std::uint64_t> versions_;  // of each blob's content, as put last
    std::vector<bool> written_;
};

/// What Fill leaves, and Get expects.
constexpr std::uint64_t kFilledVersion = 1;

class Fill : public Put {
  public:
    explicit Fill(const Options& options) : Put(options, kFilledVersion - 1) {}

    std::optional<Exchange> next(unsigned) override {
        if (begun_ == options_.count) return std::nullopt;
        return write(begun_++);
    }

  private:
    std::uint64_t begun_ = 0;
};

/// Makes append blobs without bytes.
class FillAppends : public Workload {
  public:
    explicit FillAppends(const Options& options)
        : heads_(write_heads(options, [] {
              return HeadSpec{.method = "PUT", .x_ms = {{"x-ms-blob-type", "AppendBlob"}}, .content_length = 0};
          })) {}

    std::optional<Exchange> next(unsigned) override {
        if (begun_ == heads_.size()) return std::nullopt;
        return Exchange{heads_[begun_++], {}, std::nullopt};
    }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        return answer.status == 201 ? std::nullopt : std::optional(wrong_status(answer));
    }

  private:
    std::vector<std::string> heads_;
    std::size_t begun_ = 0;
};

/// Reads the last block of some append blobs, and with it how many there are.
class ReadLastBlocks : public Workload {
  public:
    /// `blocks` holds how many each blob has to have.
    ReadLastBlocks(const Options& options, std::vector<std::uint64_t> blocks)
        : options_(options), writer_(head_writer(options)), blocks_(std::move(blocks)), heads_(options.connections) {}

    std::optional<Exchange> next(unsigned connection) override {
        while (number_ < blocks_.size() && blocks_[number_] == 0) ++number_;
        if (number_ == blocks_.size() || read_ == options_.read_back) return std::nullopt;
        ++read_;
        const std::uint64_t first = (blocks_[number_] - 1) * options_.size;
        heads_[connection] = writer_.write({.method = "GET",
                                            .path = options_.path + "/" + blob_name(options_, number_),
                                            .x_ms = {{"x-ms-range", "bytes=" + std::to_string(first) + "-"}}});
        const Body expected(number_, blocks_[number_], options_.size);
        ++number_;
        return Exchange{heads_[connection], {}, expected};
    }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        if (answer.status != 206) return wrong_status(answer);
        if (answer.length != options_.size) return "a last block has " + std::to_string(answer.length) + " bytes";
        if (answer.first_difference) return "a last block is wrong from " + std::to_string(*answer.first_difference);
        return std::nullopt;
    }

  private:
    Options options_;
    HeadWriter writer_;
    std::vector<std::uint64_t> blocks_;
    std::vector<std::string> heads_;
    std::uint64_t number_ = 0;
    std::uint64_t read_ = 0;
};

/// Appends to blobs in turn, each time something else.
class Append : public Workload {
  public:
    explicit Append(const Options& options)
        : options_(options),
          heads_(write_heads(options, [&] {
              return HeadSpec{.method = "PUT", .query = {{"comp", "appendblock"}}, .content_length = options.size};
          })),
          turns_(options.count, options.connections),
          blocks_(options.count) {}

    std::optional<Exchange> next(unsigned connection) override {
        const std::uint64_t number = turns_.next(connection);
        if (to_paths()) heads_[number] = append_to_path(options_, number, blocks_[number] * options_.size);
        return Exchange{heads_[number], Body(number, ++blocks_[number], options_.size), std::nullopt};
    }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        return answer.status == (to_paths() ? 202 : 201) ? std::nullopt : std::optional(wrong_status(answer));
    }
    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }
    std::unique_ptr<Workload> check() override { return std::make_unique<ReadLastBlocks>(options_, blocks_); }

  private:
    [[nodiscard]] bool to_paths() const { return options_.mode == Mode::append_paths; }

    Options options_;
    std::vector<std::string> heads_;
    Turns turns_;
    std::vector<std::uint64_t> blocks_;
};

std::uint64_t fresh_version() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

HeadWriter head_writer(const Options& options, SharedKeyForm form) {
    return {"127.0.0.1:" + std::to_string(options.port),
            options.version,
            {options.sas, options.account, options.key, form},
            options.close};
}

std::string wrong_status(const Answer& answer) {
    return "status " + std::to_string(answer.status) + ": " + answer.text.substr(0, 300);
}

std::unique_ptr<Workload> make_workload(const Options& options) {
    switch (options.mode) {
        case Mode::fill:
        case Mode::create:
        case Mode::fill_ranges:
            return std::make_unique<Fill>(options);
        case Mode::put:
        case Mode::put_pages:
        case Mode::put_ranges:
            return std::make_unique<Put>(options, fresh_version());
        case Mode::get:
        case Mode::get_ranges:
            return std::make_unique<Get>(options, std::vector(options.count, kFilledVersion));
        case Mode::list:
        case Mode::list_files:
        case Mode::list_prefixes:
            return make_list_workload(options);
        case Mode::get_random_ranges:
            return make_random_ranges_workload(options);
        case Mode::put_blocks:
        case Mode::commit_blocks:
            return make_block_workload(options);
        case Mode::fill_appends:
            return std::make_unique<FillAppends>(options);
        case Mode::append:
        case Mode::append_paths:
            return std::make_unique<Append>(options);
        case Mode::delete_blobs:
        case Mode::snapshot:
        case Mode::copy:
        case Mode::fill_tagged:
        case Mode::find_tagged:
            return make_verb_workload(options);
        case Mode::fill_files:
        case Mode::rename_files:
        case Mode::rename_directories:
        case Mode::rename_paths:
        case Mode::snapshot_shares:
            return make_file_workload(options);
        case Mode::fill_paths:
        case Mode::create_paths:
        case Mode::list_paths:
        case Mode::delete_paths:
        case Mode::status_paths:
            return make_path_workload(options);
        case Mode::fill_messages:
        case Mode::put_messages:
        case Mode::take_messages:
        case Mode::mix_messages:
            return make_message_workload(options);
        case Mode::fill_entities:
        case Mode::insert_entities:
        case Mode::batch_entities:
        case Mode::get_entities:
        case Mode::upsert_entities:
        case Mode::query_partition:
        case Mode::filter_entities:
            return make_entity_workload(options);
    }
    return nullptr;
}

}  // namespace lazulite::bench
