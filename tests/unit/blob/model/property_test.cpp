#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <pugixml.hpp>
#include <random>

#include "blob_account.hpp"
#include "model/model.hpp"

// Random sequences of operations on a few blobs, against the model. A failure names the seed and the last operations;
// LAZULITE_SEED=n replays it, LAZULITE_OPERATIONS=n makes it longer.
namespace lazulite::blob::test {
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = MODEL_OPERATIONS;
constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kRemembered = 12;  ///< operations that a failure tells of
constexpr std::size_t kLargest = 20'000;  ///< bytes of a body: some stand in rows, some in extents
constexpr std::size_t kMostFormer = 24;   ///< states of one blob; from there on they are removed

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string block_id(int i) { return "YmxvY2s" + std::to_string(i); }  // 6 bytes in base64

/// One entry of a listing, as text, but for its id.
std::string line_of(const State& state, std::string_view kind, const std::optional<Deleted>& deleted, Instant now) {
    std::string line = std::string(kind) + " " + std::to_string(state.bytes.size()) + " bytes, metadata '" + state.metadata +
                       "', tag '" + state.tag + "', language '" + state.language + "'";
    if (deleted) {
        const auto days = std::chrono::floor<std::chrono::days>(deleted->until - now - Ticks(1)).count();
        line += ", deleted, " + std::to_string(days) + " days left";
    }
    return line;
}

class Sequence : public ::testing::Test {
  protected:
    static constexpr std::string_view kAppended = "gamma";
    static constexpr std::string_view kPages = "delta";
    static constexpr std::size_t kPage = 512;
    static constexpr int kMostPages = 40;

    using Answer = BlobAccount::Answer;
    using Headers = BlobAccount::Headers;

    Sequence() : seed_(from_environment("LAZULITE_SEED", kSeed)), random_(seed_) {
        model_.advance(account_.now());
    }

