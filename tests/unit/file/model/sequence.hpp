#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "model.hpp"
#include "service_account.hpp"

// Random sequences of operations on a few shares, against the model. A failure names the seed and the last operations;
// LAZULITE_SEED=n replays it, LAZULITE_OPERATIONS=n makes it longer.
namespace lazulite::file::test {

using Answer = ServiceAccount::Answer;
using Headers = ServiceAccount::Headers;
using Kind = Node::Kind;

inline constexpr std::uint64_t kLooked = 24 << 10;  ///< bytes of a file that are written and read

class FileSequence : public ::testing::Test {
  protected:
    FileSequence();
    /// That many steps; now and then it looks at all there is.
    void run(int operations);
    /// As the environment says, or so many.
    static int operations(int otherwise);
    std::int64_t number(const char* sql);

    // ---- chance ----
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    std::uint64_t up_to(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random_); }
    bool chance(int percent) { return below(100) < percent; }
    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))];
    }
    std::string word() { return chance(30) ? std::string() : "w" + std::to_string(below(1000)); }
    std::string lease_id() { return chance(70) ? std::string() : one_of(leases_); }
    std::uint64_t size();
    /// Of the share of this step, mostly of something that is there, in whatever letter case.
    Path some_path();
    /// One that leads to what is wanted, where there is such a thing and mostly.
    Path path_to(Kind kind);
    Path spoken(Path path);
    std::string some_snapshot();
    /// In a snapshot of the share of this step, mostly of something that is there.
    Path path_in(const std::string& snapshot);
    std::string some_attributes(bool directory);
    std::string some_key();
    AskedPermission some_permission(bool is_new);  ///< or none
    AskedPermission given_permission(bool is_new);

    // ---- requests ----
    Answer ask(std::string_view method, const Path& path, const std::string& query, Headers headers = {},
               std::string_view body = {});
    Answer ask_share(std::string_view method, const std::string& query, const Headers& headers = {},
                     std::string_view body = {});
    static Told told(const Answer& answer);
    static void add(Headers& headers, const AskedPermission& permission);
    static std::string at(const std::string& snapshot) { return snapshot.empty() ? "" : "&sharesnapshot=" + snapshot; }
    static std::string url_of(const Where& where);
    static std::string joined(const Path& path);
    [[nodiscard]] bool nfs() const { return share_ == kNfs; }
    void note(const std::string& what);
    static void compare(const Answer& answer, const Outcome& expected);
    [[nodiscard]] Where live(const Path& path) const { return {share_, "", path}; }

    // ---- shares ----
    void create_share();
    void delete_share();
    void restore_share();
    void set_share();
    void snapshot_share();
    void delete_snapshot();
    void lease_share();
    void share_stats();

    // ---- directories and files ----
    void create_directory();
    void delete_directory();
    void create_file();
    std::string text_of_write(std::uint64_t first, std::uint64_t length) const;
    void put_range();
    void set_properties();
    void set_metadata();
    void delete_file();
    void rename();
    void create_link();
    void lease_file();
    /// Those of files have no end and break at once.
    void lease(const Path& path, const std::string& query, Lease* held, const Outcome& missing, bool ends);

    // ---- copies and permissions ----
    void copy_file();
    Where some_source();
    Model::Copy some_copy();
    /// What the answer to a copy does not tell, as the file does: when it was made, unless that was said, is now.
    Told told_of_copy(const Answer& copied, const Model::Copy& asked);
    void abort_copy();
    void create_permission();
    void get_permission();

    // ---- what is there ----
    void read_snapshot();
    void list_ranges();
    static std::vector<std::string> lines_of(const std::vector<Part>& parts);
    /// What reading shows of a path, whatever is there.
    void expect_there(const Where& where);
    static std::string only(const std::string& parameter) { return parameter.empty() ? "" : parameter.substr(1); }
    [[nodiscard]] std::string lease_state(const Lease& lease) const;
    void expect_link(const Where& where, const Node& node);
    void expect_file(const Where& where, const Node& node, const Answer& answer);
    void expect_copied(const Node& node, const Answer& answer);
    /// What no model can know, but which stays as it was told.
    void expect_known(const Where& where, const Node& node, const Answer& answer);
    /// One directory after the other, page by page, and some of what stands in them.
    void look_at_share();
    void expect_tree(const std::string& snapshot, const Tree& tree);
    static std::vector<std::string> lines_of(const Tree& tree, int directory, const std::string& prefix);
    std::vector<std::string> listed(const Path& path, const std::string& snapshot, const std::string& prefix);
    /// All shares with their snapshots, and those that are deleted, whose versions no answer told.
    void look_at_shares();
    /// A version is when the share was deleted, as Windows counts time, in hexadecimal digits.
    void learn(const std::map<std::pair<std::string, std::string>, int>& versions);

    // ---- steps ----
    void switch_retention();
    void pass_time();
    void step();

    static constexpr std::string_view kNfs = "gamma";
    const std::uint64_t seed_;
    std::mt19937_64 random_;
    ServiceAccount account_{service(), kFileStore};
    Model model_;
    const std::vector<std::string> shares_{"alpha", "beta", "gamma"};
    const std::vector<std::string> names_{"a", "A", "b", "Cc", "cC", "\u00e9", "\u00c9", "d.txt", "D.TXT"};
    const std::vector<std::string> leases_{"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"};
    std::string share_ = "alpha";
    Path path_;
    std::deque<std::string> history_;
};

}  // namespace lazulite::file::test
