#include "small_store.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace lazulite::test {

namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE rows(id INTEGER PRIMARY KEY, dir INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE staged(set_id INTEGER, id INTEGER, source BLOB NOT NULL, PRIMARY KEY(set_id, id)) WITHOUT ROWID;
)sql";

constexpr auto kContents = std::to_array<const char*>({"SELECT content FROM rows"});
constexpr auto kSources = std::to_array<const char*>({"SELECT source FROM staged"});

bool drain_small(WriteTxn& tx, WriteTxn::Drain, std::int64_t dir, int rows) {
    std::vector<std::pair<std::int64_t, ContentRef>> found;
    {
        Cursor cursor = tx.query("SELECT id, content FROM rows WHERE dir = ? LIMIT ?", dir, rows);
        while (cursor.next()) found.emplace_back(cursor.integer(0), ContentRef::decode(cursor.bytes(1)));
    }
    for (const auto& [id, ref] : found) {
        contents::release(tx, ref);
        tx.execute("DELETE FROM rows WHERE id = ?", id);
    }
    return std::ssize(found) < rows;
}

const std::string kDatabase = "a/small.db";

DatabaseFiles paths_in(FileSystem& files) { return {files, "a", "small"}; }

/// True when the database was made.
bool prepare(FileSystem& files, const SmallStore::Options& options) {
    static const EmptyDatabase empty(kSmallKind);
    EXPECT_TRUE(files.make_directories("a"));
    EXPECT_TRUE(files.sync_directory(""));
    if (options.barriers) {
        EXPECT_TRUE(Barrier::recover(paths_in(files), options.boot));
    }
    const auto made = paths_in(files).create([]() -> const EmptyDatabase& { return empty; }).value();
    if (options.durability == Durability::power) {
        EXPECT_TRUE(paths_in(files).sync());
    }
    return made == DatabaseFiles::Made::database;
}

}  // namespace

const StoreKind kSmallKind{.name = "small",
                           .schema = kTables,
                           .drain = drain_small,
                           .named_contents = kContents,
                           .named_sources = kSources};

class OpenRead::Txn final : public ReadTxn {
  public:
    explicit Txn(Connection& connection) : ReadTxn(connection, Instant{}) {}
};

OpenRead::OpenRead(Readers& readers, FileSystem& files)
    : guard_(readers), connection_(files, kDatabase, {.read_only = true}), tx_(std::make_unique<Txn>(connection_)) {
    connection_.script("BEGIN; SELECT count(*) FROM meta");
}

OpenRead::~OpenRead() { connection_.script("COMMIT"); }

ReadTxn& OpenRead::tx() { return *tx_; }

class SmallStore::Txn final : public WriteTxn {
  public:
    explicit Txn(SmallStore& store) : WriteTxn(store.connection, Instant{}), store_(store) {}
    Instant next_tick() override { return Instant{}; }
    std::int64_t next_id() override { return ++store_.last_id_; }
    void name(const Range& range) override { store_.ledger.name(range); }
    void release(const Range& range, std::uint64_t owner) override { store_.ledger.release(range, owner); }
    void release_part(const Range& range, const Range& freed, std::uint64_t owner) override {
        store_.ledger.release(range, owner, freed);
    }
    bool pinned(std::uint64_t key) const override { return store_.readers.pinned(key); }
    void drain(Drain kind, std::int64_t id) override { store_.ledger.drain(kind, id); }
    void expire_at(Instant, int, std::int64_t, std::string_view) override {}

  private:
    SmallStore& store_;
};

SmallStore::SmallStore(FileSystem& system, const Options& options)
    : files(system),
      born(prepare(system, options)),
      connection(system, kDatabase, {.full_sync = options.durability == Durability::power}),
      reclaimer([&] {
          ExtentPool::Options pool;
          pool.directory = kExtents;
          {
              Cursor uuid = connection.query("SELECT value FROM meta WHERE name = 'uuid'");
              EXPECT_TRUE(uuid.next());
              std::copy_n(uuid.bytes(0).begin(), pool.store.bytes.size(), pool.store.bytes.begin());
          }
          pool.durability = options.durability;
          pool.first_id = next_extent_id(connection);
          pool.packed_limit = options.packed_limit;
          pool.exclusive_from = options.exclusive_from;
          extents = make_extents(files, pool);
          barrier = std::make_unique<Barrier>(
              Barrier::Place{paths_in(files), *extents, options.barriers ? options.durability : Durability::none,
                             options.boot, true, pool.first_id});
          EXPECT_TRUE(barrier->adopt(born));
          return Reclaim::Services{connection, *extents, readers, *barrier, kSmallKind};
      }()),
      ledger(connection) {
    last_id_ = number("SELECT max(content_id) FROM contents");
}

SmallStore::~SmallStore() = default;

void SmallStore::run(const std::function<void(WriteTxn&)>& fn, const char* end) {
    connection.script("BEGIN IMMEDIATE");
    ledger.begin();
    {
        Txn tx(*this);
        fn(tx);
    }
    ledger.flush(connection);
    connection.script(end);
}

