#include "blob/rows/history.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob/ops/blob_walk.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/schema.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"
#include "store/stores.hpp"

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

constexpr auto kInclude = DeleteSnapshots::include;
constexpr auto kOnly = DeleteSnapshots::only;
constexpr std::optional<DeleteSnapshots> kUnsaid;

TEST(DeleteBlobWithSnapshots, NeedsToBeSaid) {
    EXPECT_EQ(deletion(kUnsaid, false), (Deletion{true, false}));
    EXPECT_EQ(deletion(kInclude, false), (Deletion{true, false}));
    EXPECT_EQ(deletion(kOnly, false), (Deletion{false, false}));
    EXPECT_EQ(deletion(kUnsaid, true).error().code(), ErrorCode::snapshots_present);
    EXPECT_EQ(deletion(kInclude, true), (Deletion{true, true}));
    EXPECT_EQ(deletion(kOnly, true), (Deletion{false, true}));
}

// What becomes of the current blob, and whether what comes is a version; by hand from "Blob versioning" and "Soft delete for
// blobs".
struct Case {
    Change change;
    bool is_version;
    Keeping keeping;
    Fate expected;
};
constexpr Keeping kNone{false, false};
constexpr Keeping kVersions{true, false};
constexpr Keeping kSoft{false, true};
constexpr Keeping kBoth{true, true};
constexpr bool kVersioned = true;

TEST(BlobHistory, EveryChangeHasItsFate) {
    using Former = Fate::Former;
    const Case cases[] = {
        {Change::replace, false, kNone, {Former::nothing, false}},
        {Change::replace, true, kNone, {Former::version, false}},
        {Change::replace, false, kVersions, {Former::version, kVersioned}},
        {Change::replace, true, kVersions, {Former::version, kVersioned}},
        {Change::replace, false, kSoft, {Former::deleted_snapshot, false}},
        {Change::replace, true, kSoft, {Former::version, false}},
        {Change::replace, false, kBoth, {Former::version, kVersioned}},
        {Change::replace, true, kBoth, {Former::version, kVersioned}},

        {Change::metadata, false, kNone, {Former::nothing, false}},
        {Change::metadata, true, kNone, {Former::version, false}},
        {Change::metadata, false, kVersions, {Former::version, kVersioned}},
        {Change::metadata, true, kVersions, {Former::version, kVersioned}},
        {Change::metadata, false, kSoft, {Former::nothing, false}},
        {Change::metadata, true, kSoft, {Former::version, false}},
        {Change::metadata, false, kBoth, {Former::version, kVersioned}},
        {Change::metadata, true, kBoth, {Former::version, kVersioned}},

        {Change::snapshot, false, kNone, {Former::nothing, false}},
        {Change::snapshot, true, kNone, {Former::nothing, false}},
        {Change::snapshot, false, kVersions, {Former::version, kVersioned}},
        {Change::snapshot, true, kVersions, {Former::version, kVersioned}},
        {Change::snapshot, false, kSoft, {Former::nothing, false}},
        {Change::snapshot, true, kSoft, {Former::nothing, false}},
        {Change::snapshot, false, kBoth, {Former::version, kVersioned}},
        {Change::snapshot, true, kBoth, {Former::version, kVersioned}},

        {Change::remove, false, kNone, {Former::nothing, false}},
        {Change::remove, true, kNone, {Former::version, false}},
        {Change::remove, false, kVersions, {Former::version, false}},
        {Change::remove, true, kVersions, {Former::version, false}},
        {Change::remove, false, kSoft, {Former::deleted_blob, false}},
        {Change::remove, true, kSoft, {Former::version, false}},
        {Change::remove, false, kBoth, {Former::version, false}},
        {Change::remove, true, kBoth, {Former::version, false}},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(fate(c.change, c.is_version, c.keeping), c.expected)
            << static_cast<int>(c.change) << ' ' << c.is_version << ' ' << c.keeping.versions << c.keeping.deleted;
    }
}

TEST(BlobHistory, AnArchivedBlobIsNotKeptWhenItIsOverwritten) {
    using Former = Fate::Former;
    constexpr bool kArchived = true;
    EXPECT_EQ(fate(Change::replace, false, kSoft, kArchived), (Fate{Former::nothing, false}));
    EXPECT_EQ(fate(Change::replace, false, kBoth, kArchived), (Fate{Former::version, kVersioned}));
    EXPECT_EQ(fate(Change::remove, false, kSoft, kArchived), (Fate{Former::deleted_blob, false}));
}

