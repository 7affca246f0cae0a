// Plays every cell of a table of permissions, written by hand from the reference, through the gateway. The operation tables
// only decide which rows must be there.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "auth/account_sas.hpp"
#include "auth/service_sas.hpp"
#include "auth/shared_key.hpp"
#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "in_memory.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kName = "permissions";
constexpr std::string_view kVersion = "2026-04-06";
constexpr std::string_view kEveryLetter = "racwdxyltfmeopiu";

std::string trimmed(const std::string& text) { return std::string(trim(text)); }

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
    return parts;
}

/// Letters of a cell: one of `any`, all of `also`; `create` alone may not overwrite.
struct Cell {
    std::string word;  ///< "any", "no", "level", "never", "bearer": no letters then
    std::string any, also, create;

    explicit Cell(const std::string& text) {
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
    [[nodiscard]] std::string refusal(const std::string& letters) const {
        if (word == "any") return "";
        if (word == "no" || word == "never") return "AuthorizationFailure";
        if (word == "level" || word == "bearer") return "AuthenticationFailed";
        const auto given = [&](char letter) { return letters.find(letter) != std::string::npos; };
        const bool one = std::any_of(any.begin(), any.end(), given);
        const bool only_creates = !one && std::any_of(create.begin(), create.end(), given);
        if (only_creates) return "UnauthorizedBlobOverwrite";
        return one && std::all_of(also.begin(), also.end(), given) ? "" : "AuthorizationPermissionMismatch";
    }
};

struct Row {
    int line = 0;
    std::string operation, method, target;
    InMemory::Headers headers;
    std::string type;  ///< of the account SAS: s, c, o, or none
    Cell account;
    std::vector<Cell> service;  ///< by the levels of a service SAS
    std::string open;           ///< empty: the service has no public access
    bool key = false;

    [[nodiscard]] std::string where() const {
        return "line " + std::to_string(line) + ": " + operation + " " + method + " " + target;
    }
};

Row parse_row(int line, const std::string& text) {
    const auto columns = split(text, '|');
    const bool levels = columns.size() == 9;
    const bool two = columns.size() == 7;
    if (!levels && !two && columns.size() != 6) throw std::runtime_error("line " + std::to_string(line) + ": 9, 7 or 6 columns");
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
            columns.back() == "yes"};
    if (levels) row.service.insert(row.service.end(), {Cell(columns[5]), Cell(columns[6])});
    if (two) row.service.emplace_back(columns[5]);
    for (const std::string& header : split(columns[2], ';')) {
        const std::size_t colon = header.find(':');
        if (colon != std::string::npos) row.headers.emplace_back(header.substr(0, colon), trimmed(header.substr(colon + 1)));
    }
    return row;
}

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

AccountKey a_key() { return AccountKey::parse("a2V5IG9mIHRoZSBwZXJtaXNzaW9ucw==").value(); }

/// What the tables of one service are played with.
struct Fixture {
    const Service& service;
    const StoreKind& store;
    ServiceLetter letter;
    std::vector<std::string_view> levels;  ///< `sr` of the service SAS of each column
    std::string_view container;            ///< that the rows name
    struct Request {
        std::string_view method, target;
        InMemory::Headers headers;
    };
    std::vector<Request> set_up;  ///< before each row
};

/// `con` and its blob, once private and once for each public access.
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

Fixture of_queues() {
    return {queue::service(), queue::kQueueStore, ServiceLetter::queue, {""}, "que", {{"PUT", "/que", {}}}};
}

Fixture of_tables() { return {table::service(), table::kTableStore, ServiceLetter::table, {""}, "tab", {}}; }

/// A share with a directory, and in that a file which cannot be deleted, so that it is there for every row.
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

/// Plays the rows of one table of operations.
class Matrix {
  public:
    explicit Matrix(Fixture fixture)
        : fixture_(std::move(fixture)),
          server_(fixture_.service, fixture_.store, Account{std::string(kName), {a_key()}, {}}) {}

    void play(const Row& row) {
        SCOPED_TRACE(row.where());
        for (const auto& [method, target, headers] : fixture_.set_up) {
            (void)send_with_key(std::string(method), std::string(target), headers);
        }
        const Operation* const operation = select(row);
        if (!operation) return;
        offered_ = operation->offered();
        play_account_sas(row);
        for (std::size_t i = 0; i < fixture_.levels.size(); ++i) {
            play_service_sas(row, fixture_.levels[i], row.service.at(i));
        }
        play_anonymous(row);
        play_shared_key(row);
    }

