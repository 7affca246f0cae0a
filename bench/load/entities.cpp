#include "entities.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string_view>
#include <utility>

#include "entity_text.hpp"
#include "turns.hpp"

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kBatchSize = 100;
constexpr std::uint64_t kMostHeads = 65'536;  // of entities that are read in turn
constexpr std::uint64_t kHotEntities = 8;     // that all connections upsert
constexpr std::uint64_t kWholeEach = 50;      // of a page, one in so many is compared whole
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

/// What @azure/data-tables 13 sends unless told otherwise; azure-data-tables 12 asks for the same metadata.
const std::map<std::string, std::string> kReads = {{"Accept", "application/json;odata=minimalmetadata"},
                                                   {"DataServiceVersion", "3.0"}};
const std::map<std::string, std::string> kWrites = {{"Accept", "application/json;odata=minimalmetadata"},
                                                    {"Content-Type", "application/json;odata=nometadata"},
                                                    {"DataServiceVersion", "3.0"},
                                                    {"Prefer", "return-no-content"}};

/// As many numbers below `count` as there are, or `most`, at equal distances.
std::vector<std::uint64_t> spread(std::uint64_t count, std::uint64_t most) {
    std::vector<std::uint64_t> numbers(std::min(count, most));
    for (std::uint64_t place = 0; place < numbers.size(); ++place) numbers[place] = place * count / numbers.size();
    return numbers;
}

/// Neighbours are not read one after the other.
std::vector<std::uint64_t> shuffled(std::vector<std::uint64_t> numbers) {
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(20261121));
    return numbers;
}

std::string entity_path(const Options& options, const std::string& partition, const std::string& row) {
    return options.path + "(PartitionKey='" + partition + "',RowKey='" + row + "')";
}

/// What all modes know; `key_` is that of the entities which this prefix names.
class Entities : public Workload {
  public:
    explicit Entities(const Options& options)
        : options_(options),
          writer_(head_writer(options, SharedKeyForm::table)),
          key_(key_pattern(options.prefix)),
          requests_(options.connections) {}

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return options_.size; }

  protected:
    Exchange ask(unsigned connection, std::string request) {
        requests_[connection] = std::move(request);
        return {requests_[connection], {}, std::nullopt};
    }

    Options options_;
    HeadWriter writer_;
    KeyPattern key_;

  private:
    std::vector<std::string> requests_;
};

/// Reads these entities in turn.
class GetEntities : public Entities {
  public:
    GetEntities(const Options& options, std::vector<std::uint64_t> numbers)
        : Entities(options),
          numbers_(std::move(numbers)),
          check_(key_, options.size),
          turns_(numbers_.size(), options.connections),
          asked_(options.connections) {
        Pattern partition(key_.partition);
        Pattern row(key_.row);
        for (const std::uint64_t number : numbers_) {
            const std::string path = entity_path(options, partition.of(number), row.of(number));
            heads_.push_back(writer_.write({.method = "GET", .path = path, .others = kReads}));
        }
    }

    std::optional<Exchange> next(unsigned connection) override { return get(connection, turns_.next(connection)); }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        if (answer.status != 200) return wrong_status(answer);
        const auto missing = check_.missing(answer.text, asked_[connection]);
        return missing ? std::optional("without " + *missing + ": " + answer.text) : std::nullopt;
    }

  protected:
    Exchange get(unsigned connection, std::uint64_t place) {
        asked_[connection] = numbers_[place];
        return {heads_[place], {}, std::nullopt};
    }

    std::vector<std::uint64_t> numbers_;

  private:
    std::vector<std::string> heads_;
    EntityCheck check_;
    Turns turns_;
    std::vector<std::uint64_t> asked_;
};

/// Reads these entities, each once.
class ReadBackEntities : public GetEntities {
  public:
    using GetEntities::GetEntities;
    std::optional<Exchange> next(unsigned connection) override {
        if (place_ == numbers_.size()) return std::nullopt;
        return get(connection, place_++);
    }

  private:
    std::uint64_t place_ = 0;
};

/// Puts entities that were not there before, one after the other; those that inherit decide how many at once.
class NewEntities : public Entities {
  public:
    explicit NewEntities(const Options& options) : Entities(options), json_(entity_json(key_, options.size)) {}

    std::unique_ptr<Workload> check() override {
        const auto sample = spread(number_, options_.read_back);
        return sample.empty() ? nullptr : std::make_unique<ReadBackEntities>(options_, sample);
    }

  protected:
    /// The JSON of the next one.
    const std::string& next_json() { return json_.of(number_++); }

  private:
    Pattern json_;
    std::uint64_t number_ = 0;
};

class InsertEntities : public NewEntities {
  public:
    explicit InsertEntities(const Options& options)
        : NewEntities(options),
          head_(writer_.write({.method = "POST",
                               .path = options.path,
                               .others = kWrites,
                               .content_length = entity_json(key_, options.size).size()})) {}