void SmallStore::write(const std::function<void(WriteTxn&)>& fn) { run(fn, "COMMIT"); }

void SmallStore::write_and_roll_back(const std::function<void(WriteTxn&)>& fn) { run(fn, "ROLLBACK"); }

void SmallStore::read(const std::function<void(ReadTxn&)>& fn) {
    connection.script("BEGIN");
    {
        Txn tx(*this);
        fn(tx);
    }
    connection.script("COMMIT");
}

void SmallStore::raise() { EXPECT_TRUE(barrier->raise()); }

void SmallStore::checkpoint(Connection::Checkpoint how) {
    if (barrier->needed()) {
        connection.checkpoint(how, [this] { return barrier->raise().has_value(); });
    } else {
        connection.checkpoint(how);
    }
}

bool SmallStore::slice() {
    bool more = false;
    write([&](WriteTxn& tx) { more = reclaimer.slice(tx); });
    return more;
}

void SmallStore::reclaim() {
    std::int64_t before = -1;
    while (slice() || number("SELECT coalesce(max(seq), 0) FROM reclaim") != before) {
        before = number("SELECT coalesce(max(seq), 0) FROM reclaim");
    }
}

std::pair<Range, std::unique_ptr<PendingBytes>> SmallStore::upload(std::string_view bytes) {
    auto pending = extents->reserve(bytes.size()).value();
    EXPECT_TRUE(pending->write(as_bytes(bytes)));
    const Range range = run_now(pending->finish()).value();
    return {range, std::move(pending)};
}

Range SmallStore::put(std::int64_t id, std::string_view bytes) {
    auto [range, pending] = upload(bytes);
    write([&, &named = range](WriteTxn& tx) { set_row(tx, id, contents::create_embedded(tx, named)); });
    pending->keep();
    return range;
}

void SmallStore::set_row(WriteTxn& tx, std::int64_t id, const ContentRef& ref, std::int64_t dir) {
    tx.execute("INSERT OR REPLACE INTO rows(id, dir, content) VALUES(?, ?, ?)", id, dir,
               std::string_view(ref.encode()));
}

ContentRef SmallStore::row(ReadTxn& tx, std::int64_t id) {
    Cursor cursor = tx.query("SELECT content FROM rows WHERE id = ?", id);
    return cursor.next() ? ContentRef::decode(cursor.bytes(0)) : ContentRef();
}

void SmallStore::drop_row(std::int64_t id) {
    write([&](WriteTxn& tx) {
        contents::release(tx, row(tx, id));
        tx.execute("DELETE FROM rows WHERE id = ?", id);
    });
}

std::string SmallStore::content(const ContentRef& ref, std::uint64_t first, std::uint64_t length, std::size_t limit) {
    std::string bytes;
    while (bytes.size() < length) {
        std::vector<Piece> pieces;
        read([&](ReadTxn& tx) {
            pieces = contents::resolve(tx, ref, first + bytes.size(), length - bytes.size(), limit);
        });
        if (pieces.empty() || pieces.size() > limit) {
            ADD_FAILURE() << "a read of " << length << " bytes at " << first << " answers " << pieces.size() << " pieces";
            return bytes;
        }
        bytes += bytes_of(pieces);
    }
    return bytes;
}

std::string SmallStore::bytes_of(const std::vector<Piece>& pieces) {
    std::string bytes;
    for (const Piece& piece : pieces) {
        const std::size_t at = bytes.size();
        bytes.resize(at + piece.length);
        if (const auto* text = std::get_if<std::string>(&piece.from)) {
            EXPECT_EQ(text->size(), piece.length);
            bytes.replace(at, piece.length, *text);
        } else if (const auto* range = std::get_if<Range>(&piece.from)) {
            EXPECT_EQ(range->length, piece.length);
            EXPECT_TRUE(extents->read(range->extent, range->offset, bytes.data() + at, piece.length));
        }
    }
    return bytes;
}

CheckReport SmallStore::check() {
    CheckReport report;
    check_store(connection, files, kExtents, kSmallKind, "small", report);
    return report;
}

void SmallStore::expect_sound() {
    for (const std::string& problem : check().problems) ADD_FAILURE() << problem;
}

std::int64_t SmallStore::number(const char* sql) {
    Cursor cursor = connection.query(sql);
    return cursor.next() ? cursor.integer(0) : 0;
}

std::size_t SmallStore::extent_files() { return files.list(kExtents).value_or(std::vector<std::string>()).size(); }

testing::AssertionResult equal_bytes(std::string_view got, std::string_view wanted) {
    if (got == wanted) return testing::AssertionSuccess();
    if (got.size() != wanted.size()) {
        return testing::AssertionFailure() << got.size() << " bytes instead of " << wanted.size();
    }
    const auto differ = std::mismatch(got.begin(), got.end(), wanted.begin());
    return testing::AssertionFailure() << "they differ from byte " << differ.first - got.begin() << " on";
}

std::string some_bytes(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
        const std::uint64_t word = random();
        std::memcpy(bytes.data() + i, &word, std::min(size - i, sizeof word));
    }
    return bytes;
}

}  // namespace lazulite::test
