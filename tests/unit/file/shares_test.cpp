#include "a_share.hpp"

namespace lazulite::file {
namespace {

using namespace std::chrono_literals;

class Shares : public AShare {};

TEST_F(Shares, KeepWhatTheyAreGiven) {
    write([](WriteTxn& tx) {
        Share changed = *find_share(tx, "sh");
        changed.properties.quota_gib = 7;
        changed.properties.tier = ShareTier::cool;
        changed.properties.tier_changed = tx.now();
        changed.properties.protocol = Protocol::nfs;
        changed.properties.root_squash = RootSquash::none;
        changed.properties.snapshot_directory = false;
        changed.properties.metadata = "packed";
        changed.policies = "policies";
        update_share(tx, changed);
    });
    const Share there = share();
    EXPECT_EQ(there.properties.quota_gib, 7);
    EXPECT_EQ(there.properties.tier, ShareTier::cool);
    EXPECT_TRUE(there.properties.tier_changed);
    EXPECT_EQ(there.casing(), Casing::kept);
    EXPECT_EQ(there.properties.root_squash, RootSquash::none);
    EXPECT_EQ(there.properties.snapshot_directory, false);
    EXPECT_EQ(there.properties.metadata, "packed");
    EXPECT_EQ(there.policies, "policies");
    EXPECT_EQ(there.properties.tick, there.created);
}

TEST_F(Shares, ThatSoftDeleteKeepsComeBackWithAllTheyHeld) {
    make(root_, "f");
    const Instant taken = snapshot();
    const Instant deleted = write([](WriteTxn& tx) {
        const Instant now = tx.next_tick();
        delete_share(tx, *find_share(tx, "sh"), Retention{now, now + Ticks(24h)});
        return now;
    });
    EXPECT_FALSE(read([](ReadTxn& tx) { return find_share(tx, "sh").has_value(); }));
    write([&](WriteTxn& tx) { restore_share(tx, *find_deleted_share(tx, "sh", deleted)); });
    EXPECT_EQ(names(root_), "f");
    EXPECT_EQ(names(root_, taken), "f");
    EXPECT_EQ(share().last_snapshot, taken);
}

TEST_F(Shares, ThatSoftDeleteKeptAreGoneAfterTheirTime) {
    make(root_, "f");
    const Instant deleted = write([](WriteTxn& tx) {
        const Instant now = tx.next_tick();
        delete_share(tx, *find_share(tx, "sh"), Retention{now, now + Ticks(24h)});
        return now;
    });
    advance(Ticks(24h) + Ticks(1s));
    EXPECT_FALSE(read([&](ReadTxn& tx) { return find_deleted_share(tx, "sh", deleted).has_value(); }));
    wait_for("SELECT (SELECT count(*) FROM shares) + (SELECT count(*) FROM nodes)", 0);
}

TEST_F(Shares, AreWalkedInOrderOfTheirNames) {
    write([](WriteTxn& tx) {
        for (const std::string name : {"b", "a", "zz"}) {
            Share more;
            more.name = name;
            more.id = tx.next_id();
            more.created = tx.next_tick();
            insert_share(tx, more);
            Node root;
            root.id = more.id;
            root.kind = NodeKind::directory;
            root.tick = more.created;
            insert_node(tx, more, root);
        }
    });
    const std::string walked = read([](ReadTxn& tx) {
        std::string text;
        ShareCursor cursor(tx, "aa");
        while (const auto next = cursor.next()) text += next->name + " ";
        return text;
    });
    EXPECT_EQ(walked, "b sh zz ");
}

}  // namespace
}  // namespace lazulite::file
