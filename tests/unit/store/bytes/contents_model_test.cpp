#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

#include "small_store.hpp"

namespace lazulite::test {
namespace {

/// Random rows of all kinds against byte arrays: after every step the counts are exact and the bytes are right, and reads
/// that are under way (a snapshot, then windows behind a pin) get the bytes of their time, whatever is released meanwhile.
class ContentsModel {
  public:
    ContentsModel(FileSystem& files, std::uint64_t seed) : store_(files, small_extents()), random_(seed) {}

    void run(int steps) {
        for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
            this->step();
            store_.expect_sound();
            if (step % 10 == 0) read_all();
        }
        for (Stream& stream : streams_) finish(stream);
        streams_.clear();
        while (!rows_.empty()) drop(rows_.begin()->first);
        store_.reclaim();
        store_.expect_sound();
        EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
        EXPECT_EQ(store_.number("SELECT count(*) FROM list_chunks"), 0);
        EXPECT_EQ(store_.number("SELECT count(*) FROM shared_ranges"), 0);
        EXPECT_EQ(store_.number("SELECT count(*) FROM reclaim"), 0);
        EXPECT_EQ(store_.number("SELECT coalesce(sum(live + freed), 0) FROM extents"), 0);
        EXPECT_LE(store_.extent_files(), 1U);  // the one that is still written to
    }

  private:
    struct Row {
        ContentRef ref;
        std::string bytes;
    };
    struct Stream {
        std::int64_t id;
        std::string bytes;
        std::unique_ptr<OpenRead> read;  // until it is pinned
        Pin pin;
        ContentRef ref;
        std::string got;
    };

    static SmallStore::Options small_extents() {
        SmallStore::Options options;
        options.packed_limit = 128 << 10;
        options.exclusive_from = 32 << 10;
        return options;
    }

    std::uint64_t any(std::uint64_t below) { return random_() % below; }
    std::string fresh_bytes() {
        const std::uint64_t limits[] = {10, 1024, 5000, 50'000};
        return some_bytes(1 + any(limits[any(4)]), random_());
    }
    std::int64_t any_row() {
        auto row = rows_.begin();
        std::advance(row, static_cast<std::ptrdiff_t>(any(rows_.size())));
        return row->first;
    }

    void step() {
        if (any(4) == 0) return stream();
        switch (any(rows_.empty() ? 3 : 11)) {
            case 0:
                return put_inline();
            case 1:
                return put_embedded();
            case 2:
            case 3:
                return put_list();
            case 4:
                return share();
            case 5:
            case 6:
                return drop(any_row());
            case 7:
                store_.reclaim();
                return;
            case 8:
            case 9:
                return append();
            default:
                abandon();
        }
    }

    void put_inline() {
        Row row{{}, some_bytes(any(1024), random_())};
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::create_inline(tx, row.bytes);
            replace(tx, next_, row.ref);
        });
        rows_[next_++] = row;
    }

    void put_embedded() {
        // Into a new row, or over one that is there.
        const std::int64_t id = rows_.empty() || any(2) == 0 ? next_++ : any_row();
        const std::string bytes = fresh_bytes();
        auto upload = store_.upload(bytes);
        const Range& range = upload.first;
        store_.write([&](WriteTxn& tx) { replace(tx, id, contents::create_embedded(tx, range)); });
        upload.second->keep();
        rows_[id] = {ContentRef(range), bytes};
    }

