#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <pugixml.hpp>
#include <random>
#include <set>

#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "model.hpp"
#include "service_account.hpp"
#include "wire/uri.hpp"

// Random sequences of operations on a few shares, against the model. A failure names the seed and the last operations;
// LAZULITE_SEED=n replays it, LAZULITE_OPERATIONS=n makes it longer.
namespace lazulite::file::test {
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = MODEL_OPERATIONS;
constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kRemembered = 12;  ///< operations that a failure tells of
constexpr std::uint64_t kLooked = 24 << 10;  ///< bytes of a file that are written and read
constexpr std::uint64_t kHalfGibibyte = 1ULL << 29;
constexpr std::size_t kMostPaths = 30;  ///< of a share; from there on things are removed
constexpr std::size_t kMostSnapshots = 5;
constexpr int kBetweenLooks = 20;  ///< operations between two looks at a whole share

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string joined(const Path& path) {
    std::string text;
    for (const std::string& name : path) text += (text.empty() ? "" : "/") + name;
    return text;
}

class FileSequence : public ::testing::Test {
  protected:
    using Answer = ServiceAccount::Answer;
    using Headers = ServiceAccount::Headers;
    using Kind = Node::Kind;

    FileSequence() : seed_(from_environment("LAZULITE_SEED", kSeed)), random_(seed_) { model_.advance(account_.now()); }

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
    std::uint64_t size() {
        if (chance(15)) return 0;
        if (chance(6)) return kHalfGibibyte * up_to(8);
        return chance(50) ? up_to(kLooked) : up_to(2000);
    }
    /// Of the share of this step, mostly of something that is there, in whatever letter case.
    Path some_path() {
        const auto share = model_.shares().find(share_);
        if (share == model_.shares().end()) return {one_of(names_)};
        const std::vector<Path> paths = share->second.live.paths();
        if (!paths.empty() && chance(65)) return spoken(one_of(paths));
        Path path = paths.empty() || chance(40) ? Path() : one_of(paths);
        if (path.size() > 3) path.resize(3);
        path.push_back(one_of(names_));
        if (chance(3)) path.push_back(one_of(names_));
        return path;
    }
    /// One that leads to what is wanted, where there is such a thing and mostly.
    Path path_to(Kind kind) {
        const auto share = model_.shares().find(share_);
        if (share == model_.shares().end() || chance(10)) return some_path();
        std::vector<Path> paths = share->second.live.paths();
        std::erase_if(paths, [&](const Path& path) {
            return share->second.live.node(share->second.live.find(path).node).kind != kind;
        });
        return paths.empty() ? some_path() : spoken(one_of(paths));
    }
    Path spoken(Path path) {
        if (share_ == kNfs) return path;
        for (std::string& name : path) {
            if (!chance(15)) continue;
            for (char& c : name) {
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            }
        }
        return path;
    }
    std::string some_snapshot() {
        const auto share = model_.shares().find(share_);
        std::vector<std::string> ids{"2026-01-01T00:00:00.0000001Z"};
        if (share != model_.shares().end() && chance(90)) {
            for (const auto& [id, snapshot] : share->second.snapshots) ids.push_back(id);
        }
        return one_of(ids);
    }

    // ---- requests ----
    Answer ask(std::string_view method, const Path& path, const std::string& query, Headers headers = {}, std::string_view body = {}) {
        std::erase_if(headers, [](const auto& header) { return header.second.empty(); });
        return account_.send_to(share_, joined(path), method, query, headers, body);
    }
    Answer ask_share(std::string_view method, const std::string& query, const Headers& headers = {}) {
        return ask(method, {}, "restype=share" + query, headers);
    }
    static Told told(const Answer& answer) {
        return {answer.field("ETag"), answer.field("x-ms-file-id"), answer.field("x-ms-file-last-write-time")};
    }
    static std::string at(const std::string& snapshot) { return snapshot.empty() ? "" : "&sharesnapshot=" + snapshot; }
    std::string attributes(bool read_only) const { return share_ == kNfs ? "" : read_only ? "ReadOnly | Archive" : "Archive"; }
    void note(const std::string& what) {
        history_.push_back(share_ + ": " + what);
        if (history_.size() > kRemembered) history_.pop_front();
    }
    static void compare(const Answer& answer, const Outcome& expected) {
        EXPECT_EQ(answer.status, expected.status) << answer.code;
        EXPECT_EQ(answer.code, expected.error);
    }
    [[nodiscard]] Where live(const Path& path) const { return {share_, "", path}; }

