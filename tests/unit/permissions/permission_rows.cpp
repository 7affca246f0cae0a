#include "permission_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/text.hpp"
#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "datalake/operations.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"

namespace lazulite {
namespace {

std::string trimmed(const std::string& text) { return std::string(trim(text)); }

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
    return parts;
}

Row parse_row(int line, const std::string& text) {
    const auto columns = split(text, '|');
    const bool levels = columns.size() == 10;
    const bool two = columns.size() == 8;
    if (!levels && !two && columns.size() != 7) throw std::runtime_error("line " + std::to_string(line) + ": 10, 8 or 7 columns");
    const std::size_t blank = columns[1].find(' ');
    const std::string& account = columns[3];
    const bool typed = account.size() > 2 && account[1] == ' ';
    Row row{line,
            columns[0],
            columns[1].substr(0, blank),
            columns[1].substr(blank + 1),
            {},
            typed ? account.substr(0, 1) : "",
            Cell(typed ? account.substr(2) : account),
            {Cell(columns[4])},
            levels ? columns[7] : "",
            columns[columns.size() - 2] == "yes",
            columns.back()};
    if (levels) row.service.insert(row.service.end(), {Cell(columns[5]), Cell(columns[6])});
    if (two) row.service.emplace_back(columns[5]);
    for (const std::string& header : split(columns[2], ';')) {
        const std::size_t colon = header.find(':');
        if (colon != std::string::npos) row.headers.emplace_back(header.substr(0, colon), trimmed(header.substr(colon + 1)));
    }
    return row;
}

}  // namespace

Cell::Cell(const std::string& text) {
    if (text.size() > 4 || text == "any" || text == "no") word = text;
    if (text.find_first_of("+(") != std::string::npos) word.clear();
    if (!word.empty()) return;
    std::string* part = &any;
    for (const char c : text) {
        if (c == '+') part = &also;
        else if (c == '(') part = &create;
        else if (c != ')') part->push_back(c);
    }
}

std::string Cell::refusal(const std::string& letters) const {
    if (word == "any") return "";
    if (word == "no" || word == "never") return "AuthorizationFailure";
    if (word == "level" || word == "bearer") return "AuthenticationFailed";
    const auto given = [&](char letter) { return letters.find(letter) != std::string::npos; };
    const bool one = std::any_of(any.begin(), any.end(), given);
    const bool only_creates = !one && std::any_of(create.begin(), create.end(), given);
    if (only_creates) return "UnauthorizedBlobOverwrite";
    return one && std::all_of(also.begin(), also.end(), given) ? "" : "AuthorizationPermissionMismatch";
}

std::string Row::where() const { return "line " + std::to_string(line) + ": " + operation + " " + method + " " + target; }

std::vector<Row> read_rows(const std::string& file) {
    std::ifstream stream(std::string(PERMISSIONS_FOLDER) + "/" + file);
    std::vector<Row> rows;
    int line = 0;
    for (std::string text; std::getline(stream, text);) {
        ++line;
        if (!trim(text).empty() && text[0] != '#') rows.push_back(parse_row(line, text));
    }
    return rows;
}

void expect_a_row_for_each_operation(std::span<const Operation> operations, const std::vector<Row>& rows) {
    std::set<std::string> expected;
    std::set<std::string> written;
    for (const Operation& operation : operations) expected.emplace(operation.name);
    for (const Row& row : rows) written.insert(row.operation);
    EXPECT_EQ(written, expected) << "the table of permissions and the table of operations name different ones";
}

Fixture of_blobs() {
    Fixture fixture{blob::service(), blob::kBlobStore, ServiceLetter::blob, {"c", "d", "b"}, "con", {}};
    const InMemory::Headers block_blob{{"x-ms-blob-type", "BlockBlob"}};
    fixture.set_up = {{"PUT", "/con?restype=container", {}},
                      {"PUT", "/con/d/b", block_blob},
                      {"PUT", "/conblob?restype=container", {{"x-ms-blob-public-access", "blob"}}},
                      {"PUT", "/conblob/d/b", block_blob},
                      {"PUT", "/concontainer?restype=container", {{"x-ms-blob-public-access", "container"}}},
                      {"PUT", "/concontainer/d/b", block_blob}};
    return fixture;
}

Fixture of_data_lake() {
    Fixture fixture{datalake::service(), blob::kBlobStore, ServiceLetter::blob, {"c", "d", "b"}, "con", of_blobs().set_up};
    fixture.hierarchical = true;
    fixture.also = &blob::service();
    return fixture;
}

Account Fixture::account() const {
    Account account{std::string(kName), {AccountKey::parse("a2V5IG9mIHRoZSBwZXJtaXNzaW9ucw==").value()}, {}};
    account.settings.hierarchical_namespace = hierarchical;
    return account;
}

Fixture of_queues() {
    return {queue::service(), queue::kQueueStore, ServiceLetter::queue, {""}, "que", {{"PUT", "/que", {}}}};
}

Fixture of_tables() { return {table::service(), table::kTableStore, ServiceLetter::table, {""}, "tab", {}}; }

// The file cannot be deleted, so that it is there for every row.
Fixture of_files() {
    const InMemory::Headers file{{"x-ms-type", "file"}, {"x-ms-content-length", "8"}};
    InMemory::Headers read_only = file;
    read_only.emplace_back("x-ms-file-attributes", "ReadOnly");
    return {file::service(), file::kFileStore, ServiceLetter::file, {"s", "f"}, "sha",
            {{"PUT", "/sha?restype=share", {}},
             {"PUT", "/sha/d?restype=directory", {}},
             {"PUT", "/sha/d/f", file},
             {"PUT", "/sha/d/locked", read_only}}};
}

void expect_refusal(const InMemory::Exchanged& answer, const std::string& refusal, const std::string& who) {
    static const std::set<std::string> kRefusals = {
        "AuthenticationFailed", "AuthorizationFailure", "AuthorizationPermissionMismatch", "AuthorizationServiceMismatch",
        "AuthorizationResourceTypeMismatch", "InvalidAuthenticationInfo", "KeyBasedAuthenticationNotPermitted",
        "NoAuthenticationInformation", "PublicAccessNotPermitted", "ResourceNotFound", "UnauthorizedBlobOverwrite",
        "InvalidUri", "InternalError", "UnsupportedHttpVerb"};
    if (refusal.empty()) {
        EXPECT_FALSE(kRefusals.contains(answer.code)) << who << ": " << answer.status << " " << answer.code;
        return;
    }
    EXPECT_EQ(answer.code, refusal) << who;
    const bool unknown_caller = refusal == "NoAuthenticationInformation" || refusal == "InvalidAuthenticationInfo";
    EXPECT_EQ(answer.status, unknown_caller ? 401 : refusal == "ResourceNotFound" ? 404 : 403) << who;
}

InMemory::Headers versioned(InMemory::Headers headers) {
    for (const auto& [name, value] : headers) {
        if (name == "x-ms-version") return headers;
    }
    headers.emplace_back("x-ms-version", kVersion);
    return headers;
}

std::string rooted(const std::string& target) { return "/" + std::string(kName) + target; }

}  // namespace lazulite
