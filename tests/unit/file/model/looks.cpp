#include <algorithm>
#include <chrono>
#include <pugixml.hpp>

#include "sequence.hpp"
#include "wire/uri.hpp"

namespace lazulite::file::test {
namespace {

using namespace std::chrono_literals;

std::string line_of_share(const std::string& name, const std::string& version, const std::string& snapshot,
                          const std::string& quota, const std::string& metadata) {
    return name + (version.empty() ? "" : " version " + version) + (snapshot.empty() ? "" : " snapshot " + snapshot) + ", " + quota +
           " GiB, metadata '" + metadata + "'";
}

void add_lines(std::set<std::string>& lines, const std::string& name, const std::string& version, const Share& share) {
    lines.insert(line_of_share(name, version, "", std::to_string(share.quota_gib), share.metadata));
    for (const auto& [id, snapshot] : share.snapshots) {
        lines.insert(line_of_share(name, version, id, std::to_string(snapshot.quota_gib), snapshot.metadata));
    }
}

}  // namespace

void FileSequence::read_snapshot() {
    Where where{share_, some_snapshot(), {}};
    where.path = path_in(where.snapshot);
    note("read " + joined(where.path) + at(where.snapshot));
    expect_there(where);
}

void FileSequence::list_ranges() {
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

std::vector<std::string> FileSequence::lines_of(const std::vector<Part>& parts) {
    std::vector<std::string> lines;
    for (const Part& part : parts) {
        lines.push_back((part.cleared ? "cleared " : "written ") + std::to_string(part.first) + " to " + std::to_string(part.last));
    }
    return lines;
}

void FileSequence::expect_there(const Where& where) {
    const Node* node = nullptr;
    const Outcome as_file = model_.read(where, false, &node);
    const bool directory = as_file.error == "ResourceTypeMismatch";
    if (node != nullptr && node->kind == Kind::link) return expect_link(where, *node);
    const bool ranged = node != nullptr && node->size > 0;
    const std::string in = at(where.snapshot);
    const Answer answer = ask("GET", where.path, directory ? "restype=directory" + in : only(in),
                              {{"x-ms-range", ranged ? "bytes=0-" + std::to_string(kLooked - 1) : ""}});
    if (directory) {
        ASSERT_EQ(model_.read(where, true, &node).status, 200);
    } else if (node == nullptr) {
        return compare(answer, as_file);
    }
    ASSERT_EQ(answer.status, ranged ? 206 : 200) << answer.code << " for " << joined(where.path);
    expect_known(where, *node, answer);
    EXPECT_EQ(answer.field("x-ms-meta-m"), node->metadata);
    EXPECT_EQ(answer.field("x-ms-file-attributes"), node->attributes);
    if (!directory) expect_file(where, *node, answer);
}

void FileSequence::expect_file(const Where& where, const Node& node, const Answer& answer) {
    EXPECT_EQ(answer.field("Content-Type"), node.type);
    if (node.size > 0) {
        EXPECT_EQ(answer.field("Content-Range").substr(answer.field("Content-Range").find('/') + 1), std::to_string(node.size));
    }
    const std::string bytes = node.bytes(kLooked);
    EXPECT_TRUE(answer.body == bytes) << "other bytes in " << joined(where.path) << at(where.snapshot) << ", from "
                                      << std::mismatch(bytes.begin(), bytes.end(), answer.body.begin(), answer.body.end()).first -
                                             bytes.begin()
                                      << " of " << bytes.size() << " and " << answer.body.size();
    if (nfs()) {
        EXPECT_EQ(answer.field("x-ms-link-count"), std::to_string(node.links));
    }
    EXPECT_EQ(answer.field("x-ms-lease-state"), where.snapshot.empty() ? lease_state(node.lease) : "");
    expect_copied(node, answer);
}

void FileSequence::expect_copied(const Node& node, const Answer& answer) {
    EXPECT_EQ(answer.field("x-ms-copy-id"), node.copy ? node.copy->id : "");
    EXPECT_EQ(answer.field("x-ms-copy-status"), node.copy ? "success" : "");
    if (!node.copy) return;
    const std::string bytes = std::to_string(node.copy->bytes);
    EXPECT_EQ(answer.field("x-ms-copy-source"), node.copy->source);
    EXPECT_EQ(answer.field("x-ms-copy-progress"), bytes + "/" + bytes);
}

std::string FileSequence::lease_state(const Lease& lease) const {
    switch (lease.is(model_.now)) {
        case Lease::Is::available: return "available";
        case Lease::Is::leased: return "leased";
        case Lease::Is::breaking: return "breaking";
        case Lease::Is::broken: return "broken";
        case Lease::Is::expired: return "expired";
    }
    return "";
}

void FileSequence::expect_link(const Where& where, const Node& node) {
    const Answer answer = ask("GET", where.path, "restype=symboliclink" + at(where.snapshot));
    ASSERT_EQ(answer.status, 200) << answer.code;
    EXPECT_EQ(answer.field("x-ms-link-text"), percent_encode(node.target, "/"));
    compare(ask("GET", where.path, only(at(where.snapshot))), {409, "ResourceTypeMismatch"});
}

void FileSequence::expect_known(const Where& where, const Node& node, const Answer& answer) {
    EXPECT_EQ(answer.field("x-ms-file-id"), node.id);
    EXPECT_EQ(answer.field("x-ms-file-creation-time"), node.created);
    EXPECT_EQ(answer.field("x-ms-file-last-write-time"), node.last_written);
    const std::string key = answer.field("x-ms-file-permission-key");
    EXPECT_TRUE(nfs() ? key.empty() : model_.shown(node.permission, key)) << key << " for " << node.permission;
    if (!node.etag.empty()) {
        EXPECT_EQ(answer.field("ETag"), node.etag) << joined(where.path) << at(where.snapshot);
    } else if (where.snapshot.empty()) {
        Tree& tree = model_.shares().at(share_).live;
        tree.node(tree.find(where.path).node).etag = answer.field("ETag");
    }
}

void FileSequence::look_at_share() {
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end()) return compare(ask("GET", {}, "restype=directory&comp=list"), {404, "ShareNotFound"});
    expect_tree("", share->second.live);
    if (share->second.snapshots.empty()) return;
    auto snapshot = share->second.snapshots.begin();
    std::advance(snapshot, below(static_cast<int>(share->second.snapshots.size())));
    expect_tree(snapshot->first, snapshot->second.tree);
}

void FileSequence::expect_tree(const std::string& snapshot, const Tree& tree) {
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

std::vector<std::string> FileSequence::lines_of(const Tree& tree, int directory, const std::string& prefix) {
    std::vector<std::string> lines;
    for (const Tree::Entry& entry : tree.entries(directory, prefix)) {
        const Node& node = tree.node(entry.node);
        const bool file = node.kind != Kind::directory;
        lines.push_back(std::string(file ? "file " : "directory ") + entry.name + ", id " + node.id +
                        (file ? ", " + std::to_string(node.size) + " bytes" : ""));
    }
    return lines;
}

std::vector<std::string> FileSequence::listed(const Path& path, const std::string& snapshot, const std::string& prefix) {
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

void FileSequence::look_at_shares() {
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

void FileSequence::learn(const std::map<std::pair<std::string, std::string>, int>& versions) {
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

}  // namespace lazulite::file::test