    // ---- shares ----
    void create_share() {
        const int quota = 1 + below(3);
        const std::string metadata = word();
        note("Create Share");
        compare(ask_share("PUT", "", {{"x-ms-share-quota", std::to_string(quota)},
                                      {"x-ms-meta-m", metadata},
                                      {"x-ms-enabled-protocols", share_ == kNfs ? "NFS" : ""}}),
                model_.create_share(share_, share_ == kNfs, quota, metadata));
    }
    void delete_share() {
        const std::string snapshots = one_of<std::string>({"", "include", "include-leased"});
        const std::string lease = lease_id();
        note("Delete Share " + snapshots);
        const Answer answer = ask_share("DELETE", "", {{"x-ms-delete-snapshots", snapshots}, {"x-ms-lease-id", lease}});
        compare(answer, model_.delete_share(share_, snapshots, lease));
        if (answer.status == 202) look_at_shares();
    }
    void restore_share() {
        std::vector<std::string> versions{"01DA000000000000"};
        for (const auto& [key, share] : model_.deleted()) {
            if (key.first == share_) versions.push_back(key.second);
        }
        const std::string version = one_of(versions);
        note("Restore Share " + version);
        compare(ask_share("PUT", "&comp=undelete", {{"x-ms-deleted-share-name", share_}, {"x-ms-deleted-share-version", version}}),
                model_.restore_share(share_, version));
    }
    void set_share() {
        const bool sets_quota = chance(50);
        const int quota = 1 + below(3);
        const std::string metadata = word();
        const std::string lease = lease_id();
        note(sets_quota ? "Set Share Properties" : "Set Share Metadata");
        const Answer answer =
            sets_quota ? ask_share("PUT", "&comp=properties", {{"x-ms-share-quota", std::to_string(quota)}, {"x-ms-lease-id", lease}})
                       : ask_share("PUT", "&comp=metadata", {{"x-ms-meta-m", metadata}, {"x-ms-lease-id", lease}});
        compare(answer, model_.set_share(share_, sets_quota ? std::optional(quota) : std::nullopt, metadata, lease));
    }
    void snapshot_share() {
        const auto share = model_.shares().find(share_);
        if (share != model_.shares().end() && share->second.snapshots.size() >= kMostSnapshots) return delete_snapshot();
        const std::string metadata = chance(30) ? word() : "";
        note("Snapshot Share");
        const Answer answer = ask_share("PUT", "&comp=snapshot", {{"x-ms-meta-m", metadata}});
        compare(answer, model_.snapshot_share(share_, metadata, answer.field("x-ms-snapshot")));
    }
    void delete_snapshot() {
        const std::string id = some_snapshot();
        const std::string lease = lease_id();
        note("Delete Share, snapshot " + id);
        compare(ask_share("DELETE", at(id), {{"x-ms-lease-id", lease}}), model_.delete_snapshot({share_, id}, lease));
    }
    void lease_share() {
        const std::string snapshot = chance(30) ? some_snapshot() : "";
        Outcome missing;
        Lease* const held = model_.share_lease({share_, snapshot}, missing);
        lease({}, "restype=share&comp=lease" + at(snapshot), held, missing, true);
    }
    void share_stats() {
        note("Get Share Stats");
        const Answer answer = ask_share("GET", "&comp=stats");
        const auto share = model_.shares().find(share_);
        if (share == model_.shares().end()) return compare(answer, {404, "ShareNotFound"});
        compare(answer, {200, ""});
        const std::string usage = "<ShareUsageBytes>" + std::to_string(share->second.live.usage()) + "</ShareUsageBytes>";
        EXPECT_NE(answer.body.find(usage), std::string::npos) << answer.body << " instead of " << usage;
    }

