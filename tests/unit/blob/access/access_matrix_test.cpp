#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "base/text.hpp"
#include "blob/domain/access_check.hpp"

namespace lazulite::blob {
namespace {

std::vector<std::string> split_cells(const std::string& text, char separator) {
    std::vector<std::string> cells;
    std::istringstream stream(text);
    for (std::string cell; std::getline(stream, cell, separator);) cells.emplace_back(trim(cell));
    return cells;
}

struct TableRow {
    int line = 0;
    std::vector<std::string> cells;
};

std::vector<TableRow> read_table(const std::string& name, std::size_t columns) {
    std::ifstream file(std::string(ACCESS_TABLES) + "/" + name);
    std::vector<TableRow> rows;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.empty() || line.front() == '#') continue;
        rows.push_back({number, split_cells(line, '|')});
        EXPECT_EQ(rows.back().cells.size(), columns) << name << ":" << number;
    }
    return rows;
}

Rwx letters(std::string_view text) {
    Rwx bits = 0;
    for (const char c : text) {
        const char small = ascii_lower(c);
        bits = static_cast<Rwx>(bits | (small == 'r'   ? kAclRead
                                        : small == 'w' ? kAclWrite
                                        : small == 'x' ? kAclExecute
                                                       : 0));
    }
    return bits;
}

AccessControl path_with(const std::string& acl) {
    AccessControl path = AccessControl::usual(true);
    path.owner = "owner@a";
    path.group = "staff@a";
    EXPECT_TRUE(path.set_acl(parse_acl(acl).value(), true)) << acl;
    return path;
}

TEST(AccessMatrix, EachIdentityIsGrantedWhatItsCellSays) {
    const std::vector<AclCaller> callers = {
        {.object_id = "", .superuser = true},
        {.object_id = "owner@a"},
        {.object_id = "owner@a", .groups = {"staff@a"}},
        {.object_id = "named@a"},
        {.object_id = "named@a", .groups = {"editors@a"}},
        {.object_id = "somebody@a", .groups = {"staff@a"}},
        {.object_id = "somebody@a", .groups = {"editors@a"}},
        {.object_id = "somebody@a", .groups = {"editors@a", "readers@a"}},
        {.object_id = "somebody@a", .groups = {"staff@a", "editors@a"}},
        {.object_id = "stranger@a"},
    };
    const auto rows = read_table("identities.txt", callers.size() + 1);
    ASSERT_EQ(rows.size(), 19U);
    for (const TableRow& row : rows) {
        const AccessControl path = path_with(row.cells[0]);
        for (std::size_t column = 0; column < callers.size(); ++column) {
            for (int wanted = 1; wanted <= kAclEverything; ++wanted) {
                bool expected = false;
                for (const std::string& together : split_cells(row.cells[column + 1], ',')) {
                    expected = expected || (letters(together) & wanted) == wanted;
                }
                EXPECT_EQ(may(callers[column], static_cast<Rwx>(wanted), path), expected)
                    << "identities.txt:" << row.line << ", column " << column + 1 << ", wanted " << wanted;
            }
        }
    }
}

/// The directories to the path and the path: how many of /, Oregon/, Portland/ and Data.txt, and whether the last is
/// there.
struct Scenario {
    AccessNeeds needs;
    std::size_t nodes = 4;
    bool item = true;
    std::size_t contents = 0;  ///< directories within, each of which needs what the path does
};

const std::map<std::string, Scenario>& scenarios() {
    static const std::map<std::string, Scenario> all = {
        {"Read Data.txt", {kToReadFile}},
        {"Append to Data.txt", {kToAppend}},
        {"Delete Data.txt", {kToDelete}},
        {"Create Data.txt", {kToCreate, 4, false}},
        {"List /", {kToListDirectory, 1}},
        {"List /Oregon/", {kToListDirectory, 2}},
        {"List /Oregon/Portland/", {kToListDirectory, 3}},
        {"Delete /Oregon/Portland/", {kToDeleteWithContents, 3}},
        {"Delete /Oregon/", {kToDeleteWithContents, 2, true, 1}},
        {"Status of Data.txt", {kToSeeStatus}},
        {"Status of /Oregon/", {kToSeeStatus, 2}},
    };
    return all;
}

/// With those permissions of a caller on /, Oregon/, Portland/ and Data.txt.
bool may_by(const Scenario& scenario, const AccessNeeds& needs, const std::array<Rwx, 4>& granted) {
    std::vector<AccessControl> way;
    for (const Rwx bits : granted) {
        AccessControl node = AccessControl::usual(true);
        node.set_mode(bits);  // for others
        way.push_back(node);
    }
    const AclCaller caller{.object_id = "somebody@a"};
    const std::span<const AccessControl> directories(way.data(), scenario.nodes - 1);
    bool allowed = may(caller, needs, directories, scenario.item ? &way[scenario.nodes - 1] : nullptr);
    for (std::size_t i = 0; i < scenario.contents; ++i)
        allowed = allowed && may(caller, needs.item, way[scenario.nodes + i]);
    return allowed;
}

