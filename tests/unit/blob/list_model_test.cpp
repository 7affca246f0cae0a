#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "blob/ops/blob_walk.hpp"
#include "service/listing.hpp"
#include "blob/rows/schema.hpp"
#include "store/stores.hpp"

// Listings page by page, while blobs come and go, against the rules of the reference applied to a set of names.
namespace lazulite::blob {
namespace {

using Show = ListFilter::Show;
using Names = std::set<std::string>;  // in byte order, as listings are

/// A container with nothing but names in it.
class NameStore {
  public:
    NameStore() : files_(make_memory_file_system(1U << 30)) {
        Stores::Options options;
        options.durability = Durability::none;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(*files_, options);
        store_ = *stores_->store("account", kBlobStore.name);
    }
    ~NameStore() { stores_->close(); }
    NameStore(const NameStore&) = delete;
    NameStore& operator=(const NameStore&) = delete;

    void put(const std::string& name, bool committed) {
        write([&](WriteTxn& tx) {
            if (committed) {
                Blob blob;
                blob.tick = tx.next_tick();
                replace(tx, {kDirectory, name}, find_blob(tx, {kDirectory, name}), blob);
            } else {
                stage_block(tx, {kDirectory, name}, find_staged_set(tx, {kDirectory, name}), {"id", 1, std::string("x")});
            }
        });
    }
    void remove(const std::string& name) {
        write([&](WriteTxn& tx) {
            replace(tx, {kDirectory, name}, find_blob(tx, {kDirectory, name}), std::nullopt);
            drop_staged_set(tx, {kDirectory, name});
        });
    }
    /// Appends a page to `listed`; the marker of the next page, or nothing.
    std::string page(const ListFilter& filter, const std::string& first, std::size_t most, std::vector<std::string>& listed) {
        const auto next = store_->read([&](ReadTxn& tx) -> Result<std::optional<std::string>> {
            return walk_page(tx, kDirectory, filter, first, most, [&](const ListedBlob& entry) {
                listed.push_back(entry.name + (entry.blob ? "" : " (folder)"));
            });
        });
        return next && *next ? encode_marker(**next) : std::string();
    }

  private:
    static constexpr std::int64_t kDirectory = 7;