    // ---- directories and files ----
    void create_directory() {
        path_ = some_path();
        const std::string metadata = word();
        note("Create Directory " + joined(path_));
        const Answer answer = ask("PUT", path_, "restype=directory", {{"x-ms-meta-m", metadata}});
        compare(answer, model_.create_directory(live(path_), metadata, told(answer)));
    }
    void delete_directory() {
        path_ = path_to(Kind::directory);
        note("Delete Directory " + joined(path_));
        compare(ask("DELETE", path_, "restype=directory"), model_.delete_directory(live(path_)));
    }
    void create_file() {
        path_ = some_path();
        const Model::NewFile file{size(), 0, word(), "text/t" + std::to_string(below(9)), share_ != kNfs && chance(5), lease_id()};
        Model::NewFile asked = file;
        if (file.size > 0 && chance(20)) asked.data = 1 + up_to(std::min(file.size, kLooked) - 1);
        note("Create File " + joined(path_) + " of " + std::to_string(file.size) + " with " + std::to_string(asked.data));
        const Answer answer = ask("PUT", path_, "",
                                  {{"x-ms-type", "file"},
                                   {"x-ms-content-length", std::to_string(file.size)},
                                   {"x-ms-content-type", file.type},
                                   {"x-ms-meta-m", file.metadata},
                                   {"x-ms-file-attributes", file.read_only ? attributes(true) : ""},
                                   {"x-ms-lease-id", file.lease}},
                                  text_of_write(0, asked.data));
        compare(answer, model_.create_file(live(path_), asked, told(answer)));
    }
    std::string text_of_write(std::uint64_t first, std::uint64_t length) const {
        std::string text(length, '\0');
        for (std::uint64_t i = 0; i < length; ++i) text[i] = byte_of(model_.next_write(), first + i);
        return text;
    }
    void put_range() {
        path_ = path_to(Kind::file);
        const bool clear = chance(25);
        const Node* node = nullptr;
        (void)model_.read(live(path_), false, &node);
        const std::uint64_t seen = node == nullptr || node->size == 0 || chance(5) ? kLooked : std::min(node->size, kLooked);
        const std::uint64_t first = up_to(seen - 1);
        const std::uint64_t length = 1 + up_to(chance(70) ? std::min<std::uint64_t>(900, seen - first - 1) : seen - first - 1);
        const std::string lease = lease_id();
        const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + length - 1);
        note((clear ? "Clear Range " : "Put Range ") + joined(path_) + " " + range);
        const Answer answer = ask("PUT", path_, "comp=range",
                                  {{"x-ms-range", range}, {"x-ms-write", clear ? "clear" : "update"}, {"x-ms-lease-id", lease}},
                                  clear ? "" : text_of_write(first, length));
        compare(answer, model_.write(live(path_), first, length, clear, lease, told(answer)));
    }
    void set_properties() {
        const bool directory = chance(20);
        path_ = path_to(directory ? Kind::directory : Kind::file);
        Model::Properties properties;
        if (!directory && chance(70)) properties.size = size();
        if (!directory) properties.type = chance(20) ? "" : "text/t" + std::to_string(below(9));
        if (share_ != kNfs && chance(40)) properties.read_only = chance(20);
        if (!directory) properties.lease = lease_id();
        note("Set Properties " + joined(path_) + (properties.size ? ", to " + std::to_string(*properties.size) + " bytes" : ""));
        const Answer answer =
            ask("PUT", path_, directory ? "restype=directory&comp=properties" : "comp=properties",
                {{"x-ms-content-length", properties.size ? std::to_string(*properties.size) : ""},
                 {"x-ms-content-type", properties.type},
                 {"x-ms-file-attributes", !properties.read_only ? ""
                                          : directory           ? (*properties.read_only ? "ReadOnly | Directory" : "Directory")
                                                                : attributes(*properties.read_only)},
                 {"x-ms-lease-id", properties.lease}});
        compare(answer, model_.set_properties(live(path_), directory, properties, told(answer)));
    }
    void set_metadata() {
        const bool directory = chance(30);
        path_ = path_to(directory ? Kind::directory : Kind::file);
        const std::string value = word();
        const std::string lease = directory ? "" : lease_id();
        note("Set Metadata " + joined(path_));
        const Answer answer = ask("PUT", path_, directory ? "restype=directory&comp=metadata" : "comp=metadata",
                                  {{"x-ms-meta-m", value}, {"x-ms-lease-id", lease}});
        compare(answer, model_.set_metadata(live(path_), directory, value, lease, told(answer)));
    }
    void delete_file() {
        path_ = path_to(Kind::file);
        const std::string lease = lease_id();
        note("Delete File " + joined(path_));
        compare(ask("DELETE", path_, "", {{"x-ms-lease-id", lease}}), model_.delete_file(live(path_), lease));
    }
    void rename() {
        Model::Rename asked;
        asked.directory = chance(45);
        asked.replace = chance(50);
        asked.ignore_read_only = chance(50);
        asked.source_lease = lease_id();
        asked.destination_lease = lease_id();
        if (chance(20)) asked.metadata = word();
        const Path from = path_to(asked.directory ? Kind::directory : Kind::file);
        path_ = some_path();
        note("Rename " + joined(from) + " to " + joined(path_) + (asked.replace ? ", replacing" : ""));
        const std::string source = "http://127.0.0.1/acct/" + share_ + "/" + percent_encode(joined(from), "/");
        const Answer answer = ask("PUT", path_, asked.directory ? "restype=directory&comp=rename" : "comp=rename",
                                  {{"x-ms-file-rename-source", source},
                                   {"x-ms-file-rename-replace-if-exists", asked.replace ? "true" : ""},
                                   {"x-ms-file-rename-ignore-readonly", asked.ignore_read_only ? "true" : "false"},
                                   {"x-ms-source-lease-id", asked.source_lease},
                                   {"x-ms-destination-lease-id", asked.destination_lease},
                                   {"x-ms-meta-m", asked.metadata}});
        compare(answer, model_.rename(live(from), path_, asked, told(answer)));
        expect_there(live(from));
    }
    void create_link() {
        path_ = some_path();
        if (chance(40)) {
            const std::string target = "../" + one_of(names_);
            note("Create Symbolic Link " + joined(path_) + " to " + target);
            const Answer answer = ask("PUT", path_, "restype=symboliclink", {{"x-ms-link-text", percent_encode(target, "/")}});
            return compare(answer, model_.create_link(live(path_), target, told(answer)));
        }
        const Path target = path_to(Kind::file);
        const std::string lease = lease_id();
        note("Create Hard Link " + joined(path_) + " to " + joined(target));
        const Answer answer = ask("PUT", path_, "restype=hardlink",
                                  {{"x-ms-type", "file"}, {"x-ms-file-target-file", "/" + joined(target)}, {"x-ms-lease-id", lease}});
        compare(answer, model_.create_hard_link(live(path_), target, lease, told(answer)));
    }
    void lease_file() {
        path_ = path_to(Kind::file);
        Outcome missing;
        Lease* const held = model_.file_lease(live(path_), missing);
        lease(path_, "comp=lease", held, missing, false);
    }
    /// Those of files have no end and break at once.
    void lease(const Path& path, const std::string& query, Lease* held, const Outcome& missing, bool ends) {
        std::vector<std::string> actions{"acquire", "acquire", "change", "release", "release", "break", "break"};
        if (ends) actions.emplace_back("renew");
        const std::string action = one_of(actions);
        const std::string id = one_of(leases_);
        const std::string proposed = one_of(leases_);
        const int seconds = !ends || chance(30) ? -1 : 15 + below(46);
        const std::optional<int> period = ends && chance(50) ? std::optional(below(30)) : std::nullopt;
        note("Lease " + joined(path) + " " + action);
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
        const Answer answer = ask("PUT", path, query, more);
        const Instant now = model_.now;
        compare(answer, held == nullptr       ? missing
                        : action == "acquire" ? held->acquire(id, seconds, now)
                        : action == "renew"   ? held->renew(id, now)
                        : action == "change"  ? held->change(id, proposed, now)
                        : action == "release" ? held->release(id)
                                              : held->break_now(period, now));
    }

