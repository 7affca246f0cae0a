#include "a_share.hpp"

namespace lazulite::file {
namespace {

class Tree : public AShare {};

TEST_F(Tree, ListsNamesInOrderOfTheirKeys) {
    for (const std::string name : {"b", "A", "ü", "C", "a1"}) make(root_, name);
    EXPECT_EQ(names(root_), "A a1 b C ü");
    EXPECT_EQ(names(root_, {}, "b"), "b C ü");
}

TEST_F(Tree, FindsANameInAnyLetterCaseAndKeepsItsOwn) {
    const std::int64_t id = make(root_, "ReadMe.txt");
    const auto entry = read([&](ReadTxn& tx) { return find_entry(tx, root_, key_of("README.TXT", Casing::ignored)); });
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->name, "ReadMe.txt");
    EXPECT_EQ(entry->node_id, id);
}

TEST_F(Tree, RenamesADirectoryWithWhateverItHoldsByOneEntry) {
    const std::int64_t from = make_directory(root_, "from");
    for (int i = 0; i < 100; ++i) make(from, "f" + std::to_string(i));
    const std::int64_t to = make_directory(root_, "to");
    const std::int64_t inside = number("SELECT sum(born) FROM entries");
    rename(root_, "from", to, "moved");
    EXPECT_EQ(names(root_), "to");
    EXPECT_EQ(names(to), "moved");
    EXPECT_EQ(number("SELECT count(*) FROM entries"), 102);
    EXPECT_GT(number("SELECT sum(born) FROM entries"), inside);
    EXPECT_EQ(number("SELECT count(DISTINCT born) FROM entries"), 102);  // those of the 100 files are as they were
    EXPECT_EQ(read([&](ReadTxn& tx) { return find_entry(tx, from, "f99").has_value(); }), true);
}

TEST_F(Tree, CountsTheBytesOfItsFiles) {
    make(root_, "a", NodeKind::file, 1000);
    make(root_, "b", NodeKind::file, 4ULL << 40);
    const auto usage = [this] { return read([this](ReadTxn& tx) { return usage_of(tx, root_).live; }); };
    EXPECT_EQ(usage(), (4ULL << 40) + 1000);
    remove(root_, "b");
    EXPECT_EQ(usage(), 1000U);
}

TEST_F(Tree, OfADeletedShareGoesInSlices) {
    const std::int64_t dir = make_directory(root_, "d");
    for (int i = 0; i < 500; ++i) make(dir, "f" + std::to_string(i));
    const std::int64_t file = make(root_, "f", NodeKind::file, 4096);
    put(file, 0, "bytes");
    (void)snapshot();
    put(file, 0, "other");
    remove(dir, "f7");
    write([](WriteTxn& tx) { (void)insert_permission(tx, find_share(tx, "sh")->id, "O:SYG:SYD:"); });
    write([](WriteTxn& tx) { delete_share(tx, *find_share(tx, "sh")); });
    EXPECT_FALSE(read([](ReadTxn& tx) { return find_share(tx, "sh").has_value(); }));
    wait_for("SELECT (SELECT count(*) FROM nodes) + (SELECT count(*) FROM entries) + (SELECT count(*) FROM former_nodes) + "
             "(SELECT count(*) FROM former_entries) + (SELECT count(*) FROM permissions) + (SELECT count(*) FROM usage) + "
             "(SELECT count(*) FROM share_snapshots)",
             0);
    wait_for("SELECT count(*) FROM contents", 0);
}

TEST_F(Tree, KeepsPermissionsByTheirText) {
    const auto insert = [this](const std::string& text) {
        return write([&](WriteTxn& tx) { return insert_permission(tx, root_, text); });
    };
    const PermissionKey key = insert("O:SYG:SYD:(A;;FA;;;SY)");
    EXPECT_EQ(insert("O:SYG:SYD:(A;;FA;;;SY)"), key);
    EXPECT_EQ(number("SELECT count(*) FROM permissions"), 1);
    const auto find = [this](const PermissionKey& wanted) {
        return read([&](ReadTxn& tx) { return find_permission(tx, root_, wanted); });
    };
    EXPECT_EQ(find(key), "O:SYG:SYD:(A;;FA;;;SY)");
    EXPECT_EQ(find(PermissionKey::of("never given")), std::nullopt);
    EXPECT_EQ(find(PermissionKey::of(kDefaultPermission)), std::string(kDefaultPermission));
}

}  // namespace
}  // namespace lazulite::file