TEST(BlobHistory, WholeDaysAreLeftOfARetention) {
    const Instant deleted = instant_of(17'000'000'000'000'000);
    const Retention week{deleted, deleted + Ticks(std::chrono::days(7))};
    EXPECT_EQ(remaining_days(week, deleted), 6);
    EXPECT_EQ(remaining_days(week, deleted + Ticks(1)), 6);
    EXPECT_EQ(remaining_days(week, deleted + 24h - Ticks(1)), 6);
    EXPECT_EQ(remaining_days(week, deleted + 24h), 5);
    EXPECT_EQ(remaining_days(week, deleted + 7 * 24h - Ticks(1)), 0);
}

/// A container, and blobs of 5,000 bytes in an extent.
class Snapshots : public ::testing::Test {
  protected:
    Snapshots() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kBlobStore.name);
        write([&](WriteTxn& tx) {
            container_.name = "con";
            container_.container_id = tx.next_id();
            container_.root_dir_id = tx.next_id();
            container_.tick = container_.created = tx.next_tick();
            insert_container(tx, container_);
        });
    }
    ~Snapshots() override {
        store_.reset();
        stores_->close();
    }

    template <class Fn>
    void write(Fn fn) {
        ASSERT_TRUE(store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        }));
    }
    template <class T, class Fn>
    T read(Fn fn) {
        return *store_->read([&fn](ReadTxn& tx) -> Result<T> { return fn(tx); });
    }
    std::int64_t number(const char* sql) {
        return read<std::int64_t>([sql](ReadTxn& tx) {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    /// Lets the store work until `sql` says so, or for 20 s.
    void wait_for(const char* sql, std::int64_t wanted) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (number(sql) != wanted && std::chrono::steady_clock::now() < end) write([](WriteTxn&) {});
        EXPECT_EQ(number(sql), wanted) << sql;
    }

    BlobKey key(const std::string& name) const { return {container_.root_dir_id, name}; }

    void put(const std::string& name, std::uint64_t length = 5000) {
        auto upload = *store_->extents().reserve(length);
        ASSERT_TRUE(upload->write(as_bytes(std::string(length, 'a'))));
        std::optional<Result<Range>> range;
        spawn(keep(upload->finish(), range), [] {});
        write([&](WriteTxn& tx) {
            Blob blob;
            blob.tick = blob.created = tx.next_tick();
            blob.size = length;
            blob.content = contents::create_embedded(tx, **range);
            replace(tx, key(name), find_blob(tx, key(name)), blob);
        });
        upload->keep();
    }
    static Task<> keep(Task<Result<Range>> finish, std::optional<Result<Range>>& range) {
        range = co_await std::move(finish);
    }
    Instant snapshot(const std::string& name) {
        Instant id;
        write([&](WriteTxn& tx) {
            id = tx.next_tick();
            Blob base = *find_blob(tx, key(name));
            insert_snapshot(tx, key(name), base, id, Blob(base));
        });
        return id;
    }
    void remove(const std::string& name) {
        write([&](WriteTxn& tx) { replace(tx, key(name), find_blob(tx, key(name)), std::nullopt); });
    }
    bool has_snapshots(const std::string& name) {
        return read<bool>([&](ReadTxn& tx) { return blob::has_snapshots(tx, key(name)); });
    }

    /// All entries, page by page: a name, and for a snapshot the time behind it.
    std::vector<std::string> list(std::size_t page_size, const std::function<void()>& between = [] {},
                                  const HistoryFilter& history = {.snapshots = true, .versions = true}) {
        std::vector<std::string> listed;
        const ListFilter filter{.history = history};
        std::optional<std::string> next = "";
        while (next) {
            next = read<std::optional<std::string>>([&](ReadTxn& tx) {
                return walk_page(tx, container_.root_dir_id, filter, *next, page_size, [&](const ListedBlob& entry) {
                    listed.push_back(entry.which ? entry.name + ' ' + std::to_string(tick_count(entry.which->id))
                                                 : entry.name);
                });
            });
            between();
        }
        return listed;
    }
    void expect_sound() {
        const StoreKind* const kinds[] = {&kBlobStore};
        const auto left = files_.after_kill(files_.position());
        for (const std::string& problem : check(*left, kinds).problems) ADD_FAILURE() << problem;
    }

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    ManualClock wall_{instant_of(17'000'000'000'000'000)};
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    Container container_;
};

constexpr const char* kRows = "SELECT count(*) FROM history";
constexpr const char* kRetained = "SELECT count(*) FROM retained";
constexpr const char* kLive = "SELECT coalesce(sum(live), 0) FROM extents";

std::string entry(const std::string& name, Instant id) { return name + ' ' + std::to_string(tick_count(id)); }

TEST_F(Snapshots, ShareTheirBytesAndKeepThemWhenTheBlobIsReplaced) {
    put("blob");
    const Instant first = snapshot("blob");
    const Instant second = snapshot("blob");
    EXPECT_LT(first, second);
    EXPECT_EQ(number(kLive), 5000);
    put("blob", 6000);
    EXPECT_EQ(number(kLive), 11'000);
    const auto old = read<std::optional<Blob>>([&](ReadTxn& tx) {
        return find_history(tx, key("blob"), {HistoryClass::snapshot, first});
    });
    ASSERT_TRUE(old);
    EXPECT_EQ(old->size, 5000U);
    write([&](WriteTxn& tx) { remove_history(tx, key("blob"), {HistoryClass::snapshot, first}); });
    EXPECT_EQ(number(kLive), 11'000);
    expect_sound();
    write([&](WriteTxn& tx) { remove_history(tx, key("blob"), {HistoryClass::snapshot, second}); });
    wait_for(kLive, 6000);
    expect_sound();
}

TEST_F(Snapshots, KeepTheEtagOfTheBlobAndHaveAnIdOfTheirOwn) {
    put("blob");
    const Instant etag = read<Blob>([&](ReadTxn& tx) { return *find_blob(tx, key("blob")); }).tick;
    const Instant id = snapshot("blob");
    EXPECT_NE(id, etag);
    const HistoryId which{HistoryClass::snapshot, id};
    EXPECT_EQ(read<Blob>([&](ReadTxn& tx) { return *find_history(tx, key("blob"), which); }).tick, etag);
    write([&](WriteTxn& tx) {
        Blob blob = *find_history(tx, key("blob"), which);
        blob.metadata = "changed";
        update_history(tx, key("blob"), which, blob);
    });
    const Blob saved = read<Blob>([&](ReadTxn& tx) { return *find_history(tx, key("blob"), which); });
    EXPECT_EQ(saved.tick, etag);
    EXPECT_EQ(saved.metadata, "changed");
    EXPECT_EQ(read<Blob>([&](ReadTxn& tx) { return *find_blob(tx, key("blob")); }).metadata, "");
}

TEST_F(Snapshots, AreAllGoneAtOnceHoweverMany) {
    put("blob");
    put("blob/other");
    std::vector<Instant> ids;
    for (int i = 0; i < 700; ++i) ids.push_back(snapshot("blob"));
    const Instant kept = snapshot("blob/other");
    Instant after;
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("blob"));
        EXPECT_FALSE(blob::has_snapshots(tx, key("blob")));
        for (const Instant id : ids) EXPECT_FALSE(find_history(tx, key("blob"), {HistoryClass::snapshot, id}));
        // One that is taken while the others are still being removed.
        after = tx.next_tick();
        Blob base = *find_blob(tx, key("blob"));
        insert_snapshot(tx, key("blob"), base, after, Blob(base));
        std::vector<Instant> listed;
        HistoryCursor cursor(tx, container_.root_dir_id, {.snapshots = true}, "", {});
        while (cursor.next()) listed.push_back(cursor.id().id);
        EXPECT_EQ(listed, (std::vector{after, kept}));
        HistoryCursor middle(tx, container_.root_dir_id, {.snapshots = true}, "blob", HistoryId{HistoryClass::snapshot, ids[650]});
        ASSERT_TRUE(middle.next());
        EXPECT_EQ(middle.id().id, after);
    });
    expect_sound();
    wait_for(kRows, 2);
    EXPECT_EQ(list(10), (std::vector<std::string>{entry("blob", after), "blob", entry("blob/other", kept), "blob/other"}));
    expect_sound();
}

TEST_F(Snapshots, AreNotSteppedOverWhereVersionsAreWanted) {
    put("a");
    put("b");
    const Instant snapshot_id = snapshot("a");
    Instant version;
    write([&](WriteTxn& tx) {
        const auto before = find_blob(tx, key("a"));
        Blob after = *before;
        after.metadata = "changed";
        after.tick = version = tx.next_tick();
        replace(tx, key("a"), before, after, HistoryId{HistoryClass::version, version});
    });
    EXPECT_EQ(number(kLive), 10'000);
    EXPECT_EQ(list(10), (std::vector<std::string>{entry("a", snapshot_id), entry("a", version), "a", "b"}));
    const auto versions = read<std::vector<std::string>>([&](ReadTxn& tx) {
        std::vector<std::string> found;
        HistoryCursor cursor(tx, container_.root_dir_id, {.versions = true}, "", {});
        while (cursor.next()) found.push_back(entry(std::string(cursor.name()), cursor.id().id));
        return found;
    });
    EXPECT_EQ(versions, std::vector<std::string>{entry("a", version)});
    EXPECT_EQ(read<std::string>([&](ReadTxn& tx) {
        return find_history(tx, key("a"), {HistoryClass::version, version})->metadata;
    }), "");
    expect_sound();
    remove("a");
    remove("b");
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("a"));
        remove_history(tx, key("a"), {HistoryClass::version, version});
    });
    wait_for(kLive, 0);
    expect_sound();
}