    template <class Change>
    void write(Change change) {
        const Result<> written = store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
            change(tx);
            return {};
        });
        if (!written) throw std::runtime_error("a write failed");
    }

    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

/// What is asked for, as a client gives it.
struct Question {
    ListFilter filter;
    std::string start_from;
    std::size_t page_size = 1;
};

/// The entry that the rules make of a name, or nothing where it is not listed.
std::optional<std::string> entry_of(const std::string& name, const Question& question) {
    const ListFilter& filter = question.filter;
    if (name.compare(0, filter.prefix.size(), filter.prefix) != 0 || name < question.start_from) return std::nullopt;
    if (!filter.end_before.empty() && name >= filter.end_before) return std::nullopt;
    const auto at = filter.delimiter.empty() ? std::string::npos : name.find(filter.delimiter, filter.prefix.size());
    const bool folder = at != std::string::npos;
    if (filter.show == (folder ? Show::blobs : Show::prefixes)) return std::nullopt;
    return folder ? name.substr(0, at + filter.delimiter.size()) + " (folder)" : name;
}

Names entries_of(const Names& names, const Question& question) {
    Names entries;
    for (const std::string& name : names) {
        if (auto entry = entry_of(name, question)) entries.insert(*std::move(entry));
    }
    return entries;
}

/// The key by which an entry sorts.
std::string key_of(const std::string& entry) {
    constexpr std::string_view kFolder = " (folder)";
    return entry.ends_with(kFolder) ? entry.substr(0, entry.size() - kFolder.size()) : entry;
}

class Chance {
  public:
    explicit Chance(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class Choices>
    auto of(const Choices& choices) {
        return *std::next(std::begin(choices), static_cast<std::ptrdiff_t>(below(std::size(choices))));
    }
    std::string name() {
        static const std::string kPieces[] = {"a", "b", "/", "-", "--", "%", "+", "\xC3\xA9", "\xEF\xBF\xBF", "\xF0\x9F\x98\x80"};
        std::string name;
        do name += of(kPieces);
        while (!one_in(4));
        return name;
    }
    Question question() {
        static const std::string kDelimiters[] = {"", "/", "/", "-", "--", "b/", "\xC3\xA9"};
        static const Show kShows[] = {Show::all, Show::all, Show::all, Show::blobs, Show::prefixes};
        Question question;
        if (one_in(2)) question.filter.prefix = name().substr(0, 1);
        if (!question.filter.prefix.empty() && question.filter.prefix.front() < 0) question.filter.prefix.clear();  // no half characters
        question.filter.delimiter = of(kDelimiters);
        question.filter.uncommitted = one_in(2);
        question.filter.show = of(kShows);
        if (one_in(4)) question.start_from = name();
        if (one_in(4)) question.filter.end_before = name();
        question.page_size = 1 + below(7);
        return question;
    }

  private:
    std::mt19937 random_;
};

/// Names that are there now; which of them are committed.
using State = std::map<std::string, bool>;

Names listable(const State& state, const Question& question) {
    Names names;
    for (const auto& [name, committed] : state) {
        if (committed || question.filter.uncommitted) names.insert(name);
    }
    return names;
}

class ListModel : public testing::TestWithParam<unsigned> {};

/// All pages of a listing, with `between` called after each of them.
template <class Between>
std::vector<std::string> list_all(NameStore& store, const Question& question, Between between) {
    std::vector<std::string> listed;
    std::string marker;
    do {
        const std::size_t before = listed.size();
        const std::string first = std::max({*decode_marker(marker), question.start_from, question.filter.prefix});
        marker = store.page(question.filter, first, question.page_size, listed);
        EXPECT_LE(listed.size() - before, question.page_size);
        if (!marker.empty() && question.filter.show == Show::all) {
            EXPECT_EQ(listed.size() - before, question.page_size);
        }
        between();
    } while (!marker.empty());
    return listed;
}

TEST_P(ListModel, PagesShowEachEntryOnceWhateverTheirSize) {
    Chance chance(GetParam());
    NameStore store;
    State state;
    for (int i = 0; i < 60; ++i) {
        const std::string name = chance.name();
        const bool committed = !chance.one_in(4);
        store.put(name, committed);
        state[name] = state[name] || committed;
    }
    for (int i = 0; i < 40; ++i) {
        const Question question = chance.question();
        const Names expected = entries_of(listable(state, question), question);
        const auto listed = list_all(store, question, [] {});
        // Folders sort by their names: the set has them elsewhere.
        std::vector<std::string> ordered(expected.begin(), expected.end());
        std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
        ASSERT_EQ(listed, ordered) << "prefix " << question.filter.prefix << " delimiter " << question.filter.delimiter;
    }
}

TEST_P(ListModel, WhatIsThereThroughoutIsShownOnceWhileOthersComeAndGo) {
    Chance chance(GetParam() + 1000);
    NameStore store;
    State state;
    const auto put = [&] {
        const std::string name = chance.name();
        const bool committed = !chance.one_in(4);
        store.put(name, committed);
        state[name] = state[name] || committed;
    };
    for (int i = 0; i < 60; ++i) put();
    for (int i = 0; i < 40; ++i) {
        const Question question = chance.question();
        Names throughout = listable(state, question);
        Names ever = throughout;
        const auto listed = list_all(store, question, [&] {
            for (std::size_t changes = chance.below(6); changes > 0; --changes) {
                if (state.size() < 40 || chance.one_in(2)) {
                    put();
                } else {
                    const std::string name = chance.of(state).first;
                    store.remove(name);
                    state.erase(name);
                }
            }
            const Names now = listable(state, question);
            ever.insert(now.begin(), now.end());
            std::erase_if(throughout, [&](const std::string& name) { return !now.contains(name); });
        });
        for (std::size_t at = 1; at < listed.size(); ++at) ASSERT_LT(key_of(listed[at - 1]), key_of(listed[at]));
        const Names shown(listed.begin(), listed.end());
        const Names must = entries_of(throughout, question);
        const Names may = entries_of(ever, question);
        ASSERT_TRUE(std::includes(shown.begin(), shown.end(), must.begin(), must.end()));
        ASSERT_TRUE(std::includes(may.begin(), may.end(), shown.begin(), shown.end()));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ListModel, testing::Range(0U, 12U));

}  // namespace
}  // namespace lazulite::blob