    // ---- what is there ----
    void read_snapshot() {
        Where where{share_, some_snapshot(), {}};
        const auto share = model_.shares().find(share_);
        if (share != model_.shares().end() && share->second.snapshots.contains(where.snapshot)) {
            const auto paths = share->second.snapshots.at(where.snapshot).tree.paths();
            if (!paths.empty() && chance(80)) where.path = spoken(one_of(paths));
        }
        if (where.path.empty()) where.path = some_path();
        note("read " + joined(where.path) + at(where.snapshot));
        expect_there(where);
    }
    void list_ranges() {
        Where where{share_, chance(30) ? some_snapshot() : "", path_to(Kind::file)};
        const std::string previous = chance(60) ? some_snapshot() : "";
        const bool by_id = chance(40);
        note("List Ranges " + joined(where.path) + at(where.snapshot) + (previous.empty() ? "" : " since " + previous) +
             (by_id ? ", by id" : ""));
        std::vector<Part> expected;
        const Outcome outcome = model_.list_ranges(where, previous, by_id, expected);
        std::vector<Part> parts;
        std::string marker;
        const std::string query = "comp=rangelist" + at(where.snapshot) + (previous.empty() ? "" : "&prevsharesnapshot=" + previous) +
                                  "&maxresults=" + std::to_string(chance(50) ? 1 + below(4) : 1000);
        do {
            const Answer answer = ask("GET", where.path, query + (marker.empty() ? "" : "&marker=" + percent_encode(marker)),
                                      {{"x-ms-file-support-rename", by_id ? "true" : ""}});
            compare(answer, outcome);
            if (answer.status != 200 || outcome.status != 200) return;
            pugi::xml_document document;
            ASSERT_TRUE(document.load_string(answer.body.c_str()));
            for (const pugi::xml_node range : document.child("Ranges")) {
                const std::string_view kind = range.name();
                if (kind == "NextMarker") continue;
                parts.push_back({std::stoull(range.child_value("Start")), std::stoull(range.child_value("End")), kind == "ClearRange"});
            }
            marker = document.child("Ranges").child_value("NextMarker");
        } while (!marker.empty() && parts.size() <= expected.size());
        EXPECT_EQ(lines_of(parts), lines_of(expected));
    }
    static std::vector<std::string> lines_of(const std::vector<Part>& parts) {
        std::vector<std::string> lines;
        for (const Part& part : parts) {
            lines.push_back((part.cleared ? "cleared " : "written ") + std::to_string(part.first) + " to " + std::to_string(part.last));
        }
        return lines;
    }