    /// Of new blocks, inline ones, blocks of other lists, and blocks that occur twice; over a list or as a new row.
    void put_list() {
        const std::int64_t id = rows_.empty() || any(2) == 0 ? next_++ : any_row();
        std::vector<Block> known;
        store_.read([&](ReadTxn& tx) {
            if (!rows_.empty()) known = contents::blocks(tx, rows_[any_row()].ref);
            if (const auto old = rows_.find(id); old != rows_.end()) {
                for (Block& block : contents::blocks(tx, old->second.ref)) known.push_back(std::move(block));
            }
        });
        std::vector<Block> blocks;
        std::vector<std::unique_ptr<PendingBytes>> pending;
        Row row;
        for (std::uint64_t count = 1 + any(60); count > 0; --count) {
            const std::uint64_t how = any(10);
            if (how < 4 && !known.empty()) {
                blocks.push_back(known[any(known.size())]);
            } else if (how < 6 && !blocks.empty()) {
                blocks.push_back(blocks[any(blocks.size())]);
            } else {
                const std::string bytes = how < 8 ? some_bytes(1 + any(700), random_()) : fresh_bytes();
                Block& block = blocks.emplace_back();
                block.id = "block-" + std::to_string(count);
                block.length = bytes.size();
                if (how < 8) {
                    block.source = bytes;
                } else {
                    auto upload = store_.upload(bytes);
                    block.source = upload.first;
                    pending.push_back(std::move(upload.second));
                }
            }
            row.bytes += bytes_of(blocks.back());
        }
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::create_list(tx, blocks);
            replace(tx, id, row.ref);
        });
        for (auto& upload : pending) upload->keep();
        rows_[id] = row;
    }

    /// To any kind of content, shared or not.
    void append() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        const bool small = any(2) == 0;
        const std::string bytes = small ? some_bytes(1 + any(700), random_()) : fresh_bytes();
        auto upload = store_.upload(bytes);
        const Source source = small ? Source(bytes) : Source(upload.first);
        store_.write([&](WriteTxn& tx) {
            const ContentRef before = row.ref;
            row.ref = contents::append(tx, before, row.bytes.size(), {"", bytes.size(), source, Naming::fresh});
            store_.set_row(tx, id, row.ref);
            if (row.ref.encode() != before.encode()) contents::release(tx, before);
        });
        if (!small) upload.second->keep();
        row.bytes += bytes;
    }

    void share() {
        const std::int64_t id = any_row();
        Row& row = rows_[id];
        store_.write([&](WriteTxn& tx) {
            row.ref = contents::share(tx, row.ref, row.bytes.size());
            store_.set_row(tx, id, row.ref);
            store_.set_row(tx, next_, row.ref);
        });
        rows_[next_++] = row;
    }

    void drop(std::int64_t id) {
        store_.drop_row(id);
        rows_.erase(id);
    }

    void stream() {
        if (!rows_.empty() && (streams_.empty() || any(3) == 0)) {
            const std::int64_t id = any_row();
            streams_.push_back({id, rows_[id].bytes, std::make_unique<OpenRead>(store_.readers, store_.files), {}, {}, {}});
        } else if (!streams_.empty()) {
            const auto stream = streams_.begin() + static_cast<std::ptrdiff_t>(any(streams_.size()));
            if (stream->read) return pin(*stream);
            if (advance(*stream)) return;
            finish(*stream);
            streams_.erase(stream);
        }
    }

    void pin(Stream& stream) {
        ReadTxn& tx = stream.read->tx();
        stream.ref = SmallStore::row(tx, stream.id);
        if (stream.bytes.size() <= 1024) {  // may be inline: read at once
            stream.got = store_.bytes_of(contents::resolve(tx, stream.ref, 0, stream.bytes.size(), 1000));
        }
        stream.pin = store_.readers.pin(stream.ref.pin_key());
        stream.read.reset();
    }

    /// A few pieces, in a transaction of their own.
    bool advance(Stream& stream) {
        const std::uint64_t left = stream.bytes.size() - stream.got.size();
        if (left == 0) return false;
        store_.read([&](ReadTxn& tx) {
            stream.got += store_.bytes_of(contents::resolve(tx, stream.ref, stream.got.size(), left, 1 + any(5)));
        });
        return true;
    }

    void finish(Stream& stream) {
        if (stream.read) pin(stream);
        while (advance(stream)) {
        }
        EXPECT_BYTES(stream.got, stream.bytes);
        stream.pin = {};
    }

    void abandon() {
        auto upload = store_.upload(fresh_bytes());
        store_.write_and_roll_back(
            [&](WriteTxn& tx) { replace(tx, any_row(), contents::create_embedded(tx, upload.first)); });
    }

    void replace(WriteTxn& tx, std::int64_t id, const ContentRef& ref) {
        contents::release(tx, SmallStore::row(tx, id));
        store_.set_row(tx, id, ref);
    }

    std::string bytes_of(const Block& block) {
        if (const auto* text = std::get_if<std::string>(&block.source)) return *text;
        const Range& range = std::get<Range>(block.source);
        std::string bytes(range.length, '\0');
        EXPECT_TRUE(store_.extents->read(range.extent, range.offset, bytes.data(), bytes.size()));
        return bytes;
    }

    void read_all() {
        for (const auto& [id, row] : rows_) {
            EXPECT_BYTES(store_.content(row.ref, 0, row.bytes.size()), row.bytes);
            const std::uint64_t first = any(row.bytes.size() + 1);
            const std::uint64_t length = any(row.bytes.size() - first + 1);
            EXPECT_BYTES(store_.content(row.ref, first, length, 1 + any(5)), row.bytes.substr(first, length));
        }
    }

    SmallStore store_;
    std::mt19937_64 random_;
    std::map<std::int64_t, Row> rows_;
    std::vector<Stream> streams_;
    std::int64_t next_ = 1;
};

class ContentsModelTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ContentsModelTest, BytesAndCountsAreRightAfterEveryStep) {
    const auto memory = make_memory_file_system(1 << 30);
    ContentsModel(*memory, GetParam()).run(250);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ContentsModelTest, testing::Range<std::uint64_t>(1, 7));

}  // namespace
}  // namespace lazulite::test
