// Plays every cell of access_lists.txt, written by hand from the reference, through the gateway.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "blob/operations.hpp"
#include "datalake/operations.hpp"
#include "lake.hpp"
#include "permission_rows.hpp"

namespace lazulite {
namespace {

const std::vector<std::string> kPaths = {"", "d", "d/e", "d/e/f"};

struct AccessCase {
    int line = 0;
    std::string operation, role, method, target;
    Lake::Face face = Lake::Face::dfs;
    InMemory::Headers headers;
    std::vector<std::string> cells;  ///< by path, "--X"; or one word

    [[nodiscard]] bool word(std::string_view text) const { return cells.size() == 1 && cells.front() == text; }
};

std::vector<std::string> parts_of(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.emplace_back(trim(part));
    return parts;
}

std::vector<AccessCase> read_cases() {
    std::ifstream stream(std::string(PERMISSIONS_FOLDER) + "/access_lists.txt");
    std::vector<AccessCase> cases;
    int line = 0;
    for (std::string text; std::getline(stream, text);) {
        ++line;
        if (text.empty() || text[0] == '#') continue;
        const auto columns = parts_of(text, '|');
        if (columns.size() != 9 && columns.size() != 6) throw std::runtime_error("line " + std::to_string(line) + ": columns");
        AccessCase each;
        each.line = line;
        each.operation = columns[0];
        each.role = columns[1];
        each.face = columns[2] == "dfs" ? Lake::Face::dfs : Lake::Face::blob;
        each.method = columns[3].substr(0, columns[3].find(' '));
        each.target = columns[3].substr(columns[3].find(' ') + 1);
        for (const std::string& header : parts_of(columns[4], ';')) {
            const std::size_t colon = header.find(':');
            each.headers.emplace_back(header.substr(0, colon), trim(header.substr(colon + 1)));
        }
        each.cells.assign(columns.begin() + 5, columns.end());
        cases.push_back(std::move(each));
    }
    return cases;
}

/// How the rights of a cell come to the caller.
enum class Way : std::uint8_t { owner, named_user, owning_group, named_group, other, mask };
constexpr Way kWays[] = {Way::owner, Way::named_user, Way::owning_group, Way::named_group, Way::other, Way::mask};

Lake::Access granting(Way way, const std::string& rights, const std::string& who) {
    const std::string rwx = to_lower(rights);
    const std::string group(Lake::kGroup);
    Lake::Access access{"$superuser", "$superuser", "", ""};
    switch (way) {
        case Way::owner:
            access.owner = who;
            access.acl = "user::" + rwx + ",group::---,other::rwx";  // others are not asked for the owner
            break;
        case Way::named_user: access.acl = "user::rwx,user:" + who + ":" + rwx + ",group::---,mask::rwx,other::rwx"; break;
        case Way::owning_group:
            access.group = group;
            access.acl = "user::rwx,group::" + rwx + ",other::---";
            break;
        case Way::named_group: access.acl = "user::rwx,group::---,group:" + group + ":" + rwx + ",mask::rwx,other::---"; break;
        case Way::other: access.acl = "user::rwx,group::---,other::" + rwx; break;
        case Way::mask: access.acl = "user::rwx,user:" + who + ":rwx,group::---,mask::" + rwx + ",other::---"; break;
    }
    return access;
}

class AccessMatrix {
  public:
    void play(const AccessCase& row) {
        SCOPED_TRACE("line " + std::to_string(row.line) + ": " + row.operation + " " + row.method + " " + row.target);
        const std::string who = row.role == "None" ? "nobody" : "reader";
        (void)lake_.send("owner", Lake::Face::dfs, "DELETE", "/fsys/d?recursive=true");  // what other rows made there
        if (row.word("any")) return expect(row, who, Way::other, {"---", "---", "---", "---"}, true, "no rights at all");
        if (row.word("role")) return expect(row, who, Way::owner, {"RWX", "RWX", "RWX", "RWX"}, false, "every right");
        for (const Way way : kWays) {
            expect(row, who, way, row.cells, true, "what is needed");
            for (std::size_t path = 0; path < kPaths.size(); ++path) {
                for (std::size_t bit = 0; bit < 3; ++bit) {
                    if (row.cells[path][bit] == '-') continue;
                    std::vector<std::string> fewer(4, "RWX");
                    fewer[path][bit] = '-';
                    expect(row, who, way, fewer, false, "everything but " + std::string(1, row.cells[path][bit]) + " on /" + kPaths[path]);
                }
            }
        }
    }
    [[nodiscard]] int cells() const { return cells_; }

  private:
    void expect(const AccessCase& row, const std::string& who, Way way, const std::vector<std::string>& rights, bool allowed,
                const std::string& with) {
        const auto judge = [&](const InMemory::Exchanged& answer, const std::string& how) {
            ++cells_;
            expect_refusal(answer, allowed ? "" : "AuthorizationPermissionMismatch",
                           how + " by way " + std::to_string(static_cast<int>(way)) + " with " + with);
        };
        prepare(way, rights, who);
        judge(lake_.send(who, row.face, row.method, unique(row.target), row.headers), "token");
        if (who != "nobody" || row.cells.size() == 1) return;
        if (allowed) prepare(way, rights, who);
        judge(lake_.send_delegated("owner", "suoid=" + lake_.id(who), row.face, row.method, unique(row.target), row.headers),
              "suoid");
    }

    void prepare(Way way, const std::vector<std::string>& rights, const std::string& who) {
        lake_.put("d/e/f");
        for (std::size_t i = 0; i < kPaths.size(); ++i) lake_.set(kPaths[i], granting(way, rights[i], lake_.id(who)));
    }

    std::string unique(std::string target) {
        if (const std::size_t at = target.find("{new}"); at != std::string::npos) {
            target.replace(at, 5, "new-" + std::to_string(++names_));
        }
        return target;
    }

    Lake lake_;
    int names_ = 0;
    int cells_ = 0;
};

TEST(AccessLists, GrantWhatTheReferenceSays) {
    AccessMatrix matrix;
    for (const AccessCase& row : read_cases()) matrix.play(row);
    EXPECT_GT(matrix.cells(), 3000);
}

TEST(AccessLists, AreWrittenForOperationsThatThereAre) {
    std::set<std::string_view> known;
    for (const Operation& row : blob::operations()) known.insert(row.name);
    for (const Operation& row : datalake::operations()) known.insert(row.name);
    for (const AccessCase& row : read_cases()) EXPECT_TRUE(known.contains(row.operation)) << row.operation;
}

}  // namespace
}  // namespace lazulite