    /// What reading shows of a path, whatever is there.
    void expect_there(const Where& where) {
        const Node* node = nullptr;
        const Outcome as_file = model_.read(where, false, &node);
        const bool directory = as_file.error == "ResourceTypeMismatch";
        if (node != nullptr && node->kind == Kind::link) return expect_link(where, *node);
        const bool ranged = node != nullptr && node->size > 0;
        const Answer answer = ask("GET", where.path, (directory ? "restype=directory" : "") + (directory ? at(where.snapshot) : only(at(where.snapshot))),
                                  {{"x-ms-range", ranged ? "bytes=0-" + std::to_string(kLooked - 1) : ""}});
        if (directory) {
            ASSERT_EQ(model_.read(where, true, &node).status, 200);
        } else if (node == nullptr) {
            return compare(answer, as_file);
        }
        ASSERT_EQ(answer.status, ranged ? 206 : 200) << answer.code << " for " << joined(where.path);
        expect_known(where, *node, answer);
        EXPECT_EQ(answer.field("x-ms-meta-m"), node->metadata);
        if (share_ != kNfs) {
            EXPECT_EQ(answer.field("x-ms-file-attributes").find("ReadOnly") != std::string::npos, node->read_only);
        }
        if (directory) return;
        EXPECT_EQ(answer.field("Content-Type"), node->type);
        if (ranged) {
            EXPECT_EQ(answer.field("Content-Range").substr(answer.field("Content-Range").find('/') + 1), std::to_string(node->size));
        }
        const std::string bytes = node->bytes(kLooked);
        EXPECT_TRUE(answer.body == bytes) << "other bytes in " << joined(where.path) << at(where.snapshot) << ", from "
                                          << std::mismatch(bytes.begin(), bytes.end(), answer.body.begin(), answer.body.end()).first -
                                                 bytes.begin()
                                          << " of " << bytes.size() << " and " << answer.body.size();
        if (share_ == kNfs) {
            EXPECT_EQ(answer.field("x-ms-link-count"), std::to_string(node->links));
        }
        EXPECT_EQ(answer.field("x-ms-lease-state"), where.snapshot.empty() ? lease_state(node->lease) : "");
    }
    static std::string only(const std::string& parameter) { return parameter.empty() ? "" : parameter.substr(1); }
    std::string lease_state(const Lease& lease) const {
        switch (lease.is(model_.now)) {
            case Lease::Is::available: return "available";
            case Lease::Is::leased: return "leased";
            case Lease::Is::breaking: return "breaking";
            case Lease::Is::broken: return "broken";
            case Lease::Is::expired: return "expired";
        }
        return "";
    }
    void expect_link(const Where& where, const Node& node) {
        const Answer answer = ask("GET", where.path, "restype=symboliclink" + at(where.snapshot));
        ASSERT_EQ(answer.status, 200) << answer.code;
        EXPECT_EQ(answer.field("x-ms-link-text"), percent_encode(node.target, "/"));
        compare(ask("GET", where.path, only(at(where.snapshot))), {409, "ResourceTypeMismatch"});
    }
    /// What no model can know, but which stays as it was told.
    void expect_known(const Where& where, const Node& node, const Answer& answer) {
        EXPECT_EQ(answer.field("x-ms-file-id"), node.id);
        EXPECT_EQ(answer.field("x-ms-file-last-write-time"), node.last_written);
        if (!node.etag.empty()) {
            EXPECT_EQ(answer.field("ETag"), node.etag) << joined(where.path) << at(where.snapshot);
        } else if (where.snapshot.empty()) {
            Tree& tree = model_.shares().at(share_).live;
            tree.node(tree.find(where.path).node).etag = answer.field("ETag");
        }
    }

