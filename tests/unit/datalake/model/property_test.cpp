#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>

#include "base/text.hpp"
#include "lake_account.hpp"
#include "model/model.hpp"

// Random sequences of operations on the paths of a filesystem, against the model. A failure names the seed and the last
// operations; LAZULITE_SEED=n replays it, LAZULITE_OPERATIONS=n makes it longer.
namespace lazulite::datalake::test {
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = MODEL_OPERATIONS;
constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kRemembered = 12;    ///< operations that a failure tells of
constexpr std::size_t kLargest = 20'000;   ///< bytes of a body: some stand in rows, some in extents
constexpr std::size_t kMostPaths = 40;     ///< from there on more goes than comes
constexpr int kListedEvery = 25;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class LakeSequence : public ::testing::Test {
  protected:
    using Answer = LakeAccount::Answer;
    using Headers = LakeAccount::Headers;

    LakeSequence() : seed_(from_environment("LAZULITE_SEED", kSeed)), random_(seed_) { model_.advance(account_.now()); }

    // ---- chance ----
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    bool chance(int percent) { return below(100) < percent; }
    std::string new_path() {
        std::string path(1, static_cast<char>('a' + below(4)));
        for (int deeper = below(4); deeper > 0; --deeper) path += std::string("/") + static_cast<char>('a' + below(4));
        return path;
    }
    /// Mostly one that is there.
    std::string path() {
        if (model_.tree.empty() || chance(20)) return new_path();
        return std::next(model_.tree.begin(), below(static_cast<int>(model_.tree.size())))->first;
    }
    /// Mostly a file that is there.
    std::string file() {
        for (int i = 0; i < 6; ++i) {
            std::string found = path();
            const auto node = model_.tree.find(found);
            if (node != model_.tree.end() && !node->second.directory) return found;
        }
        return path();
    }
    std::string word() { return chance(50) ? std::string() : "w" + std::to_string(below(1000)); }
    std::string bytes() {
        const int size = 1 + (chance(80) ? below(30) : below(static_cast<int>(kLargest)));
        return std::string(static_cast<std::size_t>(size), static_cast<char>('a' + below(26)));
    }

    // ---- requests ----
    void note(const std::string& what) {
        history_.push_back(what);
        if (history_.size() > kRemembered) history_.pop_front();
    }
    Answer ask(std::string_view method, const std::string& at, const std::string& query, const Headers& headers = {},
               std::string_view body = {}) {
        std::string what = std::string(method) + " " + at + "?" + query;
        for (const auto& [name, value] : headers) what.append(" ").append(name).append(":").append(value);
        note(what + " (" + std::to_string(body.size()) + " bytes)");
        return account_.send(method, at, query, headers, body);
    }
    static void compare(const Answer& answer, const Outcome& expected) {
        EXPECT_EQ(answer.status, expected.status) << answer.code;
        if (!expected.error.empty()) { EXPECT_EQ(answer.code, expected.error); }
    }
    static std::string property_header(const std::string& value) {
        return value.empty() ? std::string() : "p=" + base64_encode(as_bytes(value));
    }

    // ---- operations ----
    void create() {
        const std::string at = chance(70) ? new_path() : path();
        const std::string property = word();
        const bool new_only = chance(25);
        const bool directory = chance(35);
        Headers headers{{"x-ms-properties", property_header(property)}};
        if (new_only) headers.emplace_back("If-None-Match", "*");
        std::optional<Instant> expires;
        if (!directory && chance(20)) {
            const int seconds = 1 + below(200'000);
            headers.emplace_back("x-ms-expiry-option", "RelativeToNow");
            headers.emplace_back("x-ms-expiry-time", std::to_string(seconds) + "000");
            expires = account_.now() + std::chrono::seconds(seconds);
        }
        const Answer answer = ask("PUT", at, directory ? "resource=directory" : "resource=file", headers);
        compare(answer, directory ? model_.create_directory(at, new_only, property)
                                  : model_.create_file(at, new_only, property, expires));
    }
    /// Where the next bytes of a file belong, or somewhere else.
    std::size_t position_in(const std::string& at) {
        const auto found = model_.tree.find(at);
        if (found == model_.tree.end() || chance(15)) return static_cast<std::size_t>(below(60));
        std::size_t end = found->second.bytes.size();
        for (auto next = found->second.staged.find(end); next != found->second.staged.end() && chance(85);
             next = found->second.staged.find(end)) {
            end += next->second.size();
        }
        return end;
    }
    void append() {
        const std::string at = file();
        const std::string text = bytes();
        const std::size_t position = position_in(at);
        const bool flush = chance(20);
        const std::string query = "action=append&position=" + std::to_string(position) + (flush ? "&flush=true" : "");
        compare(ask("PATCH", at, query, {}, text), model_.append(at, position, text, flush));
    }
    void flush() {
        const std::string at = file();
        const std::size_t position = position_in(at);
        const bool retain = chance(30);
        const std::string query = "action=flush&position=" + std::to_string(position) +
                                  "&retainUncommittedData=" + (retain ? "true" : "false");
        compare(ask("PATCH", at, query), model_.flush(at, position, retain));
    }
    void set_properties() {
        const std::string at = path();
        const std::string property = word();
        compare(ask("PATCH", at, "action=setProperties", {{"x-ms-properties", property_header(property)}}),
                model_.set_properties(at, property));
    }
    void set_expiry() {
        const std::string at = file();
        if (chance(30)) {
            compare(ask("PUT", at, "comp=expiry", {{"x-ms-expiry-option", "NeverExpire"}}),
                    model_.set_expiry(at, std::nullopt));
            return;
        }
        const int seconds = 1 + below(400'000);
        compare(ask("PUT", at, "comp=expiry",
                    {{"x-ms-expiry-option", "RelativeToNow"}, {"x-ms-expiry-time", std::to_string(seconds) + "000"}}),
                model_.set_expiry(at, account_.now() + std::chrono::seconds(seconds)));
    }
    void rename() {
        const std::string from = path();
        const std::string to = chance(60) ? new_path() : path();
        const bool into = chance(50);
        const bool new_only = chance(25);
        Headers headers{{"x-ms-rename-source", "/lake/" + from}};
        if (new_only) headers.emplace_back("If-None-Match", "*");
        compare(ask("PUT", to, into ? "" : "mode=legacy", headers), model_.rename(from, to, into, new_only));
    }
    void remove() {
        const std::string at = path();
        const bool recursive = chance(model_.tree.size() > kMostPaths ? 90 : 50);
        const Answer answer = ask("DELETE", at, recursive ? "recursive=true" : "");
        const std::string id = answer.field("x-ms-deletion-id");
        const char* const permanent = model_.retention_days > 0 ? "false" : "true";
        if (answer.status == 200) { EXPECT_EQ(answer.field("x-ms-delete-type-permanent"), permanent); }
        compare(answer, model_.remove(at, recursive, id));
    }
    void undelete() {
        if (model_.deleted.empty()) return;
        const auto kept = std::next(model_.deleted.begin(), below(static_cast<int>(model_.deleted.size())));
        const std::string id = kept->first;
        const std::string from = kept->second.path;
        const std::string to = chance(60) ? from : new_path();
        compare(ask("PUT", to, "comp=undelete", {{"x-ms-undelete-source", from + "?deletionid=" + id}}),
                model_.undelete(id, to));
    }
    void put_blob() {
        const std::string at = chance(60) ? new_path() : path();
        const std::string text = bytes();
        compare(ask("PUT", at, "", {{"x-ms-blob-type", "BlockBlob"}}, text), model_.put_blob(at, text));
    }
    void delete_blob() {
        const std::string at = path();
        const Answer answer = ask("DELETE", at, "", {{"Accept", "application/xml"}});
        // Its answer does not tell the id.
        std::string id;
        for (const auto& [listed, name] : listed_deleted()) {
            if (!model_.deleted.contains(listed)) id = listed;
        }
        compare(answer, model_.delete_blob(at, id));
    }
    void switch_soft_delete() {
        model_.retention_days = chance(30) ? 0 : 1 + below(3);
        note("soft delete for " + std::to_string(model_.retention_days) + " days");
        account_.soft_delete(model_.retention_days == 0 ? std::nullopt : std::optional(model_.retention_days));
    }
    void pass_time() {
        const Ticks by = chance(90) ? Ticks(std::chrono::seconds(below(20'000)))
                                    : Ticks(std::chrono::hours(below(24 * 9)));
        note("time passes: " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(by).count()) + " s");
        account_.advance(by);
    }

    // ---- what is seen ----
    void expect_read(const std::string& at) {
        const auto found = model_.tree.find(at);
        const Answer answer = account_.send("GET", at, "");
        if (found == model_.tree.end()) {
            EXPECT_EQ(answer.status, 404) << at;
            EXPECT_EQ(answer.code, "PathNotFound") << at;
            return;
        }
        const Node& node = found->second;
        ASSERT_EQ(answer.status, 200) << at << " " << answer.code;
        EXPECT_EQ(answer.field("x-ms-resource-type"), node.directory ? "directory" : "file") << at;
        EXPECT_TRUE(answer.body == node.bytes) << at << ": " << answer.body.size() << " bytes, not " << node.bytes.size();
        const std::string property = property_header(node.property);
        const std::string properties = answer.field("x-ms-properties");
        EXPECT_NE(("," + properties + ",").find("," + property + (property.empty() ? "" : ",")), std::string::npos)
            << properties;
        if (property.empty()) { EXPECT_EQ(properties.find("p="), std::string::npos); }
        EXPECT_EQ(answer.fields.find("x-ms-expiry-time").has_value(), node.expires.has_value()) << at;
    }
    void expect_listed() {
        const Answer answer = account_.list("resource=filesystem&recursive=true");
        ASSERT_EQ(answer.status, 200);
        std::vector<std::string> listed;
        const nlohmann::json page = nlohmann::json::parse(answer.body);
        for (const auto& item : page.at("paths")) {
            listed.push_back(item.at("name").get<std::string>() + " " + item.at("contentLength").get<std::string>() +
                             (item.contains("isDirectory") ? " directory" : ""));
        }
        std::vector<std::string> expected;
        for (const auto& [name, node] : model_.tree) {
            expected.push_back(name + " " + std::to_string(node.bytes.size()) + (node.directory ? " directory" : ""));
        }
        EXPECT_EQ(listed, expected);
    }
    std::map<std::string, std::string> listed_deleted() {
        const Answer answer = account_.list("restype=container&comp=list&showonly=deleted");
        pugi::xml_document page;
        EXPECT_TRUE(page.load_string(answer.body.c_str()));
        std::map<std::string, std::string> listed;
        for (const pugi::xml_node blob : page.child("EnumerationResults").child("Blobs").children("Blob")) {
            listed.emplace(blob.child_value("DeletionId"), blob.child_value("Name"));
        }
        return listed;
    }
    void expect_listed_deleted() {
        std::map<std::string, std::string> expected;
        for (const auto& [id, kept] : model_.deleted) expected.emplace(id, kept.path);
        EXPECT_EQ(listed_deleted(), expected);
    }

    void step() {
        using Operation = void (LakeSequence::*)();
        static const std::vector<std::pair<int, Operation>> kOften{
            {20, &LakeSequence::create},   {18, &LakeSequence::append},      {14, &LakeSequence::flush},
            {4, &LakeSequence::set_properties}, {4, &LakeSequence::set_expiry}, {16, &LakeSequence::rename},
            {8, &LakeSequence::remove},    {6, &LakeSequence::undelete},     {8, &LakeSequence::put_blob},
            {3, &LakeSequence::delete_blob}, {1, &LakeSequence::switch_soft_delete}, {3, &LakeSequence::pass_time}};
        if (model_.tree.size() > kMostPaths && chance(40)) {
            remove();
        } else {
            int left = 0;
            for (const auto& [weight, operation] : kOften) left += weight;
            left = below(left);
            const auto chosen = std::find_if(kOften.begin(), kOften.end(), [&left](const auto& each) {
                left -= each.first;
                return left < 0;
            });
            (this->*chosen->second)();
        }
        model_.advance(account_.now());
        expect_read(path());
        if (++steps_ % kListedEvery != 0) return;
        expect_listed();
        expect_listed_deleted();
    }

    const std::uint64_t seed_;
    std::mt19937_64 random_;
    LakeAccount account_;
    Model model_;
    int steps_ = 0;
    std::deque<std::string> history_;
};

TEST_F(LakeSequence, OfRandomOperationsIsWhatTheModelSays) {
    const auto operations = static_cast<int>(from_environment("LAZULITE_OPERATIONS", kOperations));
    for (int i = 0; i < operations; ++i) {
        step();
        if (!HasFailure()) continue;
        std::string last;
        for (const std::string& each : history_) last += "\n  " + each;
        FAIL() << "seed " << seed_ << ", operation " << i + 1 << "; the last ones:" << last;
    }
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace lazulite::datalake::test