TEST_F(Snapshots, AreKeptUntilTheirRetentionIsOverAndThenGiveTheirSpaceBack) {
    put("blob");
    const Instant first = snapshot("blob");
    const Instant second = snapshot("blob");
    write([&](WriteTxn& tx) {
        const Retention day{tx.now(), tx.now() + 24h};
        remove_history(tx, key("blob"), {HistoryClass::snapshot, first}, day);
        remove_snapshots(tx, key("blob"), day);
        replace(tx, key("blob"), find_blob(tx, key("blob")), std::nullopt, HistoryId{HistoryClass::blob, tx.next_tick()},
                day);
    });
    EXPECT_FALSE(has_snapshots("blob"));
    EXPECT_EQ(list(10), std::vector<std::string>{});
    EXPECT_EQ(number(kRetained), 3);
    expect_sound();
    write([&](WriteTxn& tx) { EXPECT_TRUE(undelete(tx, key("blob"))); });
    EXPECT_EQ(list(10), (std::vector<std::string>{entry("blob", first), entry("blob", second), "blob"}));
    expect_sound();
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("blob"), Retention{tx.now(), tx.now() + 24h});
        replace(tx, key("blob"), find_blob(tx, key("blob")), std::nullopt, HistoryId{HistoryClass::blob, tx.next_tick()},
                Retention{tx.now(), tx.now() + 24h});
    });
    ASSERT_TRUE(store_->set_clock_offset(24h));
    write([&](WriteTxn& tx) { EXPECT_FALSE(undelete(tx, key("blob"))); });
    wait_for(kRetained, 0);
    wait_for(kLive, 0);
    wait_for("SELECT count(*) FROM expiry", 0);
    expect_sound();
}

