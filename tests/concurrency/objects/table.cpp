#include <array>

#include "object.hpp"
#include "wire/runner/text.hpp"

namespace concurrency {
namespace {

constexpr std::int64_t kEntities = 4;
constexpr std::int64_t kBalance = 100;  // of each at the beginning

struct Row {
    std::string etag;  // empty: it is not there
    std::int64_t balance = 0;
};
using Rows = std::array<Row, kEntities>;

/// A partition whose entities hold balances: clients move amounts from one to another in one batch, by the ETags they
/// have read.
class Partition final : public Object {
  public:
    using Object::Object;

    std::vector<Call> prepare() override {
        Call call = batch(kPreparing, 1);
        for (std::size_t i = 0; i < kEntities; ++i) change(call, "insert", i, "", kBalance);
        finish(call);
        return {call};
    }

    Call next(int client, std::int64_t value, Random& random) override {
        const Rows& rows = rows_[static_cast<std::size_t>(client)];
        const std::size_t from = random.below(kEntities);
        const std::size_t to = (from + 1 + random.below(kEntities - 1)) % kEntities;
        const std::uint64_t which = random.below(16);
        if (which < 6 || rows[from].etag.empty() || rows[to].etag.empty()) {
            // What it does not know it may still try to make; nothing is added, so that the sum stays.
            if (which >= 6 && which < 9) return insert(client, value, from);
            return query(client);
        }
        Call call = batch(client, value);
        if (which < 11) {
            const std::int64_t amount =
                static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows[from].balance) + 1));
            change(call, "merge", from, rows[from].etag, rows[from].balance - amount);
            change(call, "merge", to, rows[to].etag, rows[to].balance + amount);
        } else if (which < 13) {
            change(call, "delete", from, rows[from].etag, -1);
            change(call, "merge", to, rows[to].etag, rows[to].balance + rows[from].balance);
        } else if (which < 14) {
            change(call, "merge", to, "*", -1);
            change(call, "merge", from, rows[from].etag, -1);
        } else {
            return single(client, value, from, rows[from]);
        }
        finish(call);
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        Rows& rows = rows_[static_cast<std::size_t>(call.event.client)];
        if (call.event.what == "query") return learn_rows(call, answer, rows);
        if (call.event.what == "batch") return learn_batch(call, answer);
        if (answer.status >= 300) return add(call.event.got, "index", 0);
        add(call.event.got, "entity", text(call.event.given, "entity"));
        add(call.event.got, "etag", header(answer, "ETag"));
    }

  private:
    [[nodiscard]] std::string entity_path(std::size_t entity) const {
        return path(kFlatAccount, "tab(PartitionKey='" + unique_ + "',RowKey='" + std::to_string(entity) + "')");
    }
    static std::string properties(std::int64_t value, std::int64_t balance) {
        const std::string version = "\"Version\":" + std::to_string(value);
        return balance < 0 ? version : version + ",\"Balance\":" + std::to_string(balance);
    }
    static void give(Call& call, const std::string& kind, std::size_t entity, const std::string& etag,
                     std::int64_t balance) {
        add(call.event.given, "change", kind);
        add(call.event.given, "entity", static_cast<std::int64_t>(entity));
        if (!etag.empty()) add(call.event.given, "if-match", etag);
        if (balance >= 0) add(call.event.given, "balance", balance);
    }

    [[nodiscard]] Call query(int client) const {
        Call call = this->call(client, "query");
        call.surface = Surface::table;
        call.method = "GET";
        call.target = path(kFlatAccount, "tab()?$filter=PartitionKey%20eq%20'" + unique_ + "'");
        call.headers.emplace_back("Accept", "application/json;odata=fullmetadata");  // with ETags
        return call;
    }

    /// A change alone: its answer has the ETag, and the balance stays.
    Call single(int client, std::int64_t value, std::size_t entity, const Row& row) const {
        Call call = this->call(client, "merge");
        call.surface = Surface::table;
        call.method = "MERGE";
        call.target = entity_path(entity);
        call.headers = {{"If-Match", row.etag},
                        {"Content-Type", "application/json"},
                        {"Accept", "application/json;odata=nometadata"}};
        call.body = "{" + properties(value, -1) + "}";
        add(call.event.given, "value", value);
        give(call, "merge", entity, row.etag, -1);
        return call;
    }
    Call insert(int client, std::int64_t value, std::size_t entity) const {
        Call call = batch(client, value);
        change(call, "insert", entity, "", 0);
        finish(call);
        return call;
    }

    [[nodiscard]] Call batch(int client, std::int64_t value) const {
        Call call = this->call(client, "batch");
        call.surface = Surface::table;
        call.method = "POST";
        call.target = path(kFlatAccount, "$batch");
        call.headers.emplace_back("Content-Type", "multipart/mixed; boundary=batch");
        call.headers.emplace_back("Accept", "application/json;odata=nometadata");
        call.body = "--batch\r\nContent-Type: multipart/mixed; boundary=changes\r\n\r\n";
        add(call.event.given, "value", value);
        return call;
    }
    void change(Call& call, const std::string& kind, std::size_t entity, const std::string& etag,
                std::int64_t balance) const {
        give(call, kind, entity, etag, balance);
        const bool insert = kind == "insert";
        const std::string target = insert ? path(kFlatAccount, "tab") : entity_path(entity);
        std::string& body = call.body;
        body += "--changes\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        body += (insert ? "POST " : kind == "delete" ? "DELETE " : "MERGE ") + target + " HTTP/1.1\r\n";
        body +=
            "Content-Type: application/json\r\nAccept: application/json;odata=nometadata\r\nPrefer: "
            "return-no-content\r\n";
        if (!etag.empty()) body += "If-Match: " + etag + "\r\n";
        body += "\r\n";
        const std::string keys = "\"PartitionKey\":\"" + unique_ + "\",\"RowKey\":\"" + std::to_string(entity) + "\",";
        if (kind != "delete") {
            body += "{" + (insert ? keys : std::string()) + properties(number(call.event.given, "value"), balance) +
                    "}\r\n";
        }
    }
    static void finish(Call& call) { call.body += "--changes--\r\n--batch--\r\n"; }

    /// Every change has an answer, or the one that failed alone; what the history says is 204 or that one's status.
    static void learn_batch(Call& call, const Answer& answer) {
        if (answer.status != 202) return add(call.event.got, "index", -1);
        std::vector<std::string> entities;
        for (const auto& [name, value] : call.event.given) {
            if (name == "entity") entities.push_back(value);
        }
        call.event.got.clear();
        std::vector<std::string> answers;
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::string part = between(answer.body, "HTTP/1.1 ", "--changesetresponse", at);
            if (at != std::string::npos) answers.push_back(part);
        }
        if (answers.empty()) return add(call.event.got, "status", -1);
        const std::int64_t status = as_number(answers.front().substr(0, 3));
        if (status >= 300) {
            std::size_t at = 0;
            add(call.event.got, "status", status);
            add(call.event.got, "code", between(answers.front(), "x-ms-error-code: ", "\r\n", at));
            at = 0;
            std::string index = between(answers.front(), "\"value\":\"", ":", at);
            add(call.event.got, "index", index);
            return;
        }
        add(call.event.got, "status", answers.size() == entities.size() ? 204 : -1);
        for (std::size_t i = 0; i < answers.size() && i < entities.size(); ++i) {
            std::size_t at = 0;
            const std::string etag = between(answers[i], "ETag: ", "\r\n", at);
            add(call.event.got, "entity", entities[i]);
            if (!etag.empty()) add(call.event.got, "etag", etag);
        }
    }

    static void learn_rows(Call& call, const Answer& answer, Rows& rows) {
        if (answer.status != 200) return;
        rows = {};
        const std::string& body = answer.body;
        for (std::size_t at = body.find("\"odata.etag\":\""); at != std::string::npos;) {
            const std::size_t next = body.find("\"odata.etag\":\"", at + 1);
            const std::string row = body.substr(at, next == std::string::npos ? next : next - at);
            std::size_t from = 0;
            std::string etag = between(row, "\"odata.etag\":\"", "\",", from);
            std::erase(etag, '\\');
            const std::int64_t entity = as_number(between(row, "\"RowKey\":\"", "\"", from = 0));
            const std::int64_t version = whole_number(row, "\"Version\":");
            const std::int64_t balance = whole_number(row, "\"Balance\":");
            add(call.event.got, "entity", entity);
            add(call.event.got, "version", version);
            add(call.event.got, "balance", balance);
            add(call.event.got, "etag", etag);
            if (entity >= 0 && entity < kEntities) rows[static_cast<std::size_t>(entity)] = {etag, balance};
            at = next;
        }
    }
    static std::int64_t whole_number(const std::string& row, const std::string& name) {
        const std::size_t at = row.find(name);
        if (at == std::string::npos) return -1;
        const std::size_t begin = at + name.size();
        return as_number(row.substr(begin, row.find_first_not_of("0123456789", begin) - begin));
    }

    std::array<Rows, kClients + 1> rows_;
};

}  // namespace

std::unique_ptr<Object> make_table(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<Partition>(std::move(name), std::move(unique));
}

}  // namespace concurrency