  private:
    /// The row of the operation table that the request selects, which must be the one it was written for.
    const Operation* select(const Row& row) {
        const std::string target = unique(row.target);
        const std::string path = target.substr(1, target.find('?') - 1);
        const Query query = *Query::parse(std::string_view(target).substr(std::min(target.find('?'), target.size() - 1) + 1));
        Request request;
        request.method = parse_method(row.method);
        for (const auto& [name, value] : row.headers) request.fields.add(name, value);
        Target parsed;
        parsed.container = path.substr(0, path.find('/'));
        parsed.has_name = path.find('/') != std::string::npos;
        if (parsed.has_name) parsed.name = path.substr(path.find('/') + 1);
        const Service& service = fixture_.service;
        const auto found = match_operation(service.operations, request, query, service.scope(parsed, query));
        EXPECT_TRUE(found && (*found)->name == row.operation) << "selects " << (found ? (*found)->name : "nothing");
        return found && (*found)->name == row.operation ? *found : nullptr;
    }

    void play_account_sas(const Row& row) {
        const std::string here(1, static_cast<char>(fixture_.letter));
        std::string others = "bqtf";
        std::erase(others, here[0]);
        for (const std::string& letters : combinations(row.account)) {
            expect(by_account_sas(row, here, row.type.empty() ? "sco" : row.type, letters), row.account.refusal(letters),
                   "account SAS " + letters);
        }
        const std::string all(kEveryLetter);
        const bool lettered = row.account.word.empty();
        for (const std::string type : {"s", "c", "o"}) {
            if (type == row.type) continue;
            expect(by_account_sas(row, here, type, all),
                   lettered ? "AuthorizationResourceTypeMismatch" : row.account.refusal(all), "account SAS for " + type);
        }
        const bool bearer = row.account.word == "bearer";
        expect(by_account_sas(row, others, "sco", all), bearer ? "AuthenticationFailed" : "AuthorizationServiceMismatch",
               "account SAS for other services");
    }

    void play_service_sas(const Row& row, std::string_view sr, const Cell& cell) {
        for (const std::string& letters : combinations(cell)) {
            expect(by_service_sas(row, sr, letters), cell.refusal(letters),
                   "service SAS " + std::string(sr) + " " + letters);
        }
    }

    void play_anonymous(const Row& row) {
        std::vector<std::string_view> levels{""};
        if (!row.open.empty()) levels.insert(levels.end(), {"blob", "container"});
        const auto level = [&](std::string_view access) { return std::find(levels.begin(), levels.end(), access); };
        for (const std::string_view access : levels) {
            const bool may = !row.open.empty() && row.open != "no" && level(access) >= level(row.open);
            std::string target = unique(row.target);
            if (const std::size_t at = target.find("/con"); at == 0) target.insert(4, access);
            const auto with_version = server_.send(row.method, rooted(target), versioned(row.headers));
            expect(with_version, may ? "" : recent(row) ? "NoAuthenticationInformation" : "ResourceNotFound",
                   "anonymous, " + std::string(access));
            if (!recent(row)) continue;
            const auto without = server_.send(row.method, rooted(target), row.headers);
            expect(without, may ? "" : "ResourceNotFound", "anonymous without a version, " + std::string(access));
        }
    }

    void play_shared_key(const Row& row) {
        expect(send_with_key(row.method, unique(row.target), row.headers), row.key ? "" : "AuthenticationFailed",
               "Shared Key");
    }

    /// Every letter alone, all of them, all but one, and the pairs that a cell asks for.
    static std::vector<std::string> combinations(const Cell& cell) {
        std::vector<std::string> all{std::string(kEveryLetter)};
        for (const char letter : kEveryLetter) {
            all.emplace_back(1, letter);
            std::string others(kEveryLetter);
            std::erase(others, letter);
            all.push_back(others);
        }
        for (const char letter : cell.any) all.push_back(letter + cell.also);
        return all;
    }

    InMemory::Exchanged by_account_sas(const Row& row, const std::string& ss, const std::string& srt, const std::string& sp) {
        const std::string fields = "sv=" + std::string(kVersion) + "&ss=" + ss + "&srt=" + srt + "&sp=" + sp + "&se=2999-01-01";
        const std::string text = account_sas_string_to_sign(*Query::parse(fields), kName);
        return send_with_sas(row, unique(row.target), fields, text);
    }

    /// For the container or queue (or what the request names first), its directory `d`, or the blob that the request names.
    InMemory::Exchanged by_service_sas(const Row& row, std::string_view sr, const std::string& sp) {
        const std::string target = unique(row.target);
        const std::string path = target.substr(1, target.find('?') - 1);
        const bool table = fixture_.letter == ServiceLetter::table;
        const bool elsewhere = path.empty() || (table && (path.starts_with("Tables") || path.starts_with("$")));
        const std::string container = elsewhere ? std::string(fixture_.container) : path.substr(0, path.find_first_of("/("));
        const std::string below = path.find('/') == std::string::npos ? "d/b" : path.substr(path.find('/') + 1);
        const std::string resource = sr == "c" || sr == "s" || sr.empty() ? container : sr == "d" ? container + "/d" : container + "/" + below;
        const std::string fields = "sv=" + std::string(kVersion) + (sr.empty() ? "" : "&sr=" + std::string(sr)) + (table ? "&tn=" + container : "") + "&sp=" + sp + "&se=2999-01-01" +
                                   (sr == "d" ? "&sdd=1" : "");
        const auto text = service_sas_string_to_sign(*Query::parse(fields), fixture_.letter, kNewestVersion, kName,
                                                     {resource, ""});
        return send_with_sas(row, target, fields, *text);
    }

