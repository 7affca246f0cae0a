#include "file/rows/copies.hpp"

#include "a_share.hpp"
#include "file/rows/expiry.hpp"

namespace lazulite::file {
namespace {

class Copies : public AShare {
  protected:
    /// A file of `size` bytes that is being copied to.
    std::int64_t begin(const std::string& name, std::uint64_t size) {
        const std::int64_t id = make(root_, name);
        write([&](WriteTxn& tx) {
            const Share there = *find_share(tx, "sh");
            const Node before = begin_change(tx, there, *find_node(tx, id));
            Node after = before;
            after.size = size;
            after.copy.emplace();
            after.copy->id = name;
            after.copy->status = CopyStatus::pending;
            after.copy->total = size;
            after.copy->transfer = LastCopy::Transfer{after.tick, "one", "origin", "", ""};
            watch_copy(tx, there, after);
            end_change(tx, there, before, after);
        });
        return id;
    }
    Node node(std::int64_t id) {
        return read([id](ReadTxn& tx) { return *find_node(tx, id); });
    }
    std::int64_t counted() { return number("SELECT live FROM usage"); }
};

TEST_F(Copies, CountTheirLengthFromTheBeginning) {
    begin("f", 700);
    EXPECT_EQ(counted(), 700);
}

TEST_F(Copies, AreAdoptedByTheNextRun) {
    const std::int64_t id = begin("f", 7);
    EXPECT_TRUE(read([](ReadTxn& tx) { return has_watched_copies(tx); }));
    const auto same = write([](WriteTxn& tx) { return adopt_copies(tx, "one"); });
    EXPECT_TRUE(same.empty());
    const auto next = write([](WriteTxn& tx) { return adopt_copies(tx, "two"); });
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].share, "sh");
    EXPECT_EQ(next[0].share_id, root_);
    EXPECT_EQ(next[0].node.id, id);
    EXPECT_EQ(node(id).copy->transfer->run, "two");
    EXPECT_EQ(counted(), 7);
}

TEST_F(Copies, EndAfterTwoWeeksAndLeaveNoBytes) {
    const std::int64_t id = begin("f", 7);
    const Instant tick = node(id).tick;
    advance(std::chrono::hours(14 * 24) + std::chrono::seconds(1));
    Node now = node(id);
    bring_up_to(wall_.now() + store_->clock_offset(), now);
    EXPECT_EQ(now.size, 0U);
    EXPECT_EQ(now.copy->status, CopyStatus::failed);
    wait_for("SELECT count(*) FROM expiry WHERE kind = 3", 0);
    EXPECT_EQ(node(id).size, 0U);
    EXPECT_EQ(node(id).copy->status, CopyStatus::failed);
    EXPECT_EQ(node(id).tick, tick);
    EXPECT_EQ(counted(), 0);
}

TEST_F(Copies, ThatTookTooLongAreCountedOnceWhateverComesFirst) {
    const std::int64_t id = begin("f", 7);
    write([&](WriteTxn& tx) {
        const Share there = *find_share(tx, "sh");
        Node over = *find_node(tx, id);
        bring_up_to(tx.now() + std::chrono::hours(15 * 24), over);
        const Node before = begin_change(tx, there, over);
        Node after = before;
        after.size = 2;
        forget_copy(tx, *find_node(tx, id)->copy);
        end_change(tx, there, before, after);
    });
    EXPECT_EQ(counted(), 2);
    write([&](WriteTxn& tx) {
        const Share there = *find_share(tx, "sh");
        remove_entry(tx, there, *find_entry(tx, root_, key_of("f", there.casing())), tx.next_tick());
        remove_node(tx, there, *find_node(tx, id), tx.next_tick());
    });
    EXPECT_EQ(counted(), 0);
}

TEST_F(Copies, AreNoLongerWatchedOnceForgotten) {
    const std::int64_t id = begin("f", 7);
    write([&](WriteTxn& tx) { forget_copy(tx, *find_node(tx, id)->copy); });
    EXPECT_FALSE(read([](ReadTxn& tx) { return has_watched_copies(tx); }));
}

TEST_F(Copies, KeepTheirLeaseApart) {
    const std::int64_t id = begin("f", 7);
    write([&](WriteTxn& tx) {
        Node over = *find_node(tx, id);
        bring_up_to(tx.now() + std::chrono::hours(15 * 24), over);
        save_lease(tx, over);
    });
    EXPECT_TRUE(node(id).copy->pending());
    EXPECT_EQ(node(id).size, 7U);
}

}  // namespace
}  // namespace lazulite::file
