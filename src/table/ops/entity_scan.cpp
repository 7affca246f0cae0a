#include "table/ops/entity_scan.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "base/beside.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kMostPageBytes = 4 << 20;
constexpr auto kLongestQuery = std::chrono::seconds(5);
constexpr std::size_t kRare = 50;  // one match in more rows than that
constexpr ScanBudget kOnWorker{4096, 16 << 20};

/// What a filter says of a row as statements hand it over: its properties, or all of its columns.
bool matches(EntityFilter& filter, const RowValues& row, std::string& partition, std::string& row_key) {
    if (!filter.asks_of_row()) return filter.matches({{}, {}}, {}, row.bytes(0));
    const KeyView key(from_sortable(row.bytes(0), partition), from_sortable(row.bytes(1), row_key));
    return filter.matches(key, instant_of(row.integer(2)), row.bytes(3));
}

}  // namespace

/// How far those are who walk towards each other.
struct EntityScan::Meeting {
    std::mutex mutex;
    KeyPosition front;                ///< what lies before it was seen from the front
    std::optional<KeyPosition> back;  ///< what lies from it on was seen from behind
    std::optional<KeyPosition> place;  ///< the one of these up to which the front went; its own
    std::atomic<bool> over = false;   ///< the front wants no more
};

/// Finds what matches from the end of a span on, for the one who walks from the front.
class EntityScan::FromBehind final : private RowTest {
  public:
    struct Match {
        KeyPosition at;
        Instant timestamp;
        std::string properties;
    };

    FromBehind(const Filter& filter, std::optional<KeyPosition> end, std::size_t most)
        : filter_(filter), end_(std::move(end)), most_(most) {}

    void run(Store& store, std::int64_t table_id, Meeting& meeting) {
        over_ = &meeting.over;
        bool done = false;
        while (!done && !meeting.over) {
            KeySpan span{{}, end_};
            {
                const std::lock_guard lock(meeting.mutex);
                span.first = meeting.front;
            }
            const auto walked = store.read([&](ReadTxn& tx) -> Result<bool> { return walk(tx, table_id, span); });
            if (!walked) return;  // the other one covers what is left, or fails too
            done = *walked || enough();
            const std::lock_guard lock(meeting.mutex);
            meeting.back = end_;
        }
    }
    /// From the last one to the first.
    [[nodiscard]] const std::vector<Match>& matches() const { return matches_; }

  private:
    /// False when it stopped before the span's beginning.
    bool walk(ReadTxn& tx, std::int64_t table_id, const KeySpan& span) {
        rows_left_ = kOnWorker.rows;
        const EntityTest wanted{*this, filter_.asks_of_row()};
        EntityCursor cursor(tx, table_id, span, wanted, EntityCursor::Order::backwards);
        while (cursor.next()) {
            KeyPosition at{std::string(cursor.partition()), std::string(cursor.row())};
            if (stopped_) {
                end_ = after(std::move(at));
                return false;
            }
            const std::string_view properties = cursor.properties();
            bytes_ += properties.size();
            matches_.push_back({std::move(at), cursor.timestamp(), std::string(properties)});
        }
        end_ = span.first;
        return true;
    }
    [[nodiscard]] bool enough() const { return matches_.size() >= most_ || bytes_ > kMostPageBytes; }

    bool wants(const RowValues& row) noexcept override {
        stopped_ = rows_left_ == 0 || enough() || over_->load(std::memory_order_relaxed);
        if (stopped_) return true;
        --rows_left_;
        return table::matches(filter_, row, partition_, row_);
    }

    EntityFilter filter_;
    std::optional<KeyPosition> end_;  ///< what lies from it on was looked at
    std::size_t most_;
    const std::atomic<bool>* over_ = nullptr;
    std::size_t rows_left_ = 0;
    std::size_t bytes_ = 0;
    bool stopped_ = false;
    std::string partition_, row_;
    std::vector<Match> matches_;
};

EntityScan::EntityScan(EntityWriter& writer, const Filter* filter, KeySpans spans, std::size_t most)
    : writer_(writer), filter_(filter), spans_(std::move(spans)), most_(most) {
    if (filter_ != nullptr) test_.emplace(*filter_);
}

bool EntityScan::step(ReadTxn& tx, std::int64_t table_id, ScanBudget budget) {
    budget_ = budget;
    for (; !spans_.empty(); spans_.erase(spans_.begin())) {
        if (!walk(tx, table_id, spans_.front())) return full();
    }
    return true;
}