    /// One directory after the other, page by page, and some of what stands in them.
    void look_at_share() {
        const auto share = model_.shares().find(share_);
        if (share == model_.shares().end()) return compare(ask("GET", {}, "restype=directory&comp=list"), {404, "ShareNotFound"});
        expect_tree("", share->second.live);
        if (share->second.snapshots.empty()) return;
        auto snapshot = share->second.snapshots.begin();
        std::advance(snapshot, below(static_cast<int>(share->second.snapshots.size())));
        expect_tree(snapshot->first, snapshot->second.tree);
    }
    void expect_tree(const std::string& snapshot, const Tree& tree) {
        std::vector<Path> paths = tree.paths();
        paths.emplace_back();
        for (const Path& path : paths) {
            const int id = tree.find(path).node;
            if (tree.node(id).kind != Kind::directory) continue;
            const std::string prefix = chance(25) ? one_of(names_).substr(0, 2) : "";
            EXPECT_EQ(listed(path, snapshot, prefix), lines_of(tree, id, prefix)) << joined(path) << at(snapshot) << ", from " << prefix;
        }
        paths.pop_back();
        for (int i = 0; i < 3 && !paths.empty(); ++i) expect_there({share_, snapshot, one_of(paths)});
    }
    static std::vector<std::string> lines_of(const Tree& tree, int directory, const std::string& prefix) {
        std::vector<std::string> lines;
        for (const Tree::Entry& entry : tree.entries(directory, prefix)) {
            const Node& node = tree.node(entry.node);
            const bool file = node.kind != Kind::directory;
            lines.push_back(std::string(file ? "file " : "directory ") + entry.name + ", id " + node.id +
                            (file ? ", " + std::to_string(node.size) + " bytes" : ""));
        }
        return lines;
    }
    std::vector<std::string> listed(const Path& path, const std::string& snapshot, const std::string& prefix) {
        std::vector<std::string> lines;
        std::string marker;
        const std::string query = "restype=directory&comp=list" + at(snapshot) + "&prefix=" + percent_encode(prefix) +
                                  "&maxresults=" + std::to_string(chance(50) ? 1 + below(5) : 500);
        do {
            const Answer answer = ask("GET", path, query + (marker.empty() ? "" : "&marker=" + percent_encode(marker)));
            pugi::xml_document document;
            if (answer.status != 200 || !document.load_string(answer.body.c_str())) return {"failed: " + answer.code};
            const pugi::xml_node results = document.child("EnumerationResults");
            for (const pugi::xml_node entry : results.child("Entries")) {
                const bool file = std::string_view(entry.name()) == "File";
                lines.push_back(std::string(file ? "file " : "directory ") + entry.child_value("Name") + ", id " + entry.child_value("FileId") +
                                (file ? std::string(", ") + entry.child("Properties").child_value("Content-Length") + " bytes" : ""));
            }
            marker = results.child_value("NextMarker");
        } while (!marker.empty() && lines.size() < 1000);
        return lines;
    }