    std::optional<Exchange> next(unsigned connection) override { return ask(connection, head_ + next_json()); }

    std::optional<std::string> complaint(unsigned /*connection*/, const Answer& answer) override {
        return answer.status == 204 ? std::nullopt : std::optional(wrong_status(answer));
    }

  private:
    std::string head_;
};

/// Inserts `count` entities, by batches.
class BatchEntities : public NewEntities {
  public:
    BatchEntities(const Options& options, std::uint64_t count)
        : NewEntities(options),
          before_(
              "--changeset_bench\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
              "POST http://127.0.0.1:" +
              std::to_string(options.port) + options.path + " HTTP/1.1\r\n"),
          left_(count) {
        for (const auto& [name, value] : kWrites) before_.append(name).append(": ").append(value).append("\r\n");
        before_ += "\r\n";
        const std::size_t each = before_.size() + entity_json(key_, options.size).size() + kAfter.size();
        HeadSpec spec{.method = "POST",
                      .path = options.path.substr(0, options.path.rfind('/')) + "/$batch",
                      .others = kReads,
                      .content_length = kOpen.size() + kBatchSize * each + kClose.size()};
        spec.others["Content-Type"] = "multipart/mixed; boundary=batch_bench";
        head_ = writer_.write(std::move(spec));
    }

    std::optional<Exchange> next(unsigned connection) override {
        if (left_ < kBatchSize) return std::nullopt;
        left_ -= kBatchSize;
        std::string request = head_;
        request += kOpen;
        for (std::uint64_t part = 0; part < kBatchSize; ++part)
            request.append(before_).append(next_json()).append(kAfter);
        request += kClose;
        return ask(connection, std::move(request));
    }

    std::optional<std::string> complaint(unsigned /*connection*/, const Answer& answer) override {
        if (answer.status != 202) return wrong_status(answer);
        constexpr std::string_view kDone = "HTTP/1.1 204 ";
        std::uint64_t done = 0;
        for (std::size_t at = 0; (at = answer.text.find(kDone, at)) != std::string::npos; at += kDone.size()) ++done;
        if (done == kBatchSize) return std::nullopt;
        return std::to_string(done) + " of the batch are done: " + answer.text.substr(0, 1000);
    }

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return kBatchSize * options_.size; }

  private:
    static constexpr std::string_view kOpen =
        "--batch_bench\r\nContent-Type: multipart/mixed; boundary=changeset_bench\r\n\r\n";
    static constexpr std::string_view kAfter = "\r\n";
    static constexpr std::string_view kClose = "--changeset_bench--\r\n--batch_bench--\r\n";

    std::string head_;
    std::string before_;  // the JSON of each part
    std::uint64_t left_;
};

/// A few entities with keys of their own, which all connections write at once.
struct HotEntity {
    HotEntity(const Options& options, std::uint64_t number)
        : key{options.prefix + "hot", std::to_string(number)},
          path(entity_path(options, key.partition, key.row)),
          json(entity_json(key, options.size)),
          check(key, options.size) {}

    KeyPattern key;
    std::string path;
    Pattern json;
    EntityCheck check;
    std::vector<std::uint64_t> last;  // of the versions that were written, those that nothing surely replaced
};

/// Reads each of them once: it has to be, as a whole, one of those that may be the last.
class ReadBackHot : public Entities {
  public:
    ReadBackHot(const Options& options, std::vector<HotEntity>& all)
        : Entities(options), all_(all), asked_(options.connections) {}

    std::optional<Exchange> next(unsigned connection) override {
        while (place_ < all_.size() && all_[place_].last.empty()) ++place_;
        if (place_ == all_.size()) return std::nullopt;
        asked_[connection] = place_;
        return ask(connection, writer_.write({.method = "GET", .path = all_[place_++].path, .others = kReads}));
    }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        if (answer.status != 200) return wrong_status(answer);
        HotEntity& entity = all_[asked_[connection]];
        const bool known = std::any_of(entity.last.begin(), entity.last.end(), [&](std::uint64_t number) {
            return !entity.check.missing(answer.text, number);
        });
        return known ? std::nullopt : std::optional("not what was written last: " + answer.text);
    }

  private:
    std::vector<HotEntity>& all_;
    std::vector<std::size_t> asked_;
    std::size_t place_ = 0;
};

/// Insert Or Merge Entity of the few.
class UpsertEntities : public Entities {
  public:
    explicit UpsertEntities(const Options& options) : Entities(options), writing_(options.connections) {
        for (std::uint64_t number = 0; number < kHotEntities; ++number) {
            HotEntity& entity = entities_.emplace_back(options, number);
            heads_.push_back(writer_.write({.method = "PATCH",
                                            .path = entity.path,
                                            .others = kWrites,
                                            .content_length = entity.json.of(0).size()}));
        }
    }