    // ---- chance ----
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    bool chance(int percent) { return below(100) < percent; }
    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))];
    }
    std::string word() { return chance(30) ? std::string() : "w" + std::to_string(below(1000)); }
    std::string bytes() {
        const int size = chance(70) ? below(40) : below(static_cast<int>(kLargest));
        return std::string(static_cast<std::size_t>(size), static_cast<char>('a' + below(26)));
    }
    Given given() {
        Given guards;
        if (chance(25)) guards.lease = one_of(leases_);
        if (chance(10) && model_.at(name_).current) guards.if_match = model_.at(name_).current->etag;
        if (chance(3)) guards.if_match = "\"0x8D0000000000000\"";
        return guards;
    }

    // ---- requests ----
    Answer ask(std::string_view method, const std::string& query, const Headers& headers = {}, std::string_view body = {}) {
        return account_.send(method, name_, query, headers, body);
    }
    static Headers headers(const Given& given, Headers more = {}) {
        if (!given.lease.empty()) more.emplace_back("x-ms-lease-id", given.lease);
        if (!given.if_match.empty()) more.emplace_back("If-Match", given.if_match);
        return more;
    }
    static Headers describing(const State& state, Headers more = {}) {
        if (!state.metadata.empty()) more.emplace_back("x-ms-meta-m", state.metadata);
        if (!state.tag.empty()) more.emplace_back("x-ms-tags", "t=" + state.tag);
        if (!state.language.empty()) more.emplace_back("x-ms-blob-content-language", state.language);
        return more;
    }
    static std::string header(const Answer& answer, std::string_view name) {
        return std::string(answer.fields.find(name).value_or(""));
    }
    static Named named(const Answer& answer) {
        return {header(answer, "ETag"), header(answer, "x-ms-version-id"), header(answer, "x-ms-snapshot")};
    }
    void note(const std::string& what) {
        history_.push_back(name_ + ": " + what);
        if (history_.size() > kRemembered) history_.pop_front();
    }
    void compare(const Answer& answer, const Outcome& expected) {
        EXPECT_EQ(answer.status, expected.status) << answer.code;
        EXPECT_EQ(answer.code, expected.error);
    }

    // ---- operations ----
    void put_blob() {
        State state{"", word(), word(), word(), {}};
        const Given guards = given();
        note("Put Blob");
        Headers type{{"x-ms-blob-type", name_ == kPages ? "PageBlob" : name_ == kAppended ? "AppendBlob" : "BlockBlob"}};
        std::string body;
        if (name_ == kPages) {
            state.bytes = std::string(static_cast<std::size_t>(below(kMostPages + 1)) * kPage, '\0');
            type.emplace_back("x-ms-blob-content-length", std::to_string(state.bytes.size()));
        } else if (name_ != kAppended) {
            state.bytes = body = bytes();
        }
        const Answer answer = ask("PUT", "", headers(guards, describing(state, type)), body);
        compare(answer, model_.put_blob(name_, state, guards, named(answer)));
    }
    /// The first step of writing content: blocks are put and then committed, others change in place.
    void write_content() {
        if (name_ == kPages) return put_page();
        if (name_ == kAppended) return append_block();
        chance(50) ? put_block() : put_block_list();
    }
    void append_block() {
        const std::string text = bytes() + "b";
        const Given guards = given();
        note("Append Block");
        const Answer answer = ask("PUT", "comp=appendblock", headers(guards), text);
        compare(answer, model_.append(name_, text, guards, named(answer)));
    }
    void put_page() {
        const int first = below(kMostPages);
        const int pages = 1 + below(kMostPages - first);
        const bool clears = chance(25);
        const std::string text(static_cast<std::size_t>(pages) * kPage, clears ? '\0' : static_cast<char>('a' + below(26)));
        const Given guards = given();
        note(clears ? "Put Page, clear" : "Put Page");
        const auto begin = static_cast<std::size_t>(first) * kPage;
        const Answer answer = ask("PUT", "comp=page",
            headers(guards, {{"x-ms-page-write", clears ? "clear" : "update"},
                             {"x-ms-range", "bytes=" + std::to_string(begin) + "-" + std::to_string(begin + text.size() - 1)}}),
            clears ? "" : text);
        compare(answer, model_.write(name_, begin, text, guards, named(answer)));
    }
    void put_block() {
        const std::string id = block_id(below(4));
        const std::string text = bytes() + "b";
        const Given guards = given();
        note("Put Block " + id);
        const Answer answer =
            ask("PUT", "comp=block&blockid=" + id, headers({guards.lease, ""}), text);
        compare(answer, model_.put_block(name_, id, text, guards));
    }
    void put_block_list() {
        std::vector<std::string> ids;
        std::string body = "<BlockList>";
        for (int i = below(4); i > 0; --i) {
            ids.push_back(block_id(below(4)));
            body += "<Latest>" + ids.back() + "</Latest>";
        }
        const State state{"", word(), word(), word(), {}};
        const Given guards = given();
        note("Put Block List of " + std::to_string(ids.size()));
        const Answer answer = ask("PUT", "comp=blocklist", headers(guards, describing(state)),
                                          body + "</BlockList>");
        compare(answer, model_.put_block_list(name_, ids, state, guards, named(answer)));
    }
    /// Copy Blob, Copy Blob From URL or Put Blob From URL, from any state of a blob: of the same type, unless it is uploaded.
    void copy() {
        const bool blocks = name_ != kAppended && name_ != kPages;
        const bool upload = blocks && chance(30);
        const bool at_once = upload || (blocks && chance(40));
        std::string from = name_;
        if (upload) {
            from = one_of(names_);
        } else if (blocks && chance(60)) {
            from = name_ == "alpha" ? "beta" : "alpha";
        }
        const auto [parameter, id] = chance(50) ? std::pair<std::string, std::string>() : former_of(from);
        const std::string query = parameter.empty() ? "" : parameter + "=" + id;
        const State* const source = parameter.empty()        ? model_.find(from)
                                    : parameter == "snapshot" ? model_.find_snapshot(from, id)
                                                              : model_.find_version(from, id);
        const State state{"", word(), word(), "", {}};
        const Given guards = given();
        note(std::string(upload ? "Put Blob From URL" : at_once ? "Copy Blob From URL" : "Copy Blob") + " from " + from + " " + query);
        Headers more{{"x-ms-copy-source", BlobAccount::url_of(from, query)}};
        if (upload) more.emplace_back("x-ms-blob-type", "BlockBlob");
        if (at_once && !upload) more.emplace_back("x-ms-requires-sync", "true");
        const std::optional<State> was = source == nullptr ? std::nullopt : std::optional(*source);
        const Answer answer = ask("PUT", "", headers(guards, describing(state, more)));
        compare(answer, model_.copy(name_, was ? &*was : nullptr, state, upload, at_once, guards, named(answer)));
    }
    void set_metadata() {
        const std::string value = word();
        const Given guards = given();
        note("Set Blob Metadata");
        const Answer answer = ask("PUT", "comp=metadata",
                                          headers(guards, describing({"", value, "", "", {}})));
        compare(answer, model_.set_metadata(name_, value, guards, named(answer)));
    }
    void set_language() {
        const std::string value = word();
        const Given guards = given();
        note("Set Blob Properties");
        const Answer answer = ask("PUT", "comp=properties",
                                          headers(guards, describing({"", "", "", value, {}},
                                                                             {{"x-ms-blob-content-type", "text/plain"}})));
        compare(answer, model_.set_language(name_, value, guards, named(answer)));
    }
    void set_tag() {
        const std::string value = word();
        const Given guards = given();
        note("Set Blob Tags");
        const std::string set = value.empty() ? "" : "<Tag><Key>t</Key><Value>" + value + "</Value></Tag>";
        const Answer answer = ask("PUT", "comp=tags", headers({guards.lease, ""}),
                                          "<Tags><TagSet>" + set + "</TagSet></Tags>");
        compare(answer, model_.set_tag(name_, value, guards));
    }
    void snapshot() {
        const std::string metadata = chance(30) ? word() : "";
        const Given guards = given();
        note("Snapshot Blob");
        const Answer answer = ask("PUT", "comp=snapshot",
                                          headers(guards, describing({"", metadata, "", "", {}})));
        compare(answer, model_.snapshot(name_, metadata, guards, named(answer)));
    }
    void remove() {
        const std::string snapshots = one_of<std::string>({"", "include", "only"});
        const Given guards = given();
        note("Delete Blob " + snapshots);
        Headers more;
        if (!snapshots.empty()) more.emplace_back("x-ms-delete-snapshots", snapshots);
        const Answer answer = ask("DELETE", "", headers(guards, more));
        const bool permanent = model_.loses(model_.at(name_));
        const Outcome expected = model_.remove(name_, snapshots, guards);
        compare(answer, expected);
        if (expected.error.empty() && snapshots.empty()) {
            EXPECT_EQ(header(answer, "x-ms-delete-type-permanent"), permanent ? "true" : "false");
        }
    }
    void remove_former() {
        const auto& [parameter, id] = former();
        note("Delete Blob " + parameter + "=" + id);
        const Answer answer = ask("DELETE", parameter + "=" + id);
        compare(answer, parameter == "snapshot" ? model_.remove_snapshot(name_, id) : model_.remove_version(name_, id));
    }
    void undelete() {
        note("Undelete Blob");
        const Answer answer = ask("PUT", "comp=undelete");
        compare(answer, model_.undelete(name_));
    }
    void lease() {
        const std::string action = one_of<std::string>({"acquire", "acquire", "renew", "change", "release", "break"});
        const std::string id = one_of(leases_);
        const std::string proposed = one_of(leases_);
        const int seconds = chance(30) ? -1 : 15 + below(46);
        const std::optional<int> period = chance(50) ? std::optional(below(30)) : std::nullopt;
        note("Lease Blob " + action);
        Headers more{{"x-ms-lease-action", action}};
        if (action == "acquire") {
            more.emplace_back("x-ms-proposed-lease-id", id);
            more.emplace_back("x-ms-lease-duration", std::to_string(seconds));
        } else if (action == "break") {
            if (period) more.emplace_back("x-ms-lease-break-period", std::to_string(*period));
        } else {
            more.emplace_back("x-ms-lease-id", id);
            if (action == "change") more.emplace_back("x-ms-proposed-lease-id", proposed);
        }
        const Answer answer = ask("PUT", "comp=lease", more);
        Lease* const held = model_.lease(name_);
        const Instant now = model_.now;
        compare(answer, held == nullptr       ? Outcome{404, "BlobNotFound"}
                        : action == "acquire" ? held->acquire(id, seconds, now)
                        : action == "renew"   ? held->renew(id, now)
                        : action == "change"  ? held->change(id, proposed, now)
                        : action == "release" ? held->release(id)
                                              : held->break_now(period, now));
    }
    void switch_settings() {
        if (chance(50)) {
            model_.settings.versioning = !model_.settings.versioning;
            account_.settings().blob_versioning = model_.settings.versioning;
        } else {
            model_.settings.retention_days = chance(50) ? 0 : 1 + below(5);
            account_.soft_delete(model_.settings.retention_days == 0 ? std::nullopt
                                                                     : std::optional(model_.settings.retention_days));
        }
        note(std::string("settings: versioning ") + (model_.settings.versioning ? "on" : "off") + ", days of retention " +
             std::to_string(model_.settings.retention_days));
    }
    void read_former() {
        const auto& [parameter, id] = former();
        note("Get Blob " + parameter + "=" + id);
        expect_read(parameter + "=" + id,
                    parameter == "snapshot" ? model_.find_snapshot(name_, id) : model_.find_version(name_, id));
    }
    void pass_time() {
        const auto by = chance(70) ? Ticks(std::chrono::seconds(below(40))) : Ticks(std::chrono::hours(below(60)));
        note("time passes: " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(by).count()) + " s");
        account_.advance(by);
    }

    /// A parameter and its value, mostly of a former state that is or was there.
    std::pair<std::string, std::string> former() { return former_of(name_); }
    std::pair<std::string, std::string> former_of(const std::string& of) {
        const Name& name = model_.at(of);
        std::vector<std::pair<std::string, std::string>> known{{"snapshot", "2026-01-01T00:00:00.0000001Z"}};
        for (const auto& [id, state] : name.snapshots) known.emplace_back("snapshot", id);
        for (const auto& [id, state] : name.versions) known.emplace_back("versionid", id);
        if (name.current && !name.current->version.empty()) known.emplace_back("versionid", name.current->version);
        return one_of(known);
    }

    // ---- what is there ----
    void expect_read(const std::string& query, const State* expected) {
        const Answer answer = ask("GET", query);
        if (expected == nullptr) return compare(answer, {404, "BlobNotFound"});
        ASSERT_EQ(answer.status, 200) << answer.code;
        EXPECT_TRUE(answer.body == expected->bytes) << answer.body.size() << " bytes instead of " << expected->bytes.size();
        EXPECT_EQ(header(answer, "x-ms-meta-m"), expected->metadata);
        EXPECT_EQ(header(answer, "Content-Language"), expected->language);
    }

    /// Compares all states of the blob with what is listed, and learns the ids that no answer told.
    void expect_listed() {
        const Answer answer = account_.send_to_container(
            "GET", "restype=container&comp=list&prefix=" + name_ + "&include=snapshots,versions,deleted,metadata,tags");
        ASSERT_EQ(answer.status, 200) << answer.code;
        pugi::xml_document document;
        ASSERT_TRUE(document.load_string(answer.body.c_str()));
        std::map<std::string, std::string> snapshots;
        std::map<std::string, std::string> versions;
        std::string current;
        std::string deleted;
        for (const pugi::xml_node blob : document.child("EnumerationResults").child("Blobs")) {
            const std::string line = listed_line(blob);
            const std::string snapshot = blob.child_value("Snapshot");
            const std::string version = blob.child_value("VersionId");
            if (!snapshot.empty()) {
                EXPECT_TRUE(snapshots.emplace(snapshot, line).second) << "listed twice: " << snapshot;
            } else if (!version.empty() && !blob.child("IsCurrentVersion")) {
                EXPECT_TRUE(versions.emplace(version, line).second) << "listed twice: " << version;
            } else {
                std::string& to = blob.child("Deleted") ? deleted : current;
                EXPECT_EQ(to, "") << "two of them";
                to = line + (version.empty() ? "" : ", version " + version);
            }
        }
        Name& name = model_.at(name_);
        learn(name.snapshots, snapshots);
        learn(name.versions, versions);
        EXPECT_EQ(snapshots, lines_of(name.snapshots, "snapshot"));
        EXPECT_EQ(versions, lines_of(name.versions, "version"));
        EXPECT_EQ(deleted, name.deleted ? line_of(*name.deleted, "blob", name.deleted->deleted, model_.now) : "");
        EXPECT_EQ(current, name.current ? line_of(*name.current, "blob", std::nullopt, model_.now) +
                                              (name.current->version.empty() ? "" : ", version " + name.current->version)
                                        : "");
    }
    static std::string listed_line(pugi::xml_node blob) {
        const pugi::xml_node properties = blob.child("Properties");
        const bool version = blob.child("VersionId") && !blob.child("IsCurrentVersion");
        const std::string kind = blob.child("Snapshot") ? "snapshot" : version ? "version" : "blob";
        std::string line = kind + " " + properties.child_value("Content-Length") + " bytes, metadata '" +
                           blob.child("Metadata").child_value("m") + "', tag '" +
                           blob.child("Tags").child("TagSet").child("Tag").child_value("Value") + "', language '" +
                           properties.child_value("Content-Language") + "'";
        if (blob.child("Deleted")) {
            line += std::string(", deleted, ") + properties.child_value("RemainingRetentionDays") + " days left";
        }
        return line;
    }
    std::map<std::string, std::string> lines_of(const std::map<std::string, Former>& formers, std::string_view kind) const {
        std::map<std::string, std::string> lines;
        for (const auto& [id, former] : formers) {
            lines.emplace(id, line_of(former, kind, former.deleted, model_.now));
        }
        return lines;
    }
    /// Ids that are listed and that the model does not have go, oldest first, to those that it does not know.
    static void learn(std::map<std::string, Former>& formers, const std::map<std::string, std::string>& listed) {
        for (const auto& [id, line] : listed) {
            const auto first = formers.lower_bound(std::string(1, Model::kUnknown));
            if (first == formers.end() || first->first.front() != Model::kUnknown) return;
            if (formers.contains(id)) continue;
            auto node = formers.extract(first);
            node.key() = id;
            formers.insert(std::move(node));
        }
    }

    void step() {
        name_ = one_of(names_);
        using Operation = void (Sequence::*)();
        static const std::vector<std::pair<int, Operation>> kOften{
            {14, &Sequence::put_blob},     {16, &Sequence::write_content}, {8, &Sequence::set_metadata},  {8, &Sequence::copy},
             {4, &Sequence::set_language},  {4, &Sequence::set_tag},
            {8, &Sequence::snapshot},      {9, &Sequence::remove},        {16, &Sequence::remove_former},
            {5, &Sequence::undelete},      {8, &Sequence::lease},         {2, &Sequence::switch_settings},
            {8, &Sequence::read_former},   {6, &Sequence::pass_time}};
        const Name& name = model_.at(name_);
        if (name.snapshots.size() + name.versions.size() > kMostFormer) {
            chance(80) ? remove_former() : pass_time();
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
        account_.advance(1ms);
        model_.advance(account_.now());
        expect_read("", model_.find(name_));
        expect_listed();
    }

    const std::uint64_t seed_;
    std::mt19937_64 random_;
    BlobAccount account_;
    Model model_;
    const std::vector<std::string> names_{"alpha", "beta", "gamma", "delta"};
    const std::vector<std::string> leases_{"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"};
    std::string name_ = "alpha";
    std::deque<std::string> history_;
};

TEST_F(Sequence, OfRandomOperationsIsWhatTheModelSays) {
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
}  // namespace lazulite::blob::test
