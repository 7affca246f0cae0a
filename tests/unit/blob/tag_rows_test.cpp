#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "blob/domain/tags.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/schema.hpp"
#include "blob/rows/tags.hpp"
#include "store/stores.hpp"

// The index of tags against a map of what each blob has, while blobs come, change and go.
namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

using Places = std::set<std::tuple<std::string, std::string, std::string>>;
using VersionPlaces = std::vector<std::tuple<std::string, std::string, std::string, std::int64_t>>;

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
    /// From a place on, those of versions too, as the cursor gives them.
    VersionPlaces all_places(const TagPlace& first = {}) {
        return *store_->read([&](ReadTxn& tx) -> Result<VersionPlaces> {
            VersionPlaces found;
            TagCursor rows(tx, container_.root_dir_id, first, true);
            while (rows.next()) {
                const TagPlace place = rows.place();
                EXPECT_EQ(rows.which().has_value(), place.tick != TagPlace::kCurrent);
                found.emplace_back(place.key, place.value, place.name, place.tick);
            }
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

TEST_F(TagRows, FollowVersionsThatAreMadeChangedDeletedAndRestored) {
    struct Tagged {
        TagSet tags;
        bool retained = false;
    };
    std::mt19937_64 dice(20261122);
    const BlobKey key{container_.root_dir_id, "b"};
    std::optional<TagSet> current;
    std::map<std::int64_t, Tagged> versions;
    const auto some_tags = [&] {
        std::vector<BlobTag> tags;
        for (const char* name : {"k", "l"}) {
            if (dice() % 3 != 0) tags.push_back({name, std::string(dice() % 2, 'v')});
        }
        return TagSet::of(tags).value();
    };
    const auto one_of = [&](bool retained) {
        std::vector<std::int64_t> ids;
        for (const auto& [id, version] : versions) {
            if (version.retained == retained) ids.push_back(id);
        }
        return ids.empty() ? std::int64_t{0} : ids[dice() % ids.size()];
    };
    for (int i = 0; i < 1000; ++i) {
        const auto what = dice() % 6;
        write([&](WriteTxn& tx) {
            const Instant now = tx.next_tick();
            const auto before = find_blob(tx, key);
            if (what <= 1) {  // the current blob is overwritten or deleted, and a version
                std::optional<Blob> after;
                if (what == 0) after.emplace().tags = some_tags().pack();
                if (after) after->tick = now;
                const Which kept = before ? Which(HistoryId{HistoryClass::version, before->tick}) : std::nullopt;
                if (kept) versions[tick_count(kept->id)] = {*current, false};
                replace(tx, key, before, after, kept);
                current = after ? std::optional(TagSet::unpack(after->tags)) : std::nullopt;
            } else if (what == 2) {
                undelete(tx, key);
                for (auto& [id, version] : versions) version.retained = false;
            } else if (const std::int64_t id = one_of(false); id != 0) {
                const HistoryId version{HistoryClass::version, instant_of(id)};
                if (what == 3) {
                    remove_history(tx, key, version);
                    versions.erase(id);
                } else if (what == 4) {
                    remove_history(tx, key, version, Retention{now, now + 24h});
                    versions[id].retained = true;
                } else {
                    Blob changed = *find_history(tx, key, version);
                    versions[id].tags = some_tags();
                    changed.tags = versions[id].tags.pack();
                    update_history(tx, key, version, changed);
                }
            }
        });
        VersionPlaces expected;
        const auto add = [&](const TagSet& tags, std::int64_t tick) {
            for (const BlobTag& tag : tags) expected.emplace_back(tag.key, tag.value, "b", tick);
        };
        if (current) add(*current, TagPlace::kCurrent);
        for (const auto& [id, version] : versions) {
            if (!version.retained) add(version.tags, id);
        }
        std::sort(expected.begin(), expected.end());
        ASSERT_EQ(all_places(), expected) << "after step " << i << ", " << what;
        if (expected.empty()) continue;
        const std::size_t from = dice() % expected.size();
        const auto& [tag, value, name, tick] = expected[from];
        ASSERT_EQ(all_places({tag, value, name, tick}), VersionPlaces(expected.begin() + static_cast<std::ptrdiff_t>(from), expected.end()));
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
