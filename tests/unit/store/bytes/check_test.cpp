#include "store/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "small_store.hpp"
#include "store/reclaim_work.hpp"

namespace lazulite::test {
namespace {

constexpr const char* kDatabase = "lazulite/a/1/small.db";
const std::string kExtents = "lazulite/a/1/extents-small";

std::string extent_file(std::uint64_t id) { return extent_path(kExtents, id); }

/// A data folder with one store, closed, in which every kind of content and a freed range stand. In extent 1, 4 KiB blocks
/// apart: rows 1 (9000 bytes at 4096), 3 (a list of 100 bytes at 16384 twice, inline bytes, and 100 bytes at 20480), 4 and
/// 5 (one content, at 24576), a staged block at 28672, and a freed range at 32768. Row 2 is inline.
class Folder {
  public:
    Folder() {
        const SystemClock wall;
        Stores::Options options;
        options.wall = &wall;
        options.kinds = {&kSmallKind};
        const auto stores = Stores::open(*files, options).value();
        const auto store = stores->store("account", "small").value();
        const Range first = upload(*store, some_bytes(9000, 1));
        const Range a = upload(*store, some_bytes(100, 2));
        const Range b = upload(*store, some_bytes(100, 3));
        const Range both = upload(*store, some_bytes(100, 4));
        const Range staged = upload(*store, some_bytes(100, 5));
        const Range freed = upload(*store, some_bytes(100, 6));
        write(*store, [&](WriteTxn& tx) {
            set_row(tx, 1, contents::create_embedded(tx, first));
            set_row(tx, 2, contents::create_inline(tx, "inline"));
            set_row(tx, 3, contents::create_list(tx, std::vector<Block>{{"a", 100, a},
                                                                        {"t", 4, std::string("text")},
                                                                        {"a", 100, a},
                                                                        {"b", 100, b}}));
            const ContentRef shared = contents::share(tx, contents::create_embedded(tx, both), 100);
            set_row(tx, 4, shared);
            set_row(tx, 5, shared);
            contents::name(tx, staged);
            tx.execute("INSERT INTO staged(set_id, id, source) VALUES(1, 1, ?)",
                       std::string_view(contents::encode_source(staged)));
            set_row(tx, 6, contents::create_embedded(tx, freed));
        });
        write(*store, [&](WriteTxn& tx) {
            contents::release(tx, ContentRef(freed));
            tx.execute("DELETE FROM rows WHERE id = 6");
        });
        first_ = first;
        freed_ = freed;
    }

    void sql(const char* text) { Connection(*files, kDatabase, {}).script(text); }
    /// `?` is `bytes`.
    void sql(const char* text, std::string_view bytes) { Connection(*files, kDatabase, {}).execute(text, bytes); }
    void write_bytes(const std::string& path, std::uint64_t offset, std::string_view bytes) {
        auto file = files->open(path, FileSystem::Open::existing).value();
        ASSERT_TRUE(file->write(offset, as_bytes(bytes)));
    }
    [[nodiscard]] CheckReport check() const {
        const StoreKind* const kinds[] = {&kSmallKind};
        return lazulite::check(*files, kinds);
    }
    /// A row whose content is the first range, changed.
    void name_again(const std::function<void(Range&)>& change) {
        Range range = first_;
        change(range);
        sql("INSERT INTO rows(id, dir, content) VALUES(99, 0, ?)", ContentRef(range).encode());
    }
    [[nodiscard]] const Range& freed() const { return freed_; }

    std::unique_ptr<FileSystem> files = make_memory_file_system(1 << 30);

  private:
    static void set_row(WriteTxn& tx, std::int64_t id, const ContentRef& ref) {
        tx.execute("INSERT INTO rows(id, dir, content) VALUES(?, 0, ?)", id, std::string_view(ref.encode()));
    }
    static Range upload(Store& store, std::string_view bytes) {
        auto pending = store.extents().reserve(bytes.size()).value();
        EXPECT_TRUE(pending->write(as_bytes(bytes)));
        const Range range = run_now(pending->finish()).value();
        pending->keep();
        return range;
    }
    static void write(Store& store, const std::function<void(WriteTxn&)>& fn) {
        EXPECT_TRUE(store.write_and_wait([&](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        }));
    }

