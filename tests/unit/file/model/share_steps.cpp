#include "sequence.hpp"

namespace lazulite::file::test {
namespace {

constexpr std::size_t kMostSnapshots = 5;

}  // namespace

void FileSequence::create_share() {
    const int quota = 1 + below(3);
    const std::string metadata = word();
    note("Create Share");
    compare(ask_share("PUT", "", {{"x-ms-share-quota", std::to_string(quota)},
                                  {"x-ms-meta-m", metadata},
                                  {"x-ms-enabled-protocols", nfs() ? "NFS" : ""}}),
            model_.create_share(share_, nfs(), quota, metadata));
}

void FileSequence::delete_share() {
    const std::string snapshots = one_of<std::string>({"", "include", "include-leased"});
    const std::string lease = lease_id();
    note("Delete Share " + snapshots);
    const Answer answer = ask_share("DELETE", "", {{"x-ms-delete-snapshots", snapshots}, {"x-ms-lease-id", lease}});
    compare(answer, model_.delete_share(share_, snapshots, lease));
    if (answer.status == 202) look_at_shares();
}

void FileSequence::restore_share() {
    std::vector<std::string> versions{"01DA000000000000"};
    for (const auto& [key, share] : model_.deleted()) {
        if (key.first == share_) versions.push_back(key.second);
    }
    const std::string version = one_of(versions);
    note("Restore Share " + version);
    compare(ask_share("PUT", "&comp=undelete", {{"x-ms-deleted-share-name", share_}, {"x-ms-deleted-share-version", version}}),
            model_.restore_share(share_, version));
}

void FileSequence::set_share() {
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

void FileSequence::snapshot_share() {
    const auto share = model_.shares().find(share_);
    if (share != model_.shares().end() && share->second.snapshots.size() >= kMostSnapshots) return delete_snapshot();
    const std::string metadata = chance(30) ? word() : "";
    note("Snapshot Share");
    const Answer answer = ask_share("PUT", "&comp=snapshot", {{"x-ms-meta-m", metadata}});
    compare(answer, model_.snapshot_share(share_, metadata, answer.field("x-ms-snapshot")));
}

void FileSequence::delete_snapshot() {
    const std::string id = some_snapshot();
    const std::string lease = lease_id();
    note("Delete Share, snapshot " + id);
    compare(ask_share("DELETE", at(id), {{"x-ms-lease-id", lease}}), model_.delete_snapshot({share_, id}, lease));
}

void FileSequence::lease_share() {
    const std::string snapshot = chance(30) ? some_snapshot() : "";
    Outcome missing;
    Lease* const held = model_.share_lease({share_, snapshot}, missing);
    lease({}, "restype=share&comp=lease" + at(snapshot), held, missing, true);
}

void FileSequence::share_stats() {
    note("Get Share Stats");
    const Answer answer = ask_share("GET", "&comp=stats");
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end()) return compare(answer, {404, "ShareNotFound"});
    compare(answer, {200, ""});
    const std::string usage = "<ShareUsageBytes>" + std::to_string(share->second.live.usage()) + "</ShareUsageBytes>";
    EXPECT_NE(answer.body.find(usage), std::string::npos) << answer.body << " instead of " << usage;
}

}  // namespace lazulite::file::test
