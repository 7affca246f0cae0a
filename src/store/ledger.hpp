#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "store/extent_pool.hpp"
#include "store/extents.hpp"
#include "store/store.hpp"
#include "store/transaction.hpp"

namespace lazulite {

class Barrier;

/// Who is reading: epochs for reads that run now, pins for bodies that are still being sent. A range released at epoch E
/// may go once every reader that entered at E or before has left and nobody pins its owner. Any thread.
class Readers {
  public:
    Readers();
    ~Readers();
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    /// Entered before the read transaction begins, left after it ended. No co_await inside.
    class Guard {
      public:
        explicit Guard(Readers& readers);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

      private:
        void* slot_;
    };
    [[nodiscard]] Pin pin(std::uint64_t key);  ///< inside a Guard
    [[nodiscard]] bool pinned(std::uint64_t key) const;
    /// Ends the current epoch and returns its number: what was committed until now belongs to it.
    std::uint64_t advance();
    /// True when no reader that entered in `epoch` or before is still inside.
    [[nodiscard]] bool passed(std::uint64_t epoch) const;

  private:
    struct State;
    std::shared_ptr<State> state_;  // pins may outlive this object
};

/// What one group of writes names and releases, kept beside its transaction by the writer (its only thread) and written
/// with it: one update per touched extent, at most one reclaim row.
class Ledger {
  public:
    explicit Ledger(Connection& connection);

    struct Release {
        Range range;
        std::uint64_t owner;
        std::optional<Range> freed = std::nullopt;  ///< the blocks that go, where it is not those of `range`
    };
    struct Drain {
        WriteTxn::Drain kind;
        std::int64_t id;
    };
    void begin();  ///< a new attempt of the group: forgets the last one
    void name(const Range& range);
    void release(const Range& range, std::uint64_t owner, const std::optional<Range>& freed = std::nullopt);
    void drain(WriteTxn::Drain kind, std::int64_t id);
    [[nodiscard]] bool empty() const;

    /// What a function of the group added, to take it back where the function failed before it changed a row.
    struct Mark {
        std::size_t named, released, drains;
    };
    [[nodiscard]] Mark mark() const { return {named_.size(), released_.size(), drains_.size()}; }
    void rewind(const Mark& mark);

    /// Right before COMMIT: writes `extents` and `reclaim` rows, and raises the persisted ceiling of extent ids.
    void flush(Connection& connection);

  private:
    std::vector<Range> named_;
    std::vector<Release> released_;
    std::vector<Drain> drains_;
    std::int64_t last_seq_;  // of reclaim rows: never used twice within a process, since a gate that opened stays open
};

/// The first id for extents of this process: above every id that a committed row ever named.
[[nodiscard]] std::uint64_t next_extent_id(Connection& connection);

/// Gives bytes back: reads the reclaim queue and, for each row behind its gates (committed; durable; no epoch, no pin; for
/// unlink: sealed and no upload in flight; for punch: one link), punches or unlinks and removes the row in a later group.
/// Also works through drains in slices, and once after the start removes extents that a crash left without a row.
/// Idempotent after any crash, because offsets are never reused. One per store, on its writer's thread.
class Reclaim {
  public:
    struct Services {
        Connection& connection;  ///< the writer's
        ExtentPool& extents;
        Readers& readers;
        Barrier& barrier;
        const struct StoreKind& kind;
    };
    explicit Reclaim(const Services& services) : with_(services) {}

    /// Inside the writer's transaction and before Ledger::flush, when the queue is otherwise empty or once per group: one
    /// slice of at most 200 rows or about 2 ms. Returns true when more could be done right away (gates open).
    bool slice(WriteTxn& tx);
    /// As of the last slice: rows stand in the queue. With `slice` answering false they wait for a gate (a reader, a pin),
    /// so call it again in a while, 100 ms say, even when nobody writes.
    [[nodiscard]] bool waiting() const { return waiting_; }

  private:
    /// Rows of the queue up to `seq` were committed when `epoch` ended and before `barrier` began.
    struct Batch {
        std::int64_t seq;
        std::uint64_t epoch;
        std::uint64_t barrier;
    };
    struct Work;

    Services with_;
    std::vector<Batch> closed_;  // in order of seq: readers may still be inside, or the power may take them back
    std::int64_t seen_ = 0;      // rows up to here were or are in a batch
    std::int64_t open_ = 0;      // no running read needs what rows up to here list
    std::int64_t cursor_ = 0;    // the row after which the next slice begins
    bool waiting_ = true;
    bool listed_ = false;        // orphans_ was filled
    std::vector<std::uint64_t> orphans_;
};

/// The tables of the mechanism, made in every new database: meta, settings, contents, list_chunks, map_spans,
/// shared_ranges, extents, reclaim, expiry.
extern const char* const kMechanismSchema;

}  // namespace lazulite