    /// All shares with their snapshots, and those that are deleted, whose versions no answer told.
    void look_at_shares() {
        std::set<std::string> found;
        std::map<std::pair<std::string, std::string>, int> versions;
        std::string marker;
        const std::string query = "comp=list&include=snapshots,deleted,metadata&maxresults=" + std::to_string(chance(50) ? 1 + below(4) : 1000);
        do {
            const Answer answer = account_.send_to("", "", "GET", query + (marker.empty() ? "" : "&marker=" + percent_encode(marker)));
            ASSERT_EQ(answer.status, 200) << answer.code;
            pugi::xml_document document;
            ASSERT_TRUE(document.load_string(answer.body.c_str()));
            const pugi::xml_node results = document.child("EnumerationResults");
            for (const pugi::xml_node share : results.child("Shares")) {
                if (share.child("Deleted")) ++versions[{share.child_value("Name"), share.child_value("Version")}];
                const std::string line = line_of_share(share.child_value("Name"), share.child_value("Version"), share.child_value("Snapshot"),
                                                       share.child("Properties").child_value("Quota"),
                                                       share.child("Metadata").child_value("m"));
                EXPECT_TRUE(found.insert(line).second) << "listed twice: " << line;
            }
            marker = results.child_value("NextMarker");
        } while (!marker.empty() && found.size() < 1000);
        learn(versions);
        std::set<std::string> expected;
        for (const auto& [name, share] : model_.shares()) add_lines(expected, name, "", share);
        for (const auto& [key, deleted] : model_.deleted()) add_lines(expected, key.first, key.second, deleted.share);
        EXPECT_EQ(found, expected);
    }
    static std::string line_of_share(const std::string& name, const std::string& version, const std::string& snapshot,
                                     const std::string& quota, const std::string& metadata) {
        return name + (version.empty() ? "" : " version " + version) + (snapshot.empty() ? "" : " snapshot " + snapshot) + ", " + quota +
               " GiB, metadata '" + metadata + "'";
    }
    static void add_lines(std::set<std::string>& lines, const std::string& name, const std::string& version, const Share& share) {
        lines.insert(line_of_share(name, version, "", std::to_string(share.quota_gib), share.metadata));
        for (const auto& [id, snapshot] : share.snapshots) {
            lines.insert(line_of_share(name, version, id, std::to_string(snapshot.quota_gib), snapshot.metadata));
        }
    }
    /// A version is when the share was deleted, as Windows counts time, in hexadecimal digits.
    void learn(const std::map<std::pair<std::string, std::string>, int>& versions) {
        for (const auto& [key, count] : versions) {
            if (model_.deleted().contains(key)) continue;
            const auto unknown = model_.deleted().lower_bound({key.first, std::string(1, Model::kUnknown)});
            if (unknown == model_.deleted().end() || unknown->first.first != key.first) continue;
            auto learned = model_.deleted().extract(unknown);
            learned.key() = key;
            constexpr std::int64_t kFrom1601 = 116'444'736'000'000'000;
            const Instant deleted = instant_of(static_cast<std::int64_t>(std::stoull(key.second, nullptr, 16)) - kFrom1601);
            EXPECT_LT(model_.now - deleted, Ticks(1s));
            learned.mapped().until = deleted + Ticks(std::chrono::days(model_.retention_days));
            model_.deleted().insert(std::move(learned));
        }
    }

