#include <map>

#include "notes.hpp"
#include "store/check.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

using namespace testing;

constexpr const char* kDatabase = "lazulite/a/1/notes.db";

/// What the notes were before they had a length: format 4 has it, and an index that nobody gave a number.
StoreKind later_notes(std::span<const StoreKind::Upgrade> upgrades) {
    StoreKind kind = kNotes;
    kind.format = 5;
    kind.upgrades = upgrades;
    kind.schema =
        "CREATE TABLE notes(name BLOB PRIMARY KEY NOT NULL, text BLOB NOT NULL, length INTEGER) WITHOUT ROWID;"
        "CREATE INDEX lengths ON notes(length)";
    return kind;
}

void measure(Connection& connection) { connection.script("UPDATE notes SET length = length(text)"); }

constexpr StoreKind::Upgrade kSteps[] = {
    {3, "ALTER TABLE notes ADD COLUMN length INTEGER; DROP TABLE ticks", nullptr, measure},
    {4, "CREATE INDEX lengths ON notes(length)", "SELECT 1 FROM sqlite_schema WHERE name = 'lengths'"},
    {4, "UPDATE notes SET length = length + 1"},
};

class Formats : public OnEveryFileSystem {
  protected:
    Formats() {
        const auto stores = open_stores(files());
        if (!add(*notes_of(*stores), "a", "text")) throw std::runtime_error("cannot add");
        stores->close();
    }
    void run(const char* script) {
        Connection connection(files(), kDatabase, {});
        connection.script(script);
        connection.checkpoint(Connection::Checkpoint::truncate);
    }
    std::string everything() {
        std::string bytes;
        for (const char* file : {"notes.db", "notes.db-wal", "notes.barrier"}) {
            const std::string path = std::string("lazulite/a/1/") + file;
            if (must(files().exists(path))) bytes += contents_of(files(), path);
        }
        return bytes + contents_of(files(), "lazulite/registry");
    }
    std::string refusal(const std::string& what, int format, int known) const {
        return what + " has format " + std::to_string(format) + "; this lazulite knows formats up to " +
               std::to_string(known) + ": use the newer version";
    }
    Stores::Options options(const StoreKind& kind) {
        Stores::Options wanted;
        wanted.kinds = {&kind, &kOthers};
        wanted.accounts = {"someone"};
        return wanted;
    }
    /// name -> length, of the notes in a folder that is open.
    std::map<std::string, std::int64_t> lengths(Stores& stores) {
        using Lengths = std::map<std::string, std::int64_t>;
        const auto found = (*stores.store("someone", "notes"))->read([](ReadTxn& tx) -> Result<Lengths> {
            Lengths notes;
            Cursor row = tx.query("SELECT name, length FROM notes");
            while (row.next()) notes.emplace(row.bytes(0), row.integer(1));
            return notes;
        });
        if (!found) throw std::runtime_error("cannot read");
        return *found;
    }
};

LAZ_ON_EVERY_FILE_SYSTEM(Formats);

TEST_P(Formats, ANewerDatabaseIsRefusedBeforeTheFirstWrite) {
    run("PRAGMA user_version=4");
    const std::string before = everything();
    const std::string line = refusal(kDatabase, 4, 3);
    EXPECT_EQ(error_of(files()), line);
    const StoreKind* const kinds[] = {&kNotes, &kOthers};
    EXPECT_EQ(check(files(), kinds).problems, std::vector<std::string>{line});
    EXPECT_EQ(everything(), before);
}

TEST_P(Formats, WhatOnlyTheWalSaysIsSeenToo) {
    {
        Connection connection(files(), kDatabase, {});
        connection.script("PRAGMA user_version=4");  // and no copy into the database
    }
    const std::string before = everything();
    const std::string line = refusal(kDatabase, 4, 3);
    const auto opened = Stores::open(files(), options(kNotes));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), line);
    const StoreKind* const kinds[] = {&kNotes, &kOthers};
    EXPECT_EQ(check(files(), kinds).problems, std::vector<std::string>{line});
    // Of an account that is not asked for at the start, when it is.
    const auto stores = open_stores(files());
    const auto refused = stores->store("someone", "notes");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details()->message, line);
    EXPECT_TRUE(stores->store("someone", "others")) << "the rest of the account works";
    EXPECT_EQ(everything(), before);
}

