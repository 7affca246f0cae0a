#pragma once

#include <optional>
#include <string>

#include "service/exchange.hpp"
#include "table/domain/filter.hpp"
#include "table/ops/entity_writer.hpp"
#include "table/rows/entities.hpp"

namespace lazulite::table {

/// How much one look at the table may cost: an io thread is given back soon, and no snapshot is held for long.
struct ScanBudget {
    std::size_t rows;
    std::size_t bytes;
};

/// A page in the making: goes on where it stopped, over one snapshot after the other. One thread at a time.
class EntityScan final : private RowTest {
  public:
    /// Writer and filter stay as long as this; without a filter, all entities of the spans match.
    EntityScan(EntityWriter& writer, const Filter* filter, KeySpans spans, std::size_t most);

    /// False when the budget was spent first.
    bool step(ReadTxn& tx, std::int64_t table_id, ScanBudget budget);
    /// The rest of the page, on workers: where matches are rare, two of them walk towards each other. What 5 s do not
    /// finish is left to the next page.
    [[nodiscard]] Task<Result<>> finish(Exchange& x, std::int64_t table_id);

    /// Where the next page begins; nothing when the query has seen everything.
    [[nodiscard]] std::optional<KeyPosition> rest() const {
        return spans_.empty() ? std::nullopt : std::optional(spans_.front().first);
    }

  private:
    struct Meeting;
    class FromBehind;

    Result<> finish_here(Store& store, std::int64_t table_id, Meeting* meeting);
    void take_over(const FromBehind& behind, const KeyPosition& place, const std::optional<KeyPosition>& end);
    bool walk(ReadTxn& tx, std::int64_t table_id, KeySpan& span);
    bool pay(std::string_view properties);
    bool wants(const RowValues& row) noexcept override;
    void append(KeyView key, Instant timestamp, std::string_view properties);
    /// A key as UTF-8, until the next one.
    [[nodiscard]] KeyView key_of(std::string_view partition, std::string_view row) {
        return {from_sortable(partition, partition_), from_sortable(row, row_)};
    }
    [[nodiscard]] bool full() const;
    [[nodiscard]] bool few_match() const;

    EntityWriter& writer_;
    const Filter* filter_;
    std::optional<EntityFilter> test_;
    KeySpans spans_;  ///< what is left
    std::size_t most_;
    std::size_t count_ = 0;
    std::size_t looked_at_ = 0;
    ScanBudget budget_{};
    bool stopped_ = false;
    std::string partition_, row_;  ///< keys that differ from their form in rows
};

}  // namespace lazulite::table
