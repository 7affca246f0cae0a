#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "blob/domain/name_fold.hpp"
#include "store_cost.hpp"
#include "tree_store.hpp"

// Listings of hierarchical containers, against the rules applied to the set of all paths, and what they cost.
namespace lazulite::blob {
namespace {

using Names = std::vector<std::string>;
using Show = ListFilter::Show;

/// Every file, and every directory with a slash behind it.
using Paths = std::set<std::string>;

Names expected_of(const Paths& paths, const ListFilter& filter, const std::string& first) {
    Names expected;
    for (const std::string& path : paths) {
        const bool directory = path.ends_with('/');
        const std::string shown = directory ? path.substr(0, path.size() - 1) : path;
        if (!path.starts_with(filter.prefix) || path < first) continue;
        if (!filter.end_before.empty() && path >= filter.end_before) continue;
        const auto fold = folded(path, filter.prefix, filter.delimiter);
        if (fold) {
            if (filter.show != Show::blobs && (expected.empty() || expected.back() != *fold)) expected.emplace_back(*fold);
            continue;
        }
        if (!shown.starts_with(filter.prefix)) continue;
        if (filter.show == (directory ? Show::blobs : Show::prefixes)) continue;
        expected.push_back(shown);
    }
    return expected;
}

class TreeList : public ::testing::TestWithParam<unsigned> {
  protected:
    std::string of(const std::vector<std::string>& choices) {
        return choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(random_)];
    }
    std::string path() {
        static const Names kSegments{"a", "b", "a-", "a0", "ab", "\xC3\xA9", "a.b", "%", "+"};
        std::string made = of(kSegments);
        while (of({"on", "on", "end"}) == "on" && made.size() < 12) made += "/" + of(kSegments);
        return made;
    }
    /// A path that may be there: nothing is a file and a directory.
    void put(TreeStore& tree) {
        const std::string file = path();
        if (paths_.contains(file + "/")) return;
        Paths way;
        for (std::size_t at = file.find('/'); at != std::string::npos; at = file.find('/', at + 1)) {
            if (paths_.contains(file.substr(0, at))) return;
            way.insert(file.substr(0, at + 1));
        }
        paths_.merge(way);
        paths_.insert(file);
        if (of({"committed", "committed", "staged"}) == "committed") {
            tree.put(file);
        } else {
            tree.stage(file);
        }
    }

    std::mt19937 random_{GetParam()};
    Paths paths_;
};

TEST_P(TreeList, PagesOfEverySizeShowEachEntryOnceInOrder) {
    TreeStore tree;
    for (int i = 0; i < 40; ++i) put(tree);
    for (int i = 0; i < 60; ++i) {
        ListFilter filter;
        filter.uncommitted = true;
        filter.delimiter = of({"", "", "/", "/", "-", "b/", "a"});
        if (of({"with", "without"}) == "with") filter.prefix = path();
        if (!filter.prefix.empty() && of({"slash", "none"}) == "slash") filter.prefix += '/';
        if (of({"end", "no", "no"}) == "end") filter.end_before = path();
        const std::string show = of({"all", "all", "blobs", "prefixes"});
        filter.show = show == "all" ? Show::all : show == "blobs" ? Show::blobs : Show::prefixes;
        const std::string first = std::max(filter.prefix, of({"from", "no"}) == "from" ? path() : std::string());
        const Names expected = expected_of(paths_, filter, first);
        for (const std::size_t size : {1U, 2U, 3U, 7U, 1000U}) {
            ASSERT_EQ(tree.list(filter, first, size), expected)
                << "prefix " << filter.prefix << " delimiter " << filter.delimiter << " from " << first << " before "
                << filter.end_before << " show " << show << " by " << size;
        }
    }
}

TEST_P(TreeList, PagesGoOnWhereTheyWereWhateverIsDeletedOrMoved) {
    TreeStore tree;
    for (int i = 0; i < 40; ++i) put(tree);
    ListFilter filter;
    filter.uncommitted = true;
    const Names all = tree.list(filter, "", 1000);
    Names listed;
    std::optional<std::string> next = "";
    std::string removed;
    while (next) {
        const std::string from = *next;
        next = tree.page(filter, from, 5, listed);
        if (!removed.empty() || listed.size() < 10) continue;
        removed = listed.back();  // with what is in it
        tree.remove(removed);
    }
    Names expected;
    for (const std::string& name : all) {
        const bool gone = name.starts_with(removed + "/") && std::find(listed.begin(), listed.end(), name) == listed.end();
        if (!gone) expected.push_back(name);
    }
    EXPECT_EQ(listed, expected) << "after " << removed;
}

INSTANTIATE_TEST_SUITE_P(Seeds, TreeList, ::testing::Range(0U, 12U));

TEST(TreeListCost, APageReadsAsMuchHoweverLargeTheTreeIs) {
    StoreCost cost("blob.db");
    TreeStore tree(cost.files());
    tree.write([&](WriteTxn& tx) {
        for (int i = 0; i < 200; ++i) {
            for (int k = 0; k < 40; ++k) tree.put(tx, "top/" + std::to_string(i) + "/below/" + std::to_string(k));
        }
    });
    const auto bytes = [&](const ListFilter& filter, const std::string& first, std::size_t most, std::size_t expected) {
        tree.put("something else");
        Names listed;
        const std::uint64_t read = cost.bytes_read_by([&] { static_cast<void>(tree.page(filter, first, most, listed)); });
        EXPECT_EQ(listed.size(), expected);
        return read;
    };
    EXPECT_LT(bytes({}, "top/150/below/20", 10, 10), 200'000U);
    ListFilter level;
    level.delimiter = "/";
    EXPECT_LT(bytes(level, "", 100, 2), 100'000U);  // `something else`, and `top/` with all that is in it
    level.prefix = "top/";
    EXPECT_LT(bytes(level, "top/", 10, 10), 200'000U);
    ListFilter prefix;
    prefix.prefix = "top/77/be";
    EXPECT_LT(bytes(prefix, prefix.prefix, 5, 5), 200'000U);
}

}  // namespace
}  // namespace lazulite::blob