    Range first_;
    Range freed_;
};

TEST(Check, FindsNothingWhereNothingIsWrong) {
    const Folder folder;
    const CheckReport report = folder.check();
    EXPECT_EQ(report.problems, std::vector<std::string>());
    EXPECT_EQ(report.stores, 1U);
    EXPECT_EQ(report.extents, 1U);
    EXPECT_EQ(report.ranges, 5U);
    EXPECT_EQ(report.bytes, 9400U);
    EXPECT_EQ(report.orphans, 0U);
}

TEST(Check, LeavesWhatACrashMayLeave) {
    Folder folder;
    auto file = folder.files->open(extent_file(77), FileSystem::Open::extent_new).value();
    const CheckReport report = folder.check();
    EXPECT_EQ(report.problems, std::vector<std::string>());
    EXPECT_EQ(report.orphans, 1U);
}

TEST(Check, ReportsAFolderThatIsNone) {
    const auto empty = make_memory_file_system(1 << 20);
    EXPECT_EQ(check(*empty, {}).problems, std::vector<std::string>{"lazulite/registry is not there"});
    EXPECT_FALSE(empty->exists("lazulite").value());  // and makes nothing
}

struct Damage {
    const char* name;
    const char* expected;  // a part of the problem's line
    std::function<void(Folder&)> make;
};
void PrintTo(const Damage& damage, std::ostream* to) { *to << damage.name; }

class CheckDamage : public testing::TestWithParam<Damage> {};

TEST_P(CheckDamage, IsNamed) {
    Folder folder;
    GetParam().make(folder);
    const CheckReport report = folder.check();
    const bool named = std::any_of(report.problems.begin(), report.problems.end(), [](const std::string& problem) {
        return problem.find(GetParam().expected) != std::string::npos;
    });
    EXPECT_TRUE(named) << "expected: " << GetParam().expected << "\nfound: " << testing::PrintToString(report.problems);
}

Damage sql(const char* name, const char* expected, const char* statement) {
    return {name, expected, [statement](Folder& folder) { folder.sql(statement); }};
}

const Damage kDamages[] = {
    // counts
    sql("Live", "extent 1 has live 9401, not 9400", "UPDATE extents SET live = live + 1"),
    sql("Freed", "extent 1 has freed 99, not 100", "UPDATE extents SET freed = freed - 1"),
    sql("Length", "extent 1 has length 20000", "UPDATE extents SET length = 20000"),
    sql("NoExtentRow", "extent 1 is named but has no row", "DELETE FROM extents"),
    sql("Ceiling", "could come twice", "UPDATE meta SET value = 1 WHERE name = 'extent_ceiling'"),
    sql("RefsTooMany", "has refs 3 but is named 2 times", "UPDATE contents SET refs = 3 WHERE refs = 2"),
    sql("RefsTooFew", "has refs 1 but is named 2 times", "UPDATE contents SET refs = 1 WHERE refs = 2"),
    sql("SharedTooMany", "has 2 names, not 3", "UPDATE shared_ranges SET refs = 3"),
    sql("SharedForgotten", "has 2 names, not 1", "DELETE FROM shared_ranges"),
    sql("SharedForNobody", "is listed as shared but nobody names it",
        "INSERT INTO shared_ranges(extent_id, offset, refs) VALUES(1, 999424, 2)"),
    // references
    sql("ContentGone", "is named but does not exist", "DELETE FROM contents WHERE kind = 1"),
    sql("ContentNotNamed", "is not named and not queued",
        "INSERT INTO contents(content_id, kind, refs, size, body) VALUES(999, 1, 0, 1, x'00')"),
    sql("ContentKind", "is of unknown kind", "UPDATE contents SET kind = 77 WHERE kind = 1"),
    sql("ContentSize", "is not as long as its bytes", "UPDATE contents SET size = 5 WHERE kind = 1"),
    sql("ListSize", "is not as long as its blocks", "UPDATE contents SET size = size + 1 WHERE kind = 2"),
    sql("ListGap", "has a gap before 7", "UPDATE list_chunks SET start = 7"),
    sql("ListEntries", "a packed value ends too early", "UPDATE list_chunks SET entries = x'0009'"),
    sql("ChunksWithoutContent", "content 999 has chunks but no row",
        "INSERT INTO list_chunks(content_id, start, entries) VALUES(999, 0, x'')"),
    sql("RowDamaged", "a content of unknown kind", "UPDATE rows SET content = x'09' WHERE id = 1"),
    sql("SourceDamaged", "a packed value ends too early", "UPDATE staged SET source = x'010203'"),
    // the queue
    sql("QueueDamaged", "reclaim work of unknown kind", "UPDATE reclaim SET work = x'33'"),
    sql("FreedTwice", "was freed twice", "INSERT INTO reclaim(work) SELECT work FROM reclaim"),
    {"FreedAndNamed", "was freed and is still named",
     [](Folder& folder) { folder.name_again([&](Range& range) { range = folder.freed(); }); }},
    {"DrainOfNothing", "a content that does not exist is queued: 999",
     [](Folder& folder) {
         ReclaimWork work;
         work.drains.push_back({WriteTxn::Drain::content, 999});
         folder.sql("INSERT INTO reclaim(work) VALUES(?)", work.encode());
     }},
    {"DrainOfALivingContent", "is named and queued for removal",
     [](Folder& folder) {
         folder.sql("UPDATE contents SET content_id = 999 WHERE kind = 1");
         folder.sql("UPDATE rows SET content = ? WHERE id = 2", ContentRef::row(999).encode());
         ReclaimWork work;
         work.drains.push_back({WriteTxn::Drain::content, 999});
         folder.sql("INSERT INTO reclaim(work) VALUES(?)", work.encode());
     }},
    // ranges
    {"NamedTwice", "has 2 names, not 1", [](Folder& folder) { folder.name_again([](Range&) {}); }},
    {"Overlap", "extent 1 [12288, 21288) overlaps extent 1 [4096, 13096)",
     [](Folder& folder) { folder.name_again([](Range& range) { range.offset += 8192; }); }},
    {"OverlapWithAFreedBlock", "overlaps extent 1 [32768, 32868)",
     [](Folder& folder) {
         folder.name_again([](Range& range) { range = {1, 32768 + 200, 100, 0}; });
     }},
    {"TwoChecksums", "has two checksums", [](Folder& folder) { folder.name_again([](Range& range) { ++range.crc64; }); }},
    {"InTheHeader", "lies in the header",
     [](Folder& folder) { folder.name_again([](Range& range) { range = {1, 100, 10, 0}; }); }},
    // bytes
    {"FileGone", "extent 1 has no file", [](Folder& folder) { EXPECT_TRUE(folder.files->remove(extent_file(1))); }},
    {"FileTooShort", "extent 1 [28672, 28772) lies beyond the end of its file",
     [](Folder& folder) {
         auto file = folder.files->open(extent_file(1), FileSystem::Open::existing).value();
         EXPECT_TRUE(file->truncate(28'700));
     }},
    {"ByteChanged", "extent 1 [4096, 13096) does not match its checksum",
     [](Folder& folder) { folder.write_bytes(extent_file(1), 5000, "!!"); }},
    {"Hole", "extent 1 [16384, 16484) does not match its checksum",
     [](Folder& folder) {
         auto file = folder.files->open(extent_file(1), FileSystem::Open::existing).value();
         EXPECT_TRUE(file->punch(16384, 4096));
     }},
    {"ForeignExtent", "extent 1 has a header that is not its own",
     [](Folder& folder) { folder.write_bytes(extent_file(1), 24, "another store"); }},
    {"ForeignFile", "the extents hold a file that is none: notes.txt",
     [](Folder& folder) { EXPECT_TRUE(folder.files->open(kExtents + "/notes.txt", FileSystem::Open::create)); }},
    {"DatabaseDamaged", "lazulite/a/1/small: ",
     [](Folder& folder) {
         {
             Connection connection(*folder.files, kDatabase, {});
             EXPECT_TRUE(connection.checkpoint(Connection::Checkpoint::truncate));
         }
         auto file = folder.files->open(kDatabase, FileSystem::Open::existing).value();
         folder.write_bytes(kDatabase, 4096, std::string(file->size().value() - 4096, '\x5a'));
     }},
};

INSTANTIATE_TEST_SUITE_P(Each, CheckDamage, testing::ValuesIn(kDamages),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace lazulite::test