TEST_P(Formats, ANewerBarrierRecordTakesNoStoreAway) {
    const std::string path = "lazulite/a/1/notes.barrier";
    if (!must(files().exists(path))) return;  // in memory nothing is kept
    auto record = contents_of(files(), path);
    for (std::size_t slot = 0; slot < record.size(); slot += 4096) record[slot + 7] = '2';
    write_file(files(), path, record);
    const std::string before = everything();
    EXPECT_EQ(error_of(files()), refusal(path, 2, 1));
    const StoreKind* const kinds[] = {&kNotes, &kOthers};
    EXPECT_EQ(check(files(), kinds).problems, std::vector<std::string>{refusal(path, 2, 1)});
    EXPECT_EQ(everything(), before);
}

TEST_P(Formats, ANewerRegistryIsRefusedBeforeTheLockIsTaken) {
    auto text = contents_of(files(), "lazulite/registry");
    text.replace(text.find("registry 1"), 10, "registry 2");
    write_file(files(), "lazulite/registry", text);
    write_file(files(), "lazulite/lock", "whose");
    EXPECT_EQ(error_of(files()), refusal("lazulite/registry", 2, 1));
    EXPECT_EQ(contents_of(files(), "lazulite/lock"), "whose");
}

TEST_P(Formats, AnOlderOneIsBroughtUpToDateAtTheStart) {
    const StoreKind kind = later_notes(kSteps);
    const StoreKind* const kinds[] = {&kind, &kOthers};
    const std::string before = everything();
    EXPECT_EQ(check(files(), kinds).problems, std::vector<std::string>{});
    EXPECT_EQ(everything(), before) << "a check makes nothing";
    for (int start = 0; start < 2; ++start) {  // once is enough
        const auto stores = *Stores::open(files(), options(kind));
        EXPECT_EQ(lengths(*stores), (std::map<std::string, std::int64_t>{{"a", 5}}));
        stores->close();
    }
    EXPECT_EQ(error_of(files()), refusal(kDatabase, 5, 3));
}

TEST_P(Formats, AStepThatWasTakenWithoutANumberIsNotTakenAgain) {
    run("ALTER TABLE notes ADD COLUMN length INTEGER; CREATE INDEX lengths ON notes(length); UPDATE notes SET length = 40;"
        "PRAGMA user_version=4");
    const StoreKind kind = later_notes(kSteps);
    const auto stores = *Stores::open(files(), options(kind));
    EXPECT_EQ(lengths(*stores), (std::map<std::string, std::int64_t>{{"a", 41}}));
}

TEST_P(Formats, AnUpgradeThatFailsChangesNothing) {
    const StoreKind::Upgrade broken[] = {kSteps[0], {4, "UPDATE notes SET length = no_such_function()"}};
    const StoreKind failing = later_notes(broken);
    {
        const auto stores = *Stores::open(files(), options(failing));
        EXPECT_FALSE(stores->store("someone", "notes"));
        EXPECT_TRUE(stores->store("someone", "others")) << "the rest of the account works";
    }
    const StoreKind kind = later_notes(kSteps);
    const auto stores = *Stores::open(files(), options(kind));
    EXPECT_EQ(lengths(*stores), (std::map<std::string, std::int64_t>{{"a", 5}}));
}

TEST_P(Formats, OneThatNeverWasIsRefused) {
    run("PRAGMA user_version=2");
    const auto stores = open_stores(files());
    const auto refused = stores->store("someone", "notes");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details()->message,
              "lazulite/a/1/notes.db cannot be opened: it has format 2, which no lazulite has written");
}

}  // namespace
}  // namespace lazulite
