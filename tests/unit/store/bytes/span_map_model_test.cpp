#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

#include "small_store.hpp"
#include "store/span_map.hpp"

namespace lazulite::test {
namespace {

constexpr std::uint64_t kPage = 512;
constexpr std::uint64_t kLargest = 600 * kPage;

/// Random writes, clears and resizes of a few maps that share contents, against byte arrays: after every step the counts
/// are exact and the bytes are right, and reads that are under way get the bytes of their time.
class SpanMapModel {
  public:
    SpanMapModel(FileSystem& files, std::uint64_t seed) : store_(files, small_extents()), random_(seed) {}

    void run(int steps) {
        for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
            this->step();
            store_.expect_sound();
            if (step % 10 == 0) read_all();
        }
        for (Stream& stream : streams_) finish(stream);
        streams_.clear();
        store_.reclaim();
        read_all();
        store_.expect_sound();
        while (!rows_.empty()) {
            store_.drop_row(rows_.begin()->first);
            rows_.erase(rows_.begin());
        }
        store_.reclaim();
        store_.expect_sound();
        EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
        EXPECT_EQ(store_.number("SELECT count(*) FROM map_spans"), 0);
        EXPECT_EQ(store_.number("SELECT count(*) FROM reclaim"), 0);
        EXPECT_EQ(store_.number("SELECT coalesce(sum(live + freed), 0) FROM extents"), 0);
        EXPECT_LE(store_.extent_files(), 1U);  // the one that is still written to
    }

  private:
    struct Row {
        ContentRef ref;
        std::string bytes;
        std::vector<std::uint64_t> written;  // by page: which write it is of, 0 for none
        int changes = 0;
        std::map<std::int64_t, int> older;  // rows whose state, after so many changes, this one goes back to
    };
    struct Stream {
        std::int64_t id;
        Row row;
        std::unique_ptr<OpenRead> read;  // until it is pinned
        Pin bytes_pin, view_pin;
        std::vector<Piece> pieces;  // found by the snapshot
        std::int64_t changes = 0;
        bool raced = false;
    };

    static SmallStore::Options small_extents() {
        SmallStore::Options options;
        options.packed_limit = 128 << 10;
        options.exclusive_from = 32 << 10;
        return options;
    }

    std::uint64_t any(std::uint64_t below) { return random_() % below; }
    std::int64_t any_row() {
        auto row = rows_.begin();
        std::advance(row, static_cast<std::ptrdiff_t>(any(rows_.size())));
        return row->first;
    }

    void step() {
        if (rows_.empty()) return create();
        switch (any(16)) {
            case 0: return rows_.size() < 5 ? create() : drop();
            case 1: return share();
            case 2: return drop();
            case 3: return resize();
            case 4:
            case 5: return clear();
            case 6:
            case 7: return stream();
            case 8: store_.reclaim(); return;
            case 9: static_cast<void>(store_.slice()); return;
            case 10: return abandon();
            default: return write();
        }
    }

    void create() {
        const std::uint64_t pages = any(kLargest / kPage + 1);
        Row row{{}, std::string(pages * kPage, '\0'), std::vector<std::uint64_t>(pages), 0, {}};
        store_.write([&](WriteTxn& tx) { store_.set_row(tx, next_, row.ref); });
        rows_[next_++] = row;
    }

