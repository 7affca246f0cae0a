#include <gtest/gtest.h>

#include "blob/domain/tags.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "tree_store.hpp"

// Rows of hierarchical containers: one for each segment of a path.
namespace lazulite::blob {
namespace {

using Names = std::vector<std::string>;

TEST(TreeRows, SegmentsAreWhatSlashesLeave) {
    EXPECT_EQ(segments_of("a/b"), (std::vector<std::string_view>{"a", "b"}));
    EXPECT_EQ(segments_of("//a//b/"), (std::vector<std::string_view>{"a", "b"}));
    EXPECT_TRUE(segments_of("//").empty());
}

TEST(TreeRows, APathLeadsToAFileADirectoryOrWhereOneMayCome) {
    TreeStore tree;
    tree.put("a/b/file");
    tree.read([&](ReadTxn& tx) {
        const std::int64_t root = tree.container().root_dir_id;
        const TreePath directory = find_path(tx, root, "a//b/");
        EXPECT_EQ(directory.key.name, "b/");
        EXPECT_EQ(directory.key.path, "a/b");
        EXPECT_TRUE(find_blob(tx, directory.key)->is_directory());
        const TreePath file = find_path(tx, root, "a/b/file");
        EXPECT_EQ(file.key.name, "file");
        EXPECT_EQ(file.key.dir_id, *find_blob(tx, directory.key)->child_dir_id);
        const TreePath coming = find_path(tx, root, "a/x/y/z");
        EXPECT_EQ(coming.missing, (Names{"x", "y"}));
        EXPECT_EQ(coming.key.dir_id, kNowhere);
        EXPECT_FALSE(coming.through_file);
        const TreePath below = find_path(tx, root, "a/b/file/x");
        EXPECT_TRUE(below.through_file);
        EXPECT_EQ(full_path(tx, file.key)->path, "a/b/file");
        EXPECT_EQ(full_path(tx, directory.key)->path, "a/b");
        EXPECT_TRUE(stands_in(tx, tree.container(), file.key));
        return 0;
    });
    EXPECT_EQ(tree.problems(), Names{});
}

TEST(TreeRows, ADirectoryIsEmptyWithoutBlobsAndBlocks) {
    TreeStore tree;
    tree.put("a/file");
    tree.make_directory("b");
    tree.stage("c/staged");
    const auto empty = [&](const std::string& path) {
        return tree.read([&](ReadTxn& tx) { return is_empty(tx, *find_blob(tx, tree.key_at(tx, path))->child_dir_id); });
    };
    EXPECT_FALSE(empty("a"));
    EXPECT_TRUE(empty("b"));
    EXPECT_FALSE(empty("c"));
}

TEST(TreeRows, AMovedDirectoryHasAllItHeldAndIsOneRow) {
    TreeStore tree;
    for (int i = 0; i < 20; ++i) tree.put("from/" + std::to_string(i / 5) + "/" + std::to_string(i));
    tree.make_directory("to");
    const auto before = tree.list({}, "", 100);
    const std::int64_t rows = tree.count("SELECT count(*) FROM blobs");
    tree.move("from", "to/there");
    Names expected{"to"};
    for (const std::string& name : before) {
        if (name != "to") expected.push_back("to/there" + name.substr(4));
    }
    EXPECT_EQ(tree.list({}, "", 100), expected);
    EXPECT_EQ(tree.count("SELECT count(*) FROM blobs"), rows);
    EXPECT_EQ(tree.problems(), Names{});
}

TEST(TreeRows, AMovedFileTakesItsSnapshotsBlocksAndTagsAlong) {
    TreeStore tree;
    tree.put("a/file");
    tree.stage("a/file");
    tree.make_directory("b");
    tree.write([&](WriteTxn& tx) {
        const BlobKey key = tree.key_at(tx, "a/file");
        Blob blob = *find_blob(tx, key);
        Blob tagged = blob;
        tagged.tags = TagSet::of({{"colour", "blue"}})->pack();
        replace(tx, key, blob, tagged);
        insert_snapshot(tx, key, tagged, tx.next_tick(), tagged);
    });
    tree.move("a/file", "b/renamed");
    tree.read([&](ReadTxn& tx) {
        const BlobKey old = tree.key_at(tx, "a/file");
        const BlobKey key = tree.key_at(tx, "b/renamed");
        EXPECT_FALSE(find_blob(tx, old));
        EXPECT_FALSE(has_snapshots(tx, old));
        EXPECT_FALSE(find_staged_set(tx, old));
        EXPECT_TRUE(has_snapshots(tx, key));
        EXPECT_TRUE(find_staged_set(tx, key));
        return 0;
    });
    EXPECT_EQ(tree.problems(), Names{});
}

TEST(TreeRows, ADroppedDirectoryIsWellAsLongAsItIsDrained) {
    TreeStore tree;
    for (int i = 0; i < 20; ++i) tree.put("top/d/d/f" + std::to_string(i));
    tree.stage("top/d/staged");
    tree.remove("top");
    EXPECT_EQ(tree.problems(), Names{});
    EXPECT_EQ(tree.list({}, "", 100), Names{});
}

TEST(TreeRows, ADroppedDirectoryIsDrainedHoweverDeepItIs) {
    TreeStore tree(Durability::none);
    std::string path = "top";
    for (int depth = 0; depth < 8; ++depth) {
        path += "/d";
        for (int i = 0; i < 20; ++i) tree.put(path + "/f" + std::to_string(i));
    }
    tree.stage(path + "/staged");
    tree.put("stays");
    tree.remove("top");
    EXPECT_EQ(tree.list({}, "", 100), Names{"stays"});
    tree.let_reclaim_finish();
    EXPECT_EQ(tree.count("SELECT count(*) FROM blobs"), 1);
    EXPECT_EQ(tree.count("SELECT count(*) FROM staged_sets"), 0);
}

TEST(TreeRows, ADeletedDirectoryComesBackWithAllItHeld) {
    TreeStore tree;
    tree.put("a/b/file");
    Instant id;
    tree.write([&](WriteTxn& tx) {
        const BlobKey key = tree.key_at(tx, "a/b");
        const auto blob = find_blob(tx, key);
        id = tx.next_tick();
        replace(tx, key, blob, std::nullopt, HistoryId{HistoryClass::blob, id}, Retention{id, id + Ticks(std::chrono::hours(24))});
    });
    EXPECT_EQ(tree.list({}, "", 100), Names{"a"});
    EXPECT_EQ(tree.problems(), Names{});
    tree.put("a/b");  // its name is free
    EXPECT_EQ(tree.problems(), Names{});
    tree.remove("a/b");
    tree.write([&](WriteTxn& tx) {
        BlobKey key = tree.key_at(tx, "a/b");
        const auto deleted = find_deleted(tx, key.kept(), id);
        ASSERT_TRUE(deleted);
        EXPECT_TRUE(deleted->is_directory());
        key.name = directory_name("b");
        restore_deleted(tx, key.kept(), id, key, *deleted);
    });
    EXPECT_EQ(tree.list({}, "", 100), (Names{"a", "a/b", "a/b/file"}));
    EXPECT_EQ(tree.count("SELECT count(*) FROM retained"), 0);
    EXPECT_EQ(tree.problems(), Names{});
}

TEST(TreeCheck, TakesANameThatWasGivenAnewForSoundWhileItsContainerGoes) {
    TreeStore tree;
    tree.put("file");
    tree.write([&](WriteTxn& tx) {
        const BlobKey key = tree.key_at(tx, "file");
        const Instant id = tx.next_tick();
        replace(tx, key, find_blob(tx, key), std::nullopt, HistoryId{HistoryClass::blob, id}, Retention{id, id + Ticks(std::chrono::hours(24))});
    });
    tree.put("file");
    tree.write([&](WriteTxn& tx) { delete_container(tx, tree.container()); });
    EXPECT_EQ(tree.count("SELECT count(*) FROM blobs"), 1);  // it goes later
    EXPECT_EQ(tree.problems(), Names{});
}

TEST(TreeRows, WhatIsKeptOfADirectoryGoesWithAllItHeld) {
    TreeStore tree(Durability::none);
    tree.put("a/b/file");
    tree.write([&](WriteTxn& tx) {
        const BlobKey key = tree.key_at(tx, "a");
        const Instant id = tx.next_tick();
        replace(tx, key, find_blob(tx, key), std::nullopt, HistoryId{HistoryClass::blob, id}, Retention{id, id + Ticks(1)});
        remove_over(tx, key.kept());
    });
    tree.write([&](WriteTxn& tx) { remove_over(tx, BlobKey{tree.container().root_dir_id, "a"}); });
    tree.let_reclaim_finish();
    EXPECT_EQ(tree.count("SELECT count(*) FROM retained"), 0);
    EXPECT_EQ(tree.count("SELECT count(*) FROM blobs"), 0);
}

TEST(TreeCheck, FindsWhatNoTreeIs) {
    const auto problem_after = [](const char* sql) {
        TreeStore tree;
        tree.put("a/b/file");
        tree.put("c/file");
        tree.write([&](WriteTxn& tx) { tx.execute(sql); });
        const auto problems = tree.problems();
        return problems.empty() ? std::string() : problems.front();
    };
    EXPECT_NE(problem_after("UPDATE blobs SET dir_id = 999 WHERE name = X'66696C65' AND dir_id = (SELECT child_dir_id FROM "
                            "blobs WHERE name = X'632F')").find("directory 999 is of no container and is not empty"),
              std::string::npos);
    EXPECT_NE(problem_after("UPDATE blobs SET dir_id = (SELECT child_dir_id FROM blobs WHERE name = X'622F') WHERE name = X'612F'")
                  .find("stands in itself"),
              std::string::npos);
    EXPECT_NE(problem_after("UPDATE blobs SET name = X'63' WHERE name = X'632F'").find("does not end with a slash"),
              std::string::npos);
    EXPECT_NE(problem_after("INSERT INTO blobs SELECT dir_id, X'63', kind, size, created, tick, content, NULL, flags, props FROM "
                            "blobs WHERE name = X'632F'").find("c is a file and a directory"),
              std::string::npos);
    EXPECT_EQ(problem_after("UPDATE blobs SET flags = flags"), "");
}

/// The tables of format 2, as they were.
constexpr const char* kSchemaOf2 = R"sql(
CREATE TABLE containers(
    name BLOB NOT NULL, deleted_tick INTEGER NOT NULL, container_id INTEGER NOT NULL, root_dir_id INTEGER NOT NULL,
    tick INTEGER NOT NULL, created INTEGER NOT NULL, access INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(name, deleted_tick)) WITHOUT ROWID;
CREATE INDEX live_containers ON containers(name) WHERE deleted_tick = 9223372036854775807;
CREATE TABLE blobs(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, kind INTEGER NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL,
    tick INTEGER NOT NULL, content BLOB NOT NULL, child_dir_id INTEGER, flags INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE TABLE history(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE TABLE retained(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    deleted_tick INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE INDEX retained_until ON retained(dir_id, name, until);
CREATE TABLE staged_sets(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, staging_id INTEGER NOT NULL, id_length INTEGER NOT NULL,
    count INTEGER NOT NULL, last_put INTEGER NOT NULL, stamp INTEGER NOT NULL, key_sha256 BLOB NOT NULL,
    scope BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE TABLE staged_blocks(
    staging_id INTEGER NOT NULL, block_id BLOB NOT NULL, length INTEGER NOT NULL, source BLOB NOT NULL,
    PRIMARY KEY(staging_id, block_id)) WITHOUT ROWID;
CREATE TABLE tags(
    dir_id INTEGER NOT NULL, class INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, name BLOB NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY(dir_id, class, key, value, name, tick)) WITHOUT ROWID;
CREATE TABLE events(
    seq INTEGER PRIMARY KEY, subscription BLOB NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
    made INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE INDEX events_due ON events(subscription, due);
CREATE TABLE rehydrations(
    seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, container BLOB NOT NULL, dir_id INTEGER NOT NULL, name BLOB NOT NULL,
    class INTEGER NOT NULL, tick INTEGER NOT NULL, request_id BLOB NOT NULL, client_request_id BLOB NOT NULL,
    endpoint BLOB NOT NULL);
CREATE INDEX rehydrations_due ON rehydrations(due);
)sql";

TEST(TreeUpgrade, AStoreOfFormat2HasWhatItHadAndTakesDirectories) {
    const auto files = make_memory_file_system(1U << 30);
    StoreKind former = kBlobStore;
    former.format = 2;
    former.upgrades = {};
    former.schema = kSchemaOf2;
    Stores::Options options;
    options.durability = Durability::process;
    options.kinds = {&former};
    const auto write = [](Store& store, auto fn) {
        ASSERT_TRUE(store.write_and_wait([&](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        }));
    };
    Container container;
    container.name = "con";
    {
        auto stores = *Stores::open(*files, options);
        write(**stores->store("account", "blob"), [&](WriteTxn& tx) {
            container.container_id = tx.next_id();
            container.root_dir_id = tx.next_id();
            insert_container(tx, container);
            Blob blob;
            blob.tick = tx.next_tick();
            blob.size = 5;
            blob.content = contents::create_inline(tx, "bytes");
            replace(tx, {container.root_dir_id, "a/b"}, std::nullopt, blob);
        });
        stores->close();
    }
    options.kinds = {&kBlobStore};
    for (int start = 0; start < 2; ++start) {  // once is enough
        auto stores = *Stores::open(*files, options);
        const auto store = *stores->store("account", "blob");
        const auto found = store->read([&](ReadTxn& tx) -> Result<std::optional<Blob>> {
            EXPECT_FALSE(find_container(tx, "con")->hierarchical);
            Cursor version = tx.query("PRAGMA user_version");
            EXPECT_TRUE(version.next() && version.integer(0) == 3);
            return find_blob(tx, {container.root_dir_id, "a/b"});
        });
        ASSERT_TRUE(found && *found);
        EXPECT_EQ((*found)->size, 5U);
        write(*store, [&](WriteTxn& tx) {
            const std::string name = "dir" + std::to_string(start) + "/";
            Blob directory;
            directory.tick = tx.next_tick();
            directory.child_dir_id = tx.next_id();
            replace(tx, {container.root_dir_id, name}, std::nullopt, directory);
            const Instant id = tx.next_tick();
            replace(tx, {container.root_dir_id, name}, directory, std::nullopt, HistoryId{HistoryClass::blob, id},
                    Retention{id, id + Ticks(std::chrono::hours(1))});
            EXPECT_TRUE(find_deleted(tx, {container.root_dir_id, name}, id)->is_directory());
        });
        stores->close();
    }
    const StoreKind* const kinds[] = {&kBlobStore};
    EXPECT_EQ(check(*files, kinds).problems, Names{});
}

}  // namespace
}  // namespace lazulite::blob
