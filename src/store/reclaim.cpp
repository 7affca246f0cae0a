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
constexpr std::size_t kStepRanges = 64;

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

    /// A row of the queue, and what has to stay in it.
    struct Row {
        std::int64_t seq = 0;
        ReclaimWork work;
        ReclaimWork left;
        [[nodiscard]] bool changed() const {
            return left.released.size() != work.released.size() || left.drains.size() != work.drains.size();
        }
    };
    struct Freed {
        const Ledger::Release* release;
        Row* row;
        [[nodiscard]] Range blocks() const { return release->freed.value_or(release->range); }
    };

    /// Rows behind open gates, each once, beginning where the last slice ended: what is pinned holds nobody back.
    void walk_queue() {
        const std::int64_t start = self.cursor_;
        if (!walk_to(self.open_) || start == 0) return;
        self.cursor_ = 0;
        walk_to(start);
    }

    /// False when the slice was used up before the row `last`.
    bool walk_to(std::int64_t last) {
        while (true) {
            std::vector<Row> batch = next_rows(last);
            if (batch.empty()) return true;
            if (exhausted()) {
                more = true;
                return false;
            }
            self.cursor_ = batch.back().seq;
            settle(batch);
        }
    }

    /// As many as one step settles together: what many small writes freed, or the work of one large one.
    std::vector<Row> next_rows(std::int64_t last) {
        std::vector<Row> found;
        std::size_t ranges = 0;
        Cursor cursor = tx.query("SELECT seq, work FROM reclaim WHERE seq > ?1 AND seq <= ?2 ORDER BY seq", self.cursor_, last);
        while (ranges < kStepRanges && found.size() < kStepRanges && cursor.next()) {
            Row& row = found.emplace_back();
            row.seq = cursor.integer(0);
            row.work = ReclaimWork::decode(cursor.bytes(1));
            ranges += row.work.released.size();
        }
        return found;
    }

    void settle(std::vector<Row>& batch) {
        std::vector<Freed> ready;
        for (Row& row : batch) {
            for (const Ledger::Release& released : row.work.released) {
                if (pinned(released)) {
                    row.left.released.push_back(released);
                } else {
                    ready.push_back({&released, &row});
                }
            }
        }
        const auto place = [](const Freed& one) { return std::pair(one.release->range.extent, one.blocks().offset); };
        std::sort(ready.begin(), ready.end(), [&](const Freed& a, const Freed& b) { return place(a) < place(b); });
        for (auto first = ready.begin(); first != ready.end();) {
            const auto next = std::find_if(first, ready.end(), [&](const Freed& one) {
                return one.release->range.extent != first->release->range.extent;
            });
            const auto stopped = give_back(std::span(first, next));
            std::for_each(first + stopped, next, [](const Freed& one) { one.row->left.released.push_back(*one.release); });
            first = next;
        }
        for (Row& row : batch) {
            for (const auto& drain : row.work.drains) {
                const bool done = drain.kind == WriteTxn::Drain::merge ? merged(drain.id) : drained(drain);
                if (!done) row.left.drains.push_back(drain);
            }
        }
        save(batch);
    }

    /// Rows that follow each other go by one statement.
    void save(const std::vector<Row>& batch) {
        for (auto first = batch.begin(); first != batch.end();) {
            const auto next = std::find_if(first, batch.end(), [](const Row& row) { return !row.left.empty(); });
            if (next != first) tx.execute("DELETE FROM reclaim WHERE seq BETWEEN ?1 AND ?2", first->seq, std::prev(next)->seq);
            first = next;
            if (first == batch.end()) return;
            if (first->changed()) {
                tx.execute("UPDATE reclaim SET work = ?2 WHERE seq = ?1", first->seq, std::string_view(first->left.encode()));
            }
            ++first;
        }
    }

    bool pinned(const Ledger::Release& released) const {
        const Readers& readers = self.with_.readers;
        // The second: by a reader that found the range in a row, before it was promoted to a content of its own.
        return readers.pinned(released.owner) || readers.pinned(pin_key_of(released.range));
    }

    /// Freed ranges of one extent, in order. Returns how many were given back before the slice was used up.
    std::ptrdiff_t give_back(std::span<const Freed> freed) {
        if (exhausted()) {
            more = true;
            return 0;
        }
        const std::uint64_t extent = freed.front().release->range.extent;
        std::int64_t total = 0;
        for (const Freed& one : freed) total += length_of(*one.release);
        {
            Cursor cursor = tx.query("SELECT live = 0 AND freed = ?2 FROM extents WHERE extent_id = ?1", extent, total);
            if (!cursor.next()) return std::ssize(freed);
            if (cursor.integer(0) != 0 && self.with_.extents.remove(extent)) {
                --rows;
                tx.execute("DELETE FROM extents WHERE extent_id = ?", extent);
                return std::ssize(freed);
            }
        }
        auto first = freed.begin();
        for (total = 0; first != freed.end();) {
            if (exhausted()) {
                more = true;
                break;
            }
            // Blocks that touch are one hole.
            Range hole = first->blocks();
            do {
                total += length_of(*first->release);
                hole.length = std::max(hole.length, first->blocks().offset + first->blocks().length - hole.offset);
                ++first;
            } while (first != freed.end() && ExtentPool::touch(hole, first->blocks()));
            self.with_.extents.punch(hole);
            --rows;
        }
        tx.execute("UPDATE extents SET freed = freed - ?2 WHERE extent_id = ?1", extent, total);
        return first - freed.begin();
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