    void share() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::share(tx, row.ref, row.bytes.size());
            store_.set_row(tx, next_, row.ref);
        });
        Row other = row;
        other.older[id] = row.changes;
        row.older[next_] = row.changes;
        rows_[next_++] = other;
    }

    void drop() {
        const std::int64_t id = any_row();
        store_.drop_row(id);
        rows_.erase(id);
    }

    /// The row names `ref` from now on.
    void settle(WriteTxn& tx, std::int64_t id, const ContentRef& ref) {
        const ContentRef before = SmallStore::row(tx, id);
        store_.set_row(tx, id, ref);
        if (before.encode() != ref.encode()) contents::release(tx, before);
    }

    struct Place {
        std::uint64_t first, pages;
    };
    /// Small places are common, and so are those at the same few offsets.
    Place place_in(const Row& row) {
        const std::uint64_t pages = row.written.size();
        const std::uint64_t first = any(3) == 0 ? any(pages) / 16 * 16 : any(pages);
        const std::uint64_t longest[] = {1, 3, 9, 70, 600};
        return {first, 1 + any(std::min(longest[any(5)], pages - first))};
    }

    void write() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        if (row.bytes.empty()) return;
        const Place place = place_in(row);
        const std::string bytes = some_bytes(place.pages * kPage, random_());
        std::unique_ptr<PendingBytes> pending;
        Source source = bytes;
        if (bytes.size() > 1024) {
            auto upload = store_.upload(bytes);
            source = upload.first;
            pending = std::move(upload.second);
        }
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::write_map(tx, row.ref, row.bytes.size(), place.first * kPage, source);
            settle(tx, id, row.ref);
        });
        if (pending) pending->keep();
        row.bytes.replace(place.first * kPage, bytes.size(), bytes);
        mark(row, place, ++writes_);
    }

    void clear() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        if (row.bytes.empty()) return;
        const Place place = place_in(row);
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::clear_map(tx, row.ref, row.bytes.size(), place.first * kPage, place.pages * kPage);
            settle(tx, id, row.ref);
        });
        row.bytes.replace(place.first * kPage, place.pages * kPage, place.pages * kPage, '\0');
        mark(row, place, 0);
    }

    static void mark(Row& row, Place place, std::uint64_t written) {
        for (std::uint64_t i = 0; i < place.pages; ++i) row.written[place.first + i] = written;
        ++row.changes;
    }

    void resize() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        const std::uint64_t pages = any(kLargest / kPage + 1);
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::resize_map(tx, row.ref, row.bytes.size(), pages * kPage);
            settle(tx, id, row.ref);
        });
        row.bytes.resize(pages * kPage);
        row.written.resize(pages);
        ++row.changes;
    }

    /// Rolled back: as if it had never been.
    void abandon() {
        const std::int64_t id = any_row();
        const Row& row = rows_[id];
        if (row.bytes.empty()) return;
        auto upload = store_.upload(some_bytes(std::min<std::uint64_t>(row.bytes.size(), 4096), random_()));
        store_.write_and_roll_back([&](WriteTxn& tx) {
            settle(tx, id, contents::write_map(tx, row.ref, row.bytes.size(), 0, upload.first));
        });
    }

    void stream() {
        if (streams_.empty() || any(3) == 0) {
            const std::int64_t id = any_row();
            streams_.push_back({id, rows_[id], std::make_unique<OpenRead>(store_.readers, store_.files), {}, {}, {}, 0, false});
        } else {
            const auto stream = streams_.begin() + static_cast<std::ptrdiff_t>(any(streams_.size()));
            if (stream->read) return pin(*stream);
            finish(*stream);
            streams_.erase(stream);
        }
    }

    /// Some windows at once, and the promise that the rest stays as it is.
    void pin(Stream& stream) {
        const auto now = rows_.find(stream.id);
        stream.raced = now == rows_.end() || now->second.changes != stream.row.changes;
        ReadTxn& tx = stream.read->tx();
        stream.pieces = contents::resolve(tx, stream.row.ref, 0, stream.row.bytes.size(), any(2) == 0 ? 2 : 10'000);
        stream.changes = contents::changes_of(tx, stream.row.ref).value_or(0);
        stream.bytes_pin = store_.readers.pin(stream.row.ref.pin_key());
        stream.view_pin = store_.readers.pin(contents::view_key(stream.row.ref));
        stream.read.reset();
    }

    void finish(Stream& stream) {
        if (stream.read) pin(stream);
        std::string got = store_.bytes_of(stream.pieces);
        EXPECT_BYTES(got, stream.row.bytes.substr(0, got.size()));
        while (got.size() < stream.row.bytes.size()) {
            bool same = true;
            store_.read([&](ReadTxn& tx) {
                same = contents::changes_of(tx, stream.row.ref).value_or(0) == stream.changes;
                got += store_.bytes_of(contents::resolve(tx, stream.row.ref, got.size(),
                                                         stream.row.bytes.size() - got.size(), 1 + any(5)));
            });
            if (same) continue;
            EXPECT_TRUE(stream.raced);
            break;
        }
        if (!stream.raced) {
            EXPECT_BYTES(got, stream.row.bytes);
        }
        stream.bytes_pin = stream.view_pin = {};
    }

    void read_all() {
        for (const auto& [id, row] : rows_) {
            EXPECT_BYTES(store_.content(row.ref, 0, row.bytes.size()), row.bytes);
            const std::uint64_t first = any(row.bytes.size() + 1);
            const std::uint64_t length = any(row.bytes.size() - first + 1);
            EXPECT_BYTES(store_.content(row.ref, first, length, 1 + any(5)), row.bytes.substr(first, length));
            expect_ranges(row);
        }
    }

    void expect_ranges(const Row& row) {
        std::vector<contents::WrittenRange> wanted;
        for (std::size_t i = 0; i < row.written.size(); ++i) {
            if (row.written[i] == 0) continue;
            if (wanted.empty() || wanted.back().end != i * kPage) wanted.push_back({i * kPage, i * kPage});
            wanted.back().end += kPage;
        }
        std::vector<contents::WrittenRange> got;
        const std::size_t most = 1 + any(20);
        std::optional<std::uint64_t> from = 0;
        store_.read([&](ReadTxn& tx) {
            while (from) {
                const auto page = contents::written_ranges(tx, row.ref, *from, row.bytes.size(), most, 10'000);
                EXPECT_LE(page.ranges.size(), most);
                got.insert(got.end(), page.ranges.begin(), page.ranges.end());
                from = page.next;
            }
        });
        EXPECT_EQ(got, wanted);
        for (const auto& [id, changes] : row.older) {
            const auto older = rows_.find(id);
            if (older != rows_.end() && older->second.changes == changes) expect_changes(row, older->second);
        }
    }

    void expect_changes(const Row& row, const Row& older) {
        std::vector<contents::ChangedRange> wanted;
        for (std::size_t i = 0; i < row.written.size(); ++i) {
            const std::uint64_t before = i < older.written.size() ? older.written[i] : 0;
            if (row.written[i] == before) continue;
            const bool cleared = row.written[i] == 0;
            if (wanted.empty() || wanted.back().end != i * kPage || wanted.back().cleared != cleared) {
                wanted.push_back({i * kPage, i * kPage, cleared});
            }
            wanted.back().end += kPage;
        }
        std::vector<contents::ChangedRange> got;
        std::optional<std::uint64_t> from = 0;
        store_.read([&](ReadTxn& tx) {
            while (from) {
                const auto page = contents::changed_ranges(tx, row.ref, older.ref, older.bytes.size(), *from,
                                                           row.bytes.size(), 1 + any(20), 10'000);
                got.insert(got.end(), page.ranges.begin(), page.ranges.end());
                from = page.next;
            }
        });
        EXPECT_EQ(got, wanted);
    }

    SmallStore store_;
    std::mt19937_64 random_;
    std::map<std::int64_t, Row> rows_;
    std::vector<Stream> streams_;
    std::int64_t next_ = 1;
    std::uint64_t writes_ = 0;
};

class SpanMapModelTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SpanMapModelTest, BytesAndCountsAreRightAfterEveryStep) {
    const auto memory = make_memory_file_system(1 << 30);
    SpanMapModel(*memory, GetParam()).run(400);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpanMapModelTest, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace lazulite::test