TEST(AccessMatrix, AnOperationNeedsEveryLetterOfItsRowAndNoMore) {
    const auto rows = read_table("scenarios.txt", 6);
    ASSERT_EQ(rows.size(), 14U);
    for (const TableRow& row : rows) {
        const Scenario& scenario = scenarios().at(row.cells[0]);
        const AccessNeeds needs = row.cells[1] == "Reader" ? scenario.needs.of_reader() : scenario.needs;
        std::array<Rwx, 4> exactly{};
        for (std::size_t i = 0; i < 4; ++i) exactly[i] = letters(row.cells[2 + i] == "N/A" ? "" : row.cells[2 + i]);
        EXPECT_TRUE(may_by(scenario, needs, exactly)) << "scenarios.txt:" << row.line;
        for (std::size_t i = 0; i < 4; ++i) {
            for (const Rwx letter : {kAclRead, kAclWrite, kAclExecute}) {
                if ((exactly[i] & letter) == 0) continue;
                std::array<Rwx, 4> everything{kAclEverything, kAclEverything, kAclEverything, kAclEverything};
                everything[i] = static_cast<Rwx>(kAclEverything & ~letter);
                EXPECT_FALSE(may_by(scenario, needs, everything))
                    << "scenarios.txt:" << row.line << ", column " << i + 2 << " without " << int{letter};
            }
        }
    }
}

TEST(AccessMatrix, ThePathOfASuperuserIsOnlyTheirs) {
    AccessControl path = AccessControl::usual(true);
    const AclCaller nobody{.object_id = ""};
    EXPECT_FALSE(may(nobody, kAclRead, path));
    path.owner = "";
    EXPECT_FALSE(may(nobody, kAclRead, path));
    EXPECT_TRUE(may(AclCaller{.superuser = true}, kAclEverything, path));
}

TEST(AccessMatrix, AStickyDirectoryLetsOnlyOwnersTakeAway) {
    AccessControl directory = AccessControl::usual(true);
    directory.owner = "keeper@a";
    AccessControl file = AccessControl::usual(false);
    file.owner = "writer@a";
    const std::vector<AccessControl> open_way = [&] {
        directory.set_mode(0777);
        return std::vector{directory};
    }();
    const std::vector<AccessControl> sticky_way = [&] {
        directory.set_mode(01777);
        return std::vector{directory};
    }();
    const auto deletes = [&](std::string_view who, const std::vector<AccessControl>& way) {
        return may(AclCaller{.object_id = std::string(who)}, kToDelete, way, &file);
    };
    EXPECT_TRUE(deletes("somebody@a", open_way));
    EXPECT_FALSE(deletes("somebody@a", sticky_way));
    EXPECT_TRUE(deletes("writer@a", sticky_way));
    EXPECT_TRUE(deletes("keeper@a", sticky_way));
    EXPECT_FALSE(deletes("$superuser", sticky_way));
    EXPECT_TRUE(may(AclCaller{.superuser = true}, kToDelete, sticky_way, &file));
    // It takes nothing from what else the directory grants, and gives nothing.
    EXPECT_TRUE(may(AclCaller{.object_id = "somebody@a"}, kToCreate, sticky_way, nullptr));
    directory.set_mode(01755);
    const std::vector<AccessControl> closed_way{directory};
    EXPECT_FALSE(deletes("writer@a", closed_way));
    EXPECT_TRUE(deletes("keeper@a", closed_way));
}

TEST(AccessMatrix, OnlyTheOwnerChangesTheList) {
    AccessControl file = AccessControl::usual(false);
    file.owner = "owner@a";
    file.group = "staff@a";
    file.set_mode(0077);
    AccessControl directory = AccessControl::usual(true);
    directory.set_mode(0001);
    const std::vector<AccessControl> way{directory};
    const AclCaller owner{.object_id = "owner@a", .groups = {"editors@a"}};
    const AclCaller member{.object_id = "member@a", .groups = {"staff@a", "editors@a"}};
    const AclCaller superuser{.superuser = true};
    EXPECT_TRUE(may(owner, kToChangeAcl, way, &file));
    EXPECT_FALSE(may(member, kToChangeAcl, way, &file));
    EXPECT_TRUE(may(superuser, kToChangeAcl, way, &file));
    directory.set_mode(0666);
    EXPECT_FALSE(may(owner, kToChangeAcl, std::vector{directory}, &file));

    EXPECT_TRUE(may_change_group(owner, file, "editors@a"));
    EXPECT_FALSE(may_change_group(owner, file, "staff@a"));
    EXPECT_FALSE(may_change_group(member, file, "editors@a"));
    EXPECT_TRUE(may_change_group(superuser, file, "anything"));
    EXPECT_FALSE(may_change_owner(owner));
    EXPECT_TRUE(may_change_owner(superuser));
}

}  // namespace
}  // namespace lazulite::blob