    std::optional<Exchange> next(unsigned connection) override {
        const std::size_t place = version_ % kHotEntities;
        HotEntity& entity = entities_[place];
        entity.last.clear();  // what is answered by now is replaced by this one
        for (const auto& other : writing_) {
            if (other && other->place == place) entity.last.push_back(other->version);
        }
        entity.last.push_back(version_);
        writing_[connection] = Write{place, version_};
        return ask(connection, heads_[place] + entity.json.of(version_++));
    }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        writing_[connection].reset();
        return answer.status == 204 ? std::nullopt : std::optional(wrong_status(answer));
    }

    std::unique_ptr<Workload> check() override { return std::make_unique<ReadBackHot>(options_, entities_); }

  private:
    struct Write {
        std::size_t place;
        std::uint64_t version;
    };

    std::vector<HotEntity> entities_;
    std::vector<std::string> heads_;
    std::vector<std::optional<Write>> writing_;  // by each connection
    std::uint64_t version_ = 0;
};

/// Query Entities: walks all pages; those that inherit say which entities are wanted.
class QueryEntities : public Entities {
  public:
    explicit QueryEntities(const Options& options)
        : Entities(options), check_(key_, options.size), walks_(options.connections) {}

    std::optional<Exchange> next(unsigned connection) override {
        Walk& walk = walks_[connection];
        if (walk.continuation.empty()) walk = {wanted(turn_++), 0, {}};
        HeadSpec spec{.method = "GET", .path = options_.path + "()", .query = walk.continuation, .others = kReads};
        spec.query["$filter"] = walk.wanted.filter;
        return ask(connection, writer_.write(std::move(spec)));
    }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        Walk& walk = walks_[connection];
        walk.continuation = answer.continuation;
        auto problem = answer.status == 200 ? look_at(walk, answer.text) : wrong_status(answer);
        if (problem) walk.continuation.clear();
        return problem;
    }

    [[nodiscard]] bool ends_one(unsigned connection) const override { return walks_[connection].continuation.empty(); }

  protected:
    /// The entities with the numbers `first`, `first + step` and so on.
    struct Wanted {
        std::string filter;
        std::uint64_t first = 0, step = 1, count = 0;
    };
    virtual Wanted wanted(std::uint64_t turn) = 0;

  private:
    struct Walk {
        Wanted wanted;
        std::uint64_t seen = 0;
        std::map<std::string, std::string> continuation;
    };

    std::optional<std::string> look_at(Walk& walk, std::string_view page) {
        const Wanted& wanted = walk.wanted;
        std::size_t from = 0;
        while (const auto entity = next_entity(page, from)) {
            const std::uint64_t number = wanted.first + walk.seen * wanted.step;
            if (walk.seen == wanted.count) return "too many entities, " + std::string(*entity);
            if (!check_.has_row(*entity, number)) {
                return std::string(*entity) + " in place of number " + std::to_string(number);
            }
            const auto missing = walk.seen % kWholeEach == 0 ? check_.missing(*entity, number) : std::nullopt;
            if (missing) return "without " + *missing + ": " + std::string(*entity);
            ++walk.seen;
        }
        if (walk.continuation.empty() && walk.seen != wanted.count) {
            return "no more than " + std::to_string(walk.seen) + " entities";
        }
        return std::nullopt;
    }

    EntityCheck check_;
    std::vector<Walk> walks_;
    std::uint64_t turn_ = 0;
};

class QueryPartition : public QueryEntities {
  public:
    using QueryEntities::QueryEntities;

  private:
    Wanted wanted(std::uint64_t turn) override {
        const std::uint64_t first = turn * kPartitionSize % options_.count;
        return {"PartitionKey eq '" + Pattern(key_.partition).of(first) + "'", first, 1, kPartitionSize};
    }
};

class FilterEntities : public QueryEntities {
  public:
    using QueryEntities::QueryEntities;

  private:
    Wanted wanted(std::uint64_t turn) override {
        const std::uint64_t group = turn % kGroups;
        return {group_filter(group), group, kGroups, options_.count / kGroups};
    }
};

}  // namespace

std::unique_ptr<Workload> make_entity_workload(const Options& options) {
    switch (options.mode) {
        case Mode::fill_entities:
            return std::make_unique<BatchEntities>(options, options.count);
        case Mode::batch_entities:
            return std::make_unique<BatchEntities>(options, kNoEnd);
        case Mode::get_entities:
            return std::make_unique<GetEntities>(options, shuffled(spread(options.count, kMostHeads)));
        case Mode::upsert_entities:
            return std::make_unique<UpsertEntities>(options);
        case Mode::query_partition:
            return std::make_unique<QueryPartition>(options);
        case Mode::filter_entities:
            return std::make_unique<FilterEntities>(options);
        default:
            return std::make_unique<InsertEntities>(options);
    }
}

}  // namespace lazulite::bench
