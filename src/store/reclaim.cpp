#include <algorithm>
#include <chrono>
#include <utility>

#include "store/barrier.hpp"
#include "store/content_codec.hpp"
#include "store/ledger.hpp"
#include "store/reclaim_work.hpp"
#include "store/span_map.hpp"
#include "store/stores.hpp"

namespace lazulite {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSliceTime{2};
constexpr int kSliceRows = 200;
constexpr int kStepRows = 40;   // rows drained between two looks at the clock
constexpr int kStepChunks = 8;  // of a list: about 250 blocks
constexpr int kStepSpans = 16;

std::int64_t length_of(const Ledger::Release& released) { return static_cast<std::int64_t>(released.range.length); }

}  // namespace

/// One call of slice.
struct Reclaim::Work {
    Reclaim& self;
    WriteTxn& tx;
    const steady_clock::time_point end = steady_clock::now() + kSliceTime;
    int rows = kSliceRows;
    bool more = false;  // work was left although its gates are open

    [[nodiscard]] bool exhausted() const { return rows <= 0 || steady_clock::now() >= end; }

    /// Follows the queue: which rows are committed, and of these which no running read can still need and no power failure
    /// can take back (a punch would outlive the delete that allowed it).
    void open_gates() {
        std::int64_t highest = 0;
        {
            Cursor cursor = tx.query("SELECT max(seq) FROM reclaim");
            if (cursor.next()) highest = cursor.integer(0);
        }
        auto& closed = self.closed_;
        if (highest > self.seen_) {
            closed.push_back({highest, self.with_.readers.advance(), self.with_.barrier.ticket()});
            self.seen_ = highest;
        }
        auto first = closed.begin();
        for (; first != closed.end() && self.with_.barrier.passed(first->barrier) &&
               self.with_.readers.passed(first->epoch); ++first) {
            self.open_ = first->seq;
        }
        closed.erase(closed.begin(), first);
    }

    /// Rows behind open gates, each once, beginning where the last slice ended: what is pinned holds nobody back.
    void walk_queue() {
        const std::int64_t start = self.cursor_;
        bool wrapped = false;
        while (true) {
            const auto [seq, work] = next_row();
            if (seq == 0 && !wrapped && start != 0) {
                self.cursor_ = 0;
                wrapped = true;
                continue;
            }
            if (seq == 0 || (wrapped && seq > start)) return;
            if (exhausted()) {
                more = true;
                return;
            }
            self.cursor_ = seq;
            settle(seq, work);
        }
    }

    std::pair<std::int64_t, std::string> next_row() {
        Cursor cursor = tx.query("SELECT seq, work FROM reclaim WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1",
                                 self.cursor_, self.open_);
        if (!cursor.next()) return {0, {}};
        return {cursor.integer(0), std::string(cursor.bytes(1))};
    }

    void settle(std::int64_t seq, std::string_view bytes) {
        ReclaimWork work = ReclaimWork::decode(bytes);
        ReclaimWork left;
        const auto ready = std::partition(work.released.begin(), work.released.end(),
                                          [this](const auto& released) { return pinned(released); });
        left.released.assign(work.released.begin(), ready);
        std::sort(ready, work.released.end(), [](const auto& a, const auto& b) {
            return std::pair(a.range.extent, a.range.offset) < std::pair(b.range.extent, b.range.offset);
        });
        for (auto first = ready; first != work.released.end();) {
            const auto next = std::find_if(first, work.released.end(), [&](const auto& released) {
                return released.range.extent != first->range.extent;
            });
            const auto stopped = give_back(std::span(first, next));
            left.released.insert(left.released.end(), first + stopped, next);
            first = next;
        }
        for (const auto& drain : work.drains) {
            if (!(drain.kind == WriteTxn::Drain::merge ? merged(drain.id) : drained(drain))) left.drains.push_back(drain);
        }
        if (left.empty()) {
            tx.execute("DELETE FROM reclaim WHERE seq = ?", seq);
        } else if (left.released.size() != work.released.size() || left.drains.size() != work.drains.size()) {
            tx.execute("UPDATE reclaim SET work = ?2 WHERE seq = ?1", seq, std::string_view(left.encode()));
        }
    }