    InMemory::Exchanged send_with_sas(const Row& row, const std::string& target, const std::string& fields,
                                      const std::string& text) {
        return server_.send(row.method,
                            rooted(target) + (target.find('?') == std::string::npos ? "?" : "&") + fields +
                                "&sig=" + percent_encode(a_key().sign(text)),
                            versioned(row.headers));
    }

    InMemory::Exchanged send_with_key(const std::string& method, const std::string& target, InMemory::Headers headers) {
        headers = versioned(std::move(headers));
        headers.emplace_back("x-ms-date", format_rfc1123(server_.now()));
        const std::string whole = rooted(target);
        Request request;
        request.method_text = method;
        request.path = std::string_view(whole).substr(0, whole.find('?'));
        for (const auto& [name, value] : headers) request.fields.add(name, value);
        const Query query =
            *Query::parse(std::string_view(whole).substr(std::min(request.path.size() + 1, whole.size())));
        const SharedKeyCheck check{request, query, kName, {}, kNewestVersion, server_.now(), fixture_.letter};
        const std::string text = shared_key_string_to_sign(check, SharedKeyScheme::shared_key, {});
        headers.emplace_back("Authorization", "SharedKey " + std::string(kName) + ":" + a_key().sign(text));
        return server_.send(method, whole, headers);
    }

    /// An empty `refusal` is a cell that allows: whatever the operation then says, it is nothing of these.
    void expect(const InMemory::Exchanged& answer, const std::string& refusal, const std::string& who) {
        static const std::set<std::string> kRefusals = {
            "AuthenticationFailed", "AuthorizationFailure", "AuthorizationPermissionMismatch", "AuthorizationServiceMismatch",
            "AuthorizationResourceTypeMismatch", "InvalidAuthenticationInfo", "KeyBasedAuthenticationNotPermitted",
            "NoAuthenticationInformation", "PublicAccessNotPermitted", "ResourceNotFound", "UnauthorizedBlobOverwrite",
            "InvalidUri", "InternalError", "UnsupportedHttpVerb"};
        if (refusal.empty()) {
            EXPECT_FALSE(kRefusals.contains(answer.code)) << who << ": " << answer.status << " " << answer.code;
            return;
        }
        // What is not offered yet cannot know whether it would overwrite.
        const bool unknown = refusal == "UnauthorizedBlobOverwrite" && !offered_;
        EXPECT_EQ(answer.code, unknown ? "NotImplemented" : refusal) << who;
        const int status = refusal == "NoAuthenticationInformation" ? 401 : refusal == "ResourceNotFound" ? 404 : 403;
        EXPECT_EQ(answer.status, unknown ? 501 : status) << who;
    }

    static bool recent(const Row& row) {
        for (const auto& [name, value] : row.headers) {
            if (name == "x-ms-version") return value >= "2019-12-12";
        }
        return true;
    }
    static InMemory::Headers versioned(InMemory::Headers headers) {
        for (const auto& [name, value] : headers) {
            if (name == "x-ms-version") return headers;
        }
        headers.emplace_back("x-ms-version", kVersion);
        return headers;
    }
    static std::string rooted(const std::string& target) { return "/" + std::string(kName) + target; }
    std::string unique(std::string target) {
        if (const std::size_t at = target.find("{new}"); at != std::string::npos) {
            target.replace(at, 5, "new-" + std::to_string(++names_));
        }
        return target;
    }

    const Fixture fixture_;
    InMemory server_;
    bool offered_ = false;
    int names_ = 0;
};

void expect_a_row_for_each_operation(std::span<const Operation> operations, const std::vector<Row>& rows) {
    std::set<std::string> expected;
    std::set<std::string> written;
    for (const Operation& operation : operations) expected.emplace(operation.name);
    for (const Row& row : rows) written.insert(row.operation);
    EXPECT_EQ(written, expected) << "the table of permissions and the table of operations name different ones";
}

void play(const std::string& file, Fixture fixture) {
    const auto rows = read_rows(file);
    expect_a_row_for_each_operation(fixture.service.operations, rows);
    Matrix matrix(std::move(fixture));
    for (const Row& row : rows) matrix.play(row);
}

TEST(Permissions, OfTheBlobServiceAreThoseOfTheReference) { play("blob.txt", of_blobs()); }

TEST(Permissions, OfTheQueueServiceAreThoseOfTheReference) { play("queue.txt", of_queues()); }

TEST(Permissions, OfTheFileServiceAreThoseOfTheReference) { play("file.txt", of_files()); }

TEST(Permissions, OfTheTableServiceAreThoseOfTheReference) { play("table.txt", of_tables()); }

}  // namespace
}  // namespace lazulite