    // ---- steps ----
    void switch_retention() {
        model_.retention_days = chance(50) ? 0 : 1 + below(5);
        account_.settings().share_delete_retention_days = model_.retention_days;
        note("deleted shares are kept for " + std::to_string(model_.retention_days) + " days");
    }
    void pass_time() {
        const auto by = chance(70) ? Ticks(std::chrono::seconds(below(40))) : Ticks(std::chrono::hours(below(60)));
        note("time passes: " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(by).count()) + " s");
        account_.advance(by);
    }
    void step() {
        using Operation = void (FileSequence::*)();
        static const std::vector<std::pair<int, Operation>> kOften{
            {14, &FileSequence::create_file},    {10, &FileSequence::create_directory}, {22, &FileSequence::put_range},
            {10, &FileSequence::set_properties}, {6, &FileSequence::set_metadata},      {7, &FileSequence::delete_file},
            {6, &FileSequence::delete_directory}, {20, &FileSequence::rename},          {5, &FileSequence::create_link},
            {6, &FileSequence::lease_file},      {2, &FileSequence::lease_share},       {4, &FileSequence::snapshot_share},
            {3, &FileSequence::delete_snapshot}, {12, &FileSequence::read_snapshot},    {12, &FileSequence::list_ranges},
            {3, &FileSequence::create_share},    {1, &FileSequence::delete_share},      {2, &FileSequence::restore_share},
            {3, &FileSequence::set_share},       {2, &FileSequence::share_stats},       {1, &FileSequence::switch_retention},
            {4, &FileSequence::pass_time}};
        share_ = one_of(shares_);
        path_.clear();
        const auto share = model_.shares().find(share_);
        if (share == model_.shares().end() && chance(40)) {
            create_share();
        } else if (share != model_.shares().end() && share->second.live.paths().size() > kMostPaths && chance(60)) {
            chance(50) ? delete_file() : delete_directory();
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
        if (!path_.empty()) expect_there(live(path_));
    }
    void run(int operations) {
        for (int i = 0; i < operations && !HasFailure(); ++i) {
            step();
            if (i % kBetweenLooks == 0) look_at_share();
            if (i % kBetweenLooks == kBetweenLooks / 2) look_at_shares();
            if (!HasFailure()) continue;
            std::string last;
            for (const std::string& each : history_) last += "\n  " + each;
            FAIL() << "seed " << seed_ << ", operation " << i + 1 << "; the last ones:" << last;
        }
    }

    std::int64_t number(const char* sql) {
        return *account_.store().read([sql](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }

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

TEST_F(FileSequence, OfRandomOperationsIsWhatTheModelSaysAndLeavesNothing) {
    run(static_cast<int>(from_environment("LAZULITE_OPERATIONS", kOperations)));
    if (HasFailure()) return;
    account_.settings().share_delete_retention_days = 0;
    for (const std::string& share : shares_) {
        if (!model_.shares().contains(share)) continue;
        share_ = share;
        (void)ask_share("PUT", "&comp=lease", {{"x-ms-lease-action", "break"}, {"x-ms-lease-break-period", "0"}});
        EXPECT_EQ(ask_share("DELETE", "", {{"x-ms-delete-snapshots", "include-leased"}}).status, 202);
    }
    account_.advance(std::chrono::days(10));
    constexpr const char* kLeft =
        "SELECT (SELECT count(*) FROM shares) + (SELECT count(*) FROM usage) + (SELECT count(*) FROM share_snapshots) + "
        "(SELECT count(*) FROM entries) + (SELECT count(*) FROM nodes) + (SELECT count(*) FROM former_entries) + "
        "(SELECT count(*) FROM former_nodes) + (SELECT count(*) FROM permissions) + (SELECT count(*) FROM contents) + "
        "(SELECT count(*) FROM map_spans) + (SELECT count(*) FROM shared_ranges) + (SELECT count(*) FROM reclaim) + "
        "(SELECT count(*) FROM expiry) + (SELECT total(live) FROM extents)";
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (number(kLeft) != 0 && std::chrono::steady_clock::now() < end) {
        ASSERT_TRUE(account_.store().write_and_wait([](WriteTxn&) -> Result<> { return {}; }));
    }
    EXPECT_EQ(number(kLeft), 0);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace lazulite::file::test
