// Plays every cell of a table of permissions, written by hand from the reference, through the gateway. The operation tables
// only decide which rows must be there.

#include <gtest/gtest.h>

#include "auth/account_sas.hpp"
#include "auth/service_sas.hpp"
#include "auth/shared_key.hpp"
#include "permission_rows.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

AccountKey a_key() { return AccountKey::parse("a2V5IG9mIHRoZSBwZXJtaXNzaW9ucw==").value(); }

/// Plays the rows of one table of operations.
class Matrix {
  public:
    explicit Matrix(Fixture fixture)
        : fixture_(std::move(fixture)),
          server_(fixture_.service, fixture_.store, fixture_.account()) {
        if (fixture_.also) server_.also(*fixture_.also);
    }

    void play(const Row& row) {
        SCOPED_TRACE(row.where());
        for (const auto& [method, target, headers] : fixture_.set_up) {
            (void)send_with_key(std::string(method), std::string(target), headers);
        }
        if (!select(row)) return;
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
            expect_refusal(by_account_sas(row, here, row.type.empty() ? "sco" : row.type, letters),
                           row.account.refusal(letters), "account SAS " + letters);
        }
        const std::string all(kEveryLetter);
        const bool lettered = row.account.word.empty();
        for (const std::string type : {"s", "c", "o"}) {
            if (type == row.type) continue;
            expect_refusal(by_account_sas(row, here, type, all),
                   lettered ? "AuthorizationResourceTypeMismatch" : row.account.refusal(all), "account SAS for " + type);
        }
        const bool bearer = row.account.word == "bearer";
        expect_refusal(by_account_sas(row, others, "sco", all), bearer ? "AuthenticationFailed" : "AuthorizationServiceMismatch",
               "account SAS for other services");
    }

    void play_service_sas(const Row& row, std::string_view sr, const Cell& cell) {
        for (const std::string& letters : combinations(cell)) {
            expect_refusal(by_service_sas(row, sr, letters), cell.refusal(letters),
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
            expect_refusal(with_version, may ? "" : recent(row) ? "NoAuthenticationInformation" : "ResourceNotFound",
                   "anonymous, " + std::string(access));
            if (!recent(row)) continue;
            const auto without = server_.send(row.method, rooted(target), row.headers);
            expect_refusal(without, may ? "" : "ResourceNotFound", "anonymous without a version, " + std::string(access));
        }
    }

    void play_shared_key(const Row& row) {
        expect_refusal(send_with_key(row.method, unique(row.target), row.headers), row.key ? "" : "AuthenticationFailed",
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
        const auto text = service_sas_string_to_sign(*Query::parse(fields), kNewestVersion, kName,
                                                     {Reach::object, fixture_.letter, resource, ""});
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

    static bool recent(const Row& row) {
        for (const auto& [name, value] : row.headers) {
            if (name == "x-ms-version") return value >= "2019-12-12";
        }
        return true;
    }
    std::string unique(std::string target) {
        if (const std::size_t at = target.find("{new}"); at != std::string::npos) {
            target.replace(at, 5, "new-" + std::to_string(++names_));
        }
        return target;
    }

    const Fixture fixture_;
    InMemory server_;
    int names_ = 0;
};

void play(const std::string& file, Fixture fixture) {
    const auto rows = read_rows(file);
    expect_a_row_for_each_operation(fixture.service.operations, rows);
    Matrix matrix(std::move(fixture));
    for (const Row& row : rows) matrix.play(row);
}

TEST(Permissions, OfTheBlobServiceAreThoseOfTheReference) { play("blob.txt", of_blobs()); }

TEST(Permissions, OfDataLakeStorageAreThoseOfTheReference) { play("datalake.txt", of_data_lake()); }

TEST(Permissions, OfTheQueueServiceAreThoseOfTheReference) { play("queue.txt", of_queues()); }

TEST(Permissions, OfTheFileServiceAreThoseOfTheReference) { play("file.txt", of_files()); }

TEST(Permissions, OfTheTableServiceAreThoseOfTheReference) { play("table.txt", of_tables()); }

}  // namespace
}  // namespace lazulite
