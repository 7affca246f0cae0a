#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/clock.hpp"
#include "store/sql.hpp"

namespace lazulite {

class Extents;
struct Range;

/// One snapshot of a store, on the thread that reads. Never held across a co_await: a read is a function.
class ReadTxn {
  public:
    ReadTxn(Connection& connection, Instant now) : connection_(connection), now_(now) {}
    ReadTxn(const ReadTxn&) = delete;
    ReadTxn& operator=(const ReadTxn&) = delete;

    /// Account time: wall time plus the store's persisted offset. Leases, TTL, retention, SAS expiry, Last-Modified.
    [[nodiscard]] Instant now() const { return now_; }

    template <class... Values>
    Cursor query(const char* sql, const Values&... values) {
        return connection_.query(sql, values...);
    }

  protected:
    ~ReadTxn() = default;
    Connection& connection_;
    Instant now_;
};

/// The writer's transaction, shared by the functions of one group. A function may run more than once and touches
/// nothing but this and its captures; ticks and ids drawn by an attempt that was rolled back are simply skipped.
class WriteTxn : public ReadTxn {
  public:
    template <class... Values>
    void execute(const char* sql, const Values&... values) {
        connection_.execute(sql, values...);
    }

    /// ETag, Last-Modified and version id of a write are one tick: account time at 100 ns, strictly increasing in commit
    /// order over restarts, a clock set back, and advances.
    [[nodiscard]] virtual Instant next_tick() = 0;
    /// Surrogate ids (containers, directories, contents, staging sets): never reused.
    [[nodiscard]] virtual std::int64_t next_id() = 0;

    /// A range of an extent is named by one more row from this transaction on: counts into extents.live.
    virtual void name(const Range& range) = 0;
    /// A row no longer names `range`; its bytes go once no reader can need them. `owner` is the pin key that readers of
    /// these bytes hold (`ContentRef::pin_key`).
    virtual void release(const Range& range, std::uint64_t owner) = 0;
    /// The same for a piece of what was named: of its file only `freed` goes, whole blocks (none where `freed.length` is 0),
    /// because others still have bytes in the blocks at its ends.
    virtual void release_part(const Range& range, const Range& freed, std::uint64_t owner) = 0;
    /// Whether somebody holds a pin of that key now.
    [[nodiscard]] virtual bool pinned(std::uint64_t key) const = 0;
    /// Queues work that is too large for one transaction: the rows below a dropped surrogate id go in slices, and a content
    /// takes over those of the one below it.
    enum class Drain : std::uint8_t { directory = 1, staging = 2, content = 3, queue = 4, table = 5, merge = 6 };
    virtual void drain(Drain kind, std::int64_t id) = 0;
    /// Has `StoreKind::expire` called with `kind`, `id` and `key` once account time has reached `due`, within a moment
    /// when the server runs, and after its start otherwise. One call for equal `due`, `kind` and `id`, with the last key.
    virtual void expire_at(Instant due, int kind, std::int64_t id, std::string_view key) = 0;

  protected:
    using ReadTxn::ReadTxn;
    ~WriteTxn() = default;
};

}  // namespace lazulite