TEST_F(Snapshots, AreADeletedBlobOnceAnotherStandsInItsPlace) {
    put("blob");
    write([&](WriteTxn& tx) {
        replace(tx, key("blob"), find_blob(tx, key("blob")), std::nullopt, HistoryId{HistoryClass::blob, tx.next_tick()},
                Retention{tx.now(), tx.now() + 24h});
        supersede_retained(tx, key("blob"), BlobType::block);
    });
    put("blob", 6000);
    expect_sound();
    write([&](WriteTxn& tx) { EXPECT_TRUE(undelete(tx, key("blob"))); });
    EXPECT_TRUE(has_snapshots("blob"));
    EXPECT_EQ(number(kLive), 11'000);
    expect_sound();
}

TEST_F(Snapshots, GoWithTheirContainer) {
    put("blob");
    for (int i = 0; i < 450; ++i) snapshot("blob");
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("blob"));  // its slices find nothing
        delete_container(tx, container_);
    });
    expect_sound();
    wait_for(kRows, 0);
    wait_for(kLive, 0);
    wait_for("SELECT count(*) FROM expiry", 0);
    expect_sound();
}

TEST_F(Snapshots, StandBeforeTheirBlobOnPagesOfEverySize) {
    std::vector<std::string> expected;
    for (const std::string name : {"a", "a-b", "a/b", "b", "c"}) {
        put(name);
        for (int i = 0; name != "b" && i < 3; ++i) expected.push_back(entry(name, snapshot(name)));
        expected.push_back(name);
    }
    for (std::size_t size = 1; size <= expected.size() + 1; ++size) EXPECT_EQ(list(size), expected) << size;
}