    bool pinned(const Ledger::Release& released) const {
        const Readers& readers = self.with_.readers;
        // The second: by a reader that found the range in a row, before it was promoted to a content of its own.
        return readers.pinned(released.owner) || readers.pinned(pin_key_of(released.range));
    }

    /// Freed ranges of one extent. Returns how many were given back before the slice was used up.
    std::ptrdiff_t give_back(std::span<const Ledger::Release> freed) {
        if (exhausted()) {
            more = true;
            return 0;
        }
        const std::uint64_t extent = freed.front().range.extent;
        std::int64_t total = 0;
        for (const auto& released : freed) total += length_of(released);
        {
            Cursor cursor = tx.query("SELECT live = 0 AND freed = ?2 FROM extents WHERE extent_id = ?1", extent, total);
            if (!cursor.next()) return std::ssize(freed);
            if (cursor.integer(0) != 0 && self.with_.extents.remove(extent)) {
                --rows;
                tx.execute("DELETE FROM extents WHERE extent_id = ?", extent);
                return std::ssize(freed);
            }
        }
        std::ptrdiff_t count = 0;
        for (total = 0; count < std::ssize(freed); ++count) {
            if (exhausted()) {
                more = true;
                break;
            }
            const auto& released = freed[static_cast<std::size_t>(count)];
            self.with_.extents.punch(released.freed.value_or(released.range));
            total += length_of(released);
            --rows;
        }
        tx.execute("UPDATE extents SET freed = freed - ?2 WHERE extent_id = ?1", extent, total);
        return count;
    }

    bool drained(const Ledger::Drain& drain) {
        const bool content = drain.kind == WriteTxn::Drain::content;
        const StoreKind& kind = self.with_.kind;
        if (content && self.with_.readers.pinned(ContentRef::row(drain.id).pin_key())) return false;
        if (!content && kind.drain == nullptr) return true;
        while (!exhausted()) {
            rows -= content ? 1 : kStepRows;
            if (content ? contents::drain(tx, drain.id, kStepChunks) : kind.drain(tx, drain.kind, drain.id, kStepRows)) {
                return true;
            }
        }
        more = true;
        return false;
    }

    /// A content takes over what stands below it, one after the other, once nobody reads those on their own.
    bool merged(std::int64_t content) {
        while (const auto base = contents::mergeable(tx, content)) {
            if (self.with_.readers.pinned(ContentRef::row(*base).pin_key())) return false;
            if (exhausted()) {
                more = true;
                return false;
            }
            rows -= kStepSpans;
            contents::merge(tx, content, *base, kStepSpans);
        }
        return true;
    }

    /// Extents that died while they were still written to.
    void remove_dead() {
        std::vector<std::uint64_t> dead;
        {
            Cursor cursor =
                tx.query("SELECT extent_id FROM extents WHERE live = 0 AND freed = 0 LIMIT ?", kSliceRows);
            while (cursor.next()) dead.push_back(static_cast<std::uint64_t>(cursor.integer(0)));
        }
        for (const std::uint64_t extent : dead) {
            if (exhausted()) break;
            if (!self.with_.extents.remove(extent)) continue;
            --rows;
            tx.execute("DELETE FROM extents WHERE extent_id = ?", extent);
        }
    }

    void remove_orphans() {
        auto& orphans = self.orphans_;
        if (!std::exchange(self.listed_, true)) orphans = self.with_.extents.found_at_start();
        for (; !orphans.empty() && !exhausted(); orphans.pop_back()) {
            Cursor cursor = tx.query("SELECT 1 FROM extents WHERE extent_id = ?", orphans.back());
            if (cursor.next()) continue;
            self.with_.extents.remove(orphans.back());
            --rows;
        }
        if (!orphans.empty()) more = true;
    }
};

bool Reclaim::slice(WriteTxn& tx) {
    Work work{*this, tx};
    work.open_gates();
    work.walk_queue();
    work.remove_dead();
    work.remove_orphans();
    Cursor cursor = tx.query("SELECT 1 FROM reclaim LIMIT 1");
    waiting_ = cursor.next() || !orphans_.empty();
    return work.more;
}

}  // namespace lazulite
