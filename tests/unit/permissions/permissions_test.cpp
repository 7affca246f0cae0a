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
#include "in_memory.hpp"
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
    Cell account, container, directory, blob;
    std::string open;
    bool key = false;

    [[nodiscard]] std::string where() const {
        return "line " + std::to_string(line) + ": " + operation + " " + method + " " + target;
    }
};

Row parse_row(int line, const std::string& text) {
    const auto columns = split(text, '|');
    if (columns.size() != 9) throw std::runtime_error("line " + std::to_string(line) + ": 9 columns");
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
            Cell(columns[4]),
            Cell(columns[5]),
            Cell(columns[6]),
            columns[7],
            columns[8] == "yes"};
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

/// Plays the rows of one table of operations.
class Matrix {
  public:
    Matrix(const Service& service, const StoreKind& kind)
        : service_(service), server_(service, kind, Account{std::string(kName), {a_key()}, {}}) {}

    void play(const Row& row) {
        SCOPED_TRACE(row.where());
        set_up();
        const Operation* const operation = select(row);
        if (!operation) return;
        offered_ = operation->offered();
        play_account_sas(row);
        play_service_sas(row, "c", row.container);
        play_service_sas(row, "d", row.directory);
        play_service_sas(row, "b", row.blob);
        play_anonymous(row);
        play_shared_key(row);
    }

  private:
    /// `con` and its blob, once private and once for each public access.
    void set_up() {
        for (const std::string_view access : {"", "blob", "container"}) {
            InMemory::Headers headers;
            if (!access.empty()) headers.emplace_back("x-ms-blob-public-access", access);
            const std::string name = "con" + std::string(access);
            (void)send_with_key("PUT", "/" + name + "?restype=container", headers);
            (void)send_with_key("PUT", "/" + name + "/d/b", {{"x-ms-blob-type", "BlockBlob"}});
        }
    }

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
        const auto found = match_operation(service_.operations, request, query, service_.scope(parsed, query));
        EXPECT_TRUE(found && (*found)->name == row.operation) << "selects " << (found ? (*found)->name : "nothing");
        return found && (*found)->name == row.operation ? *found : nullptr;
    }

    void play_account_sas(const Row& row) {
        for (const std::string& letters : combinations(row.account)) {
            expect(by_account_sas(row, "b", row.type.empty() ? "sco" : row.type, letters), row.account.refusal(letters),
                   "account SAS " + letters);
        }
        const std::string all(kEveryLetter);
        const bool lettered = row.account.word.empty();
        for (const std::string type : {"s", "c", "o"}) {
            if (type == row.type) continue;
            expect(by_account_sas(row, "b", type, all),
                   lettered ? "AuthorizationResourceTypeMismatch" : row.account.refusal(all), "account SAS for " + type);
        }
        const bool bearer = row.account.word == "bearer";
        expect(by_account_sas(row, "qtf", "sco", all), bearer ? "AuthenticationFailed" : "AuthorizationServiceMismatch",
               "account SAS for other services");
    }

    void play_service_sas(const Row& row, std::string_view sr, const Cell& cell) {
        for (const std::string& letters : combinations(cell)) {
            expect(by_service_sas(row, sr, letters), cell.refusal(letters),
                   "service SAS " + std::string(sr) + " " + letters);
        }
    }

    void play_anonymous(const Row& row) {
        constexpr std::string_view kLevels[] = {"", "blob", "container"};
        const auto level = [&](std::string_view access) { return std::find(kLevels, std::end(kLevels), access) - kLevels; };
        for (const std::string_view access : kLevels) {
            const bool may = row.open != "no" && level(access) >= level(row.open);
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

    /// For `con` (or what the request names first), its directory `d`, or the blob that the request names.
    InMemory::Exchanged by_service_sas(const Row& row, std::string_view sr, const std::string& sp) {
        const std::string target = unique(row.target);
        const std::string path = target.substr(1, target.find('?') - 1);
        const std::string container = path.empty() ? "con" : path.substr(0, path.find('/'));
        const std::string below = path.find('/') == std::string::npos ? "d/b" : path.substr(path.find('/') + 1);
        const std::string resource = sr == "c" ? container : sr == "d" ? container + "/d" : container + "/" + below;
        const std::string fields = "sv=" + std::string(kVersion) + "&sr=" + std::string(sr) + "&sp=" + sp + "&se=2999-01-01" +
                                   (sr == "d" ? "&sdd=1" : "");
        const auto text = service_sas_string_to_sign(*Query::parse(fields), ServiceLetter::blob, kNewestVersion, kName,
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
        const SharedKeyCheck check{request, query, kName, {}, kNewestVersion, server_.now()};
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

    const Service& service_;
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

TEST(Permissions, OfTheBlobServiceAreThoseOfTheReference) {
    const auto rows = read_rows("blob.txt");
    expect_a_row_for_each_operation(blob::operations(), rows);
    Matrix matrix(blob::service(), blob::kBlobStore);
    for (const Row& row : rows) matrix.play(row);
}

}  // namespace
}  // namespace lazulite