TEST_F(Snapshots, ThatAreDeletedStandAmongTheOthersOnPagesOfEverySize) {
    const Retention day{wall_.now(), wall_.now() + 24h};
    std::vector<std::string> expected;
    for (const std::string name : {"a", "a-b", "b"}) {
        put(name);
        for (int i = 0; i < 4; ++i) {
            const Instant id = snapshot(name);
            expected.push_back(entry(name, id));
            if (i % 2 == 0) write([&](WriteTxn& tx) { remove_history(tx, key(name), {HistoryClass::snapshot, id}, day); });
        }
        if (name != "a-b") {
            expected.push_back(name);
            continue;
        }
        write([&](WriteTxn& tx) {
            const HistoryId id{HistoryClass::blob, tx.next_tick()};
            replace(tx, key(name), find_blob(tx, key(name)), std::nullopt, id, day);
            expected.push_back(entry(name, id.id));
        });
    }
    const HistoryFilter everything{.snapshots = true, .versions = true, .deleted = true, .marks = true};
    for (std::size_t size = 1; size <= expected.size() + 1; ++size) EXPECT_EQ(list(size, [] {}, everything), expected) << size;
    EXPECT_EQ(list(2).size(), 8U);  // six snapshots and two blobs
    EXPECT_EQ(list(2, [] {}, {.deleted = true}).size(), 3U);  // the deleted blob and two others
    expect_sound();
}

TEST_F(Snapshots, AreCutOffBeforeWhatSoftDeleteKeptComesBack) {
    put("blob");
    const Instant kept = snapshot("blob");
    write([&](WriteTxn& tx) {
        remove_history(tx, key("blob"), {HistoryClass::snapshot, kept}, Retention{tx.now(), tx.now() + 24h});
    });
    for (int i = 0; i < 450; ++i) snapshot("blob");
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("blob"));
        EXPECT_TRUE(undelete(tx, key("blob")));
        EXPECT_TRUE(find_history(tx, key("blob"), {HistoryClass::snapshot, kept}));
    });
    EXPECT_EQ(list(10), (std::vector<std::string>{entry("blob", kept), "blob"}));
    wait_for("SELECT count(*) FROM expiry WHERE kind = 3", 0);
    EXPECT_EQ(number(kRows), 1);
    expect_sound();
}

TEST_F(Snapshots, GoWithTheirContainerAlsoFromRetention) {
    put("blob");
    for (int i = 0; i < 450; ++i) snapshot("blob");
    write([&](WriteTxn& tx) {
        remove_snapshots(tx, key("blob"), Retention{tx.now(), tx.now() + 24h});
        delete_container(tx, container_);
    });
    expect_sound();
    wait_for(kRetained, 0);
    wait_for(kLive, 0);
    expect_sound();
}

TEST_F(Snapshots, ThatStayAreListedOnceWhileOthersComeAndGo) {
    put("a");
    put("b");
    const Instant first = snapshot("a");
    const Instant second = snapshot("a");
    const Instant third = snapshot("b");
    int pages = 0;
    const auto listed = list(1, [&] {
        if (++pages == 1) {  // behind the first snapshot; the next page would begin with the second
            write([&](WriteTxn& tx) { remove_history(tx, key("a"), {HistoryClass::snapshot, second}); });
            write([&](WriteTxn& tx) { remove_history(tx, key("a"), {HistoryClass::snapshot, first}); });
            snapshot("b");
            put("0");
        }
        if (pages == 2) remove("b");  // the next page begins below it
    });
    ASSERT_EQ(listed.size(), 4U);
    EXPECT_EQ(listed[0], entry("a", first));
    EXPECT_EQ(listed[1], "a");
    EXPECT_EQ(listed[2], entry("b", third));
}

}  // namespace
}  // namespace lazulite::blob
