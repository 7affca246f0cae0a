#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "blob/domain/tags.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"
#include "blob/rows/tags.hpp"
#include "store/stores.hpp"

// The index of tags against a map of what each blob has, while blobs come, change and go.
namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

using Places = std::set<std::tuple<std::string, std::string, std::string>>;

class TagRows : public ::testing::Test {
  protected:
    TagRows() : files_(make_memory_file_system(1U << 30)) {
        Stores::Options options;
        options.durability = Durability::none;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(*files_, options);
        store_ = *stores_->store("account", kBlobStore.name);
        write([this](WriteTxn& tx) {
            container_.name = "con";
            container_.container_id = tx.next_id();
            container_.root_dir_id = tx.next_id();
            insert_container(tx, container_);
        });
    }
    ~TagRows() override {
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
    /// No tags: the blob goes.
    void change(const std::string& name, const std::optional<TagSet>& tags) {
        write([&](WriteTxn& tx) {
            const BlobKey key{container_.root_dir_id, name};
            std::optional<Blob> after;
            if (tags) after.emplace().tags = tags->pack();
            if (after) after->tick = tx.next_tick();
            replace(tx, key, find_blob(tx, key), after);
        });
    }
    Places places() {
        return *store_->read([this](ReadTxn& tx) -> Result<Places> {
            Places found;
            TagCursor rows(tx, container_.root_dir_id, {});
            while (rows.next()) found.emplace(rows.key(), rows.value(), rows.name());
            return found;
        });
    }
    std::int64_t rows() {
        return *store_->read([](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor row = tx.query("SELECT count(*) FROM tags");
            return row.next() ? row.integer(0) : -1;
        });
    }

    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    Container container_;
};

TEST_F(TagRows, AreThoseOfTheBlobsAfterEveryChange) {
    std::mt19937_64 dice(20261121);
    std::map<std::string, TagSet> blobs;
    for (int i = 0; i < 2000; ++i) {
        const std::string name(1, static_cast<char>('a' + dice() % 5));
        if (dice() % 6 == 0) {
            blobs.erase(name);
            change(name, std::nullopt);
        } else {
            std::vector<BlobTag> tags;
            for (const char* key : {"k", "l", "m"}) {
                if (dice() % 2 == 0) tags.push_back({key, std::string(dice() % 3, 'v')});
            }
            blobs[name] = TagSet::of(tags).value();
            change(name, blobs[name]);
        }
        Places expected;
        for (const auto& [blob, tags] : blobs) {
            for (const BlobTag& tag : tags) expected.emplace(tag.key, tag.value, blob);
        }
        ASSERT_EQ(places(), expected) << "after step " << i;
    }
}

TEST_F(TagRows, GoWithTheirContainer) {
    for (int i = 0; i < 300; ++i) change("b" + std::to_string(i), TagSet::of({{"k", "v"}, {"l", "w"}}).value());
    ASSERT_EQ(rows(), 600);
    write([this](WriteTxn& tx) { delete_container(tx, container_); });
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (rows() != 0 && std::chrono::steady_clock::now() < end) write([](WriteTxn&) {});
    EXPECT_EQ(rows(), 0);
}

}  // namespace
}  // namespace lazulite::blob