Task<Result<>> EntityScan::finish(Exchange& x, std::int64_t table_id) {
    // Of a page that fills up soon, most of what is found from behind would be thrown away.
    const bool rare = test_ && kRare * count_ < looked_at_;
    if (!rare || spans_.size() != 1) {
        if (count_ != 0 && !few_match()) {
            writer_.need(std::min(kMostPageBytes, writer_.size() / count_ * (most_ - count_)));
        }
        LAZ_CO_CHECK(co_await run_on(x.workers, [&] { return finish_here(*x.store, table_id, nullptr); }));
        co_return Result<>();
    }
    const std::optional<KeyPosition> end = spans_.front().end;
    Meeting meeting;
    meeting.front = spans_.front().first;
    FromBehind behind(*filter_, end, most_);
    Beside beside(x.workers, [&] { behind.run(*x.store, table_id, meeting); });
    LAZ_CO_CHECK(co_await run_on(x.workers, [&] { return finish_here(*x.store, table_id, &meeting); }));
    co_await beside.join();
    if (spans_.empty() && meeting.place) take_over(behind, *meeting.place, end);
    co_return Result<>();
}

Result<> EntityScan::finish_here(Store& store, std::int64_t table_id, Meeting* meeting) {
    struct Leaving {
        Meeting* meeting;
        ~Leaving() {
            if (meeting != nullptr) meeting->over = true;
        }
    };
    const Leaving leaving{meeting};
    const auto deadline = std::chrono::steady_clock::now() + kLongestQuery;
    bool done = false;
    while (!done && std::chrono::steady_clock::now() < deadline) {
        if (meeting != nullptr) {
            const std::lock_guard lock(meeting->mutex);
            meeting->front = spans_.front().first;
            // They may have passed each other: then the front has found all that lies before where it is.
            if (meeting->back) meeting->place = std::max(*meeting->back, meeting->front);
            if (meeting->place) spans_.front().end = meeting->place;
        }
        LAZ_TRY(done, store.read([&](ReadTxn& tx) -> Result<bool> { return step(tx, table_id, kOnWorker); }));
    }
    return {};
}

/// What was found behind the place where they met.
void EntityScan::take_over(const FromBehind& behind, const KeyPosition& place, const std::optional<KeyPosition>& end) {
    const auto& matches = behind.matches();
    for (auto match = matches.rbegin(); match != matches.rend(); ++match) {
        if (match->at < place) continue;
        if (full()) {
            spans_.push_back({match->at, end});
            return;
        }
        append(key_of(match->at.partition, match->at.row), match->timestamp, match->properties);
    }
}

/// False when it stopped before the span's end, which then begins where it stopped.
bool EntityScan::walk(ReadTxn& tx, std::int64_t table_id, KeySpan& span) {
    // A test inside the statement saves the most where few match; what asks about keys alone finds most, as a rule.
    const bool tests_inside = test_ && (looked_at_ == 0 ? test_->asks_of_properties() : few_match());
    std::optional<EntityTest> wanted;
    if (tests_inside) wanted.emplace(EntityTest{*this, test_->asks_of_row()});
    EntityCursor cursor(tx, table_id, span, wanted);
    while (cursor.next()) {
        const std::string_view partition = cursor.partition();
        const std::string_view row = cursor.row();
        const std::string_view properties = cursor.properties();
        if (tests_inside ? stopped_ : !pay(properties)) {
            span.first = {std::string(partition), std::string(row)};
            return false;
        }
        const Instant timestamp = cursor.timestamp();
        const KeyView key = key_of(partition, row);
        if (test_ && !tests_inside && !test_->matches(key, timestamp, properties)) continue;
        append(key, timestamp, properties);
    }
    return true;
}

/// Whether this row may still be looked at; once it may not, no other.
bool EntityScan::pay(std::string_view properties) {
    stopped_ = full() || budget_.rows == 0 || budget_.bytes == 0;
    if (stopped_) return false;
    ++looked_at_;
    --budget_.rows;
    budget_.bytes -= std::min(budget_.bytes, properties.size());
    return true;
}

/// A row that matches, or the one before which the walk stops.
bool EntityScan::wants(const RowValues& row) noexcept {
    return !pay(row.bytes(test_->asks_of_row() ? 3 : 0)) || matches(*test_, row, partition_, row_);
}

void EntityScan::append(KeyView key, Instant timestamp, std::string_view properties) {
    writer_.append(key, timestamp, properties);
    ++count_;
}

bool EntityScan::full() const { return count_ == most_ || writer_.size() > kMostPageBytes; }

bool EntityScan::few_match() const { return 2 * count_ < looked_at_; }

}  // namespace lazulite::table
