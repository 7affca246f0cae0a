#include "a_share.hpp"

namespace lazulite::file {
namespace {

class SnapshotsOfShares : public AShare {
  protected:
    std::int64_t former() { return number("SELECT (SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM former_entries)"); }
};

TEST_F(SnapshotsOfShares, WriteNoRowForAnyFile) {
    for (int i = 0; i < 50; ++i) make(root_, "f" + std::to_string(i));
    (void)snapshot();
    EXPECT_EQ(former(), 0);
    EXPECT_EQ(number("SELECT count(*) FROM share_snapshots"), 1);
}

TEST_F(SnapshotsOfShares, ShowWhatWasThereThen) {
    const std::int64_t dir = make_directory(root_, "d");
    make(dir, "a");
    make(dir, "b");
    const Instant first = snapshot();
    remove(dir, "a");
    make(dir, "c");
    const Instant second = snapshot();
    rename(dir, "b", root_, "B2");
    make(dir, "a");
    EXPECT_EQ(names(dir), "a c");
    EXPECT_EQ(names(root_), "B2 d");
    EXPECT_EQ(names(dir, first), "a b");
    EXPECT_EQ(names(dir, second), "b c");
    EXPECT_EQ(names(root_, first), "d");
    const auto entry = [&](const std::string& key, const AsOf& as_of) {
        return read([&](ReadTxn& tx) { return find_entry(tx, dir, key, as_of).has_value(); });
    };
    EXPECT_TRUE(entry("a", first));
    EXPECT_FALSE(entry("a", second));
    EXPECT_TRUE(entry("a", std::nullopt));
    EXPECT_FALSE(entry("c", first));
}

TEST_F(SnapshotsOfShares, KeepTheBytesOfTheirTime) {
    const std::int64_t file = make(root_, "f", NodeKind::file, 8);
    put(file, 0, "11111111");
    const Instant first = snapshot();
    put(file, 2, "22");
    put(file, 3, "3");
    const Instant second = snapshot();
    EXPECT_EQ(bytes(file), "11231111");
    write([&](WriteTxn& tx) {
        change_node(tx, *find_share(tx, "sh"), *find_node(tx, file), [&](Node& node) {
            node.content = contents::clear_map(tx, node.content, node.size, 0, 8);
        });
    });
    EXPECT_EQ(bytes(file), "........");
    EXPECT_EQ(bytes(file, first), "11111111");
    EXPECT_EQ(bytes(file, second), "11231111");
}

TEST_F(SnapshotsOfShares, CostOneRowAtTheFirstChangeOfEachFile) {
    const std::int64_t file = make(root_, "f", NodeKind::file, 8);
    (void)snapshot();
    for (int i = 0; i < 5; ++i) put(file, 0, std::to_string(i));
    EXPECT_EQ(former(), 1);
    (void)snapshot();
    put(file, 0, "x");
    EXPECT_EQ(former(), 2);
}

TEST_F(SnapshotsOfShares, ThatAreDeletedTakeAlongWhatTheyAloneShow) {
    const std::int64_t file = make(root_, "f", NodeKind::file, 4);
    put(file, 0, "0000");
    const Instant first = snapshot();
    put(file, 0, "1111");
    make(root_, "g");
    const Instant second = snapshot();
    put(file, 0, "2222");
    remove(root_, "g");
    const Instant third = snapshot();
    put(file, 0, "3333");
    EXPECT_EQ(former(), 5);  // three times the file, and the other one with its name
    remove_snapshot_of(second);
    wait_for("SELECT (SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM former_entries)", 2);
    EXPECT_EQ(bytes(file, first), "0000");
    EXPECT_EQ(bytes(file, third), "2222");
    EXPECT_EQ(names(root_, first), "f");
    EXPECT_EQ(names(root_, third), "f");
    remove_snapshot_of(third);
    wait_for("SELECT count(*) FROM former_nodes", 1);
    EXPECT_EQ(bytes(file, first), "0000");
    put(file, 0, "4444");
    EXPECT_EQ(number("SELECT count(*) FROM former_nodes"), 1);  // no snapshot shows what was written since the first one
    remove_snapshot_of(first);
    wait_for("SELECT count(*) FROM former_nodes", 0);
    EXPECT_EQ(bytes(file), "4444");
    wait_for("SELECT count(*) FROM contents", 1);
}

TEST_F(SnapshotsOfShares, ThatAreDeletedAreSweptInSlices) {
    for (int i = 0; i < 700; ++i) make(root_, "f" + std::to_string(i));
    const Instant taken = snapshot();
    for (int i = 0; i < 700; ++i) remove(root_, "f" + std::to_string(i));
    EXPECT_EQ(former(), 1400);
    remove_snapshot_of(taken);
    wait_for("SELECT (SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM former_entries)", 0);
}

TEST_F(SnapshotsOfShares, ListsOfThemStopWhereManyRowsCameSince) {
    make(root_, "a");
    make(root_, "z");
    const Instant taken = snapshot();
    for (int i = 0; i < 30; ++i) make(root_, "m" + std::to_string(100 + i));
    EXPECT_EQ(names(root_, taken), "a z");
    EXPECT_EQ(names(root_, taken, "", 10), "a > m110");
    EXPECT_EQ(names(root_, taken, "m110", 30), "z");
}

TEST_F(SnapshotsOfShares, ListsOfThemGoOnWhereManyRowsEndedBefore) {
    for (int i = 0; i < 20; ++i) make(root_, "m" + std::to_string(100 + i));
    (void)snapshot();
    for (int i = 0; i < 20; ++i) remove(root_, "m" + std::to_string(100 + i));
    make(root_, "a");
    const Instant taken = snapshot();
    // What is shown comes before what ended earlier, so a list that stops gets further than it began.
    EXPECT_EQ(names(root_, taken, "", 10), "a > m110");
    EXPECT_EQ(names(root_, taken, "m110", 10), "");
}

TEST_F(SnapshotsOfShares, ListsOfThemDoNotStopWithinOneName) {
    make(root_, "a");
    const Instant first = snapshot();
    for (int i = 0; i < 4; ++i) {
        remove(root_, "a");
        make(root_, "a");
        (void)snapshot();
    }
    make(root_, "b");
    EXPECT_EQ(names(root_, first, "", 1), "a > b");  // the live `a` is passed over, and with it all others of that name
    EXPECT_EQ(names(root_, first, "", 5), "a");
}

TEST_F(SnapshotsOfShares, ShowNoLeases) {
    const std::int64_t file = make(root_, "f");
    const Instant taken = snapshot();
    write([&](WriteTxn& tx) {
        Node node = *find_node(tx, file);
        node.lease = *acquire({}, LeaseId::random(), {}, tx.now());
        save_lease(tx, node);
    });
    EXPECT_EQ(former(), 0);
    EXPECT_TRUE(read([&](ReadTxn& tx) { return find_node(tx, file)->lease.has_value(); }));
    EXPECT_FALSE(read([&](ReadTxn& tx) { return find_node(tx, file, taken)->lease.has_value(); }));
}

}  // namespace
}  // namespace lazulite::file
