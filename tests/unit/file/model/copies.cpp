#include <chrono>

#include "sequence.hpp"
#include "wire/date.hpp"

// Copies and permissions.
namespace lazulite::file::test {
namespace {

using namespace std::chrono_literals;

/// As a body of Create Permission, and of an answer to Get Permission.
std::string as_json(const std::string& permission) { return R"({"permission":")" + permission + "\"}"; }

void expect_now(const std::string& time, Instant now) {
    const auto told = parse_iso8601(time);
    EXPECT_TRUE(told && *told >= now && *told < now + Ticks(1ms)) << time << " is not now";
}

}  // namespace

// ---- copies ---------------------------------------------------------------------------------------------------------

/// In the share of this step, in the other of its protocol, or in a snapshot of either.
Where FileSequence::some_source() {
    const std::string here = share_;
    if (!nfs() && chance(35)) share_ = share_ == "alpha" ? "beta" : "alpha";
    Where where{share_, chance(25) ? some_snapshot() : "", {}};
    where.path = where.snapshot.empty() ? path_to(Kind::file) : path_in(where.snapshot);
    share_ = here;
    return where;
}

Model::Copy FileSequence::some_copy() {
    const std::vector<std::string> times{"", "", "source", "2001-02-03T04:05:06.0000000Z", "2012-03-04T05:06:07.8901234Z"};
    Model::Copy asked;
    asked.from = some_source();
    asked.source = url_of(asked.from);
    asked.lease = lease_id();
    if (chance(30)) asked.metadata = word();
    asked.ignore_read_only = chance(50);
    asked.created = one_of(times);
    asked.last_written = one_of(times);
    if (nfs()) return asked;
    asked.attributes = chance(50) ? "" : chance(50) ? "source" : chance(30) ? "None" : some_attributes(false);
    asked.set_archive = chance(20);
    if (chance(60)) return asked;
    asked.permission_mode = chance(50) ? "source" : "override";
    if (chance(90)) asked.permission = given_permission(true);
    return asked;
}

void FileSequence::copy_file() {
    path_ = chance(50) ? some_path() : path_to(Kind::file);
    const Model::Copy asked = some_copy();
    // What becomes of a symbolic link is nowhere said.
    const Node* from = nullptr;
    if (model_.read(asked.from, false, &from).status == 200 && from->kind == Kind::link) return;
    note("Copy File " + asked.source + " to " + joined(path_) + ", permission: " + asked.permission_mode + " " +
         asked.permission.text + asked.permission.key);
    Headers headers{{"x-ms-copy-source", asked.source},
                    {"x-ms-lease-id", asked.lease},
                    {"x-ms-meta-m", asked.metadata},
                    {"x-ms-file-copy-ignore-readonly", asked.ignore_read_only ? "true" : ""},
                    {"x-ms-file-copy-set-archive", asked.set_archive ? "true" : ""},
                    {"x-ms-file-attributes", asked.attributes},
                    {"x-ms-file-creation-time", asked.created},
                    {"x-ms-file-last-write-time", asked.last_written},
                    {"x-ms-file-permission-copy-mode", asked.permission_mode}};
    add(headers, asked.permission);
    const Answer answer = ask("PUT", path_, "", headers);
    compare(answer, model_.copy(live(path_), asked, told_of_copy(answer, asked)));
}

Told FileSequence::told_of_copy(const Answer& copied, const Model::Copy& asked) {
    if (copied.status != 202) return {};
    EXPECT_EQ(copied.field("x-ms-copy-status"), "success");
    Told file = told(ask("HEAD", path_, ""));
    if (asked.created.empty()) expect_now(file.created, model_.now);
    if (asked.last_written.empty()) expect_now(file.last_written, model_.now);
    file.etag = copied.field("ETag");
    file.copy_id = copied.field("x-ms-copy-id");
    return file;
}

void FileSequence::abort_copy() {
    path_ = path_to(Kind::file);
    const Node* file = nullptr;
    (void)model_.read(live(path_), false, &file);
    const bool copied = file != nullptr && file->copy && chance(70);
    const std::string id = copied ? file->copy->id : "00000000-0000-0000-0000-000000000000";
    const std::string lease = lease_id();
    note("Abort Copy File " + joined(path_));
    compare(ask("PUT", path_, "comp=copy&copyid=" + id, {{"x-ms-copy-action", "abort"}, {"x-ms-lease-id", lease}}),
            model_.abort_copy(live(path_), lease));
}

// ---- permissions ----------------------------------------------------------------------------------------------------

void FileSequence::create_permission() {
    if (nfs()) return;
    const std::string text = chance(10) ? kNoPermission : one_of(kPermissions);
    note("Create Permission " + text);
    const Answer answer = ask_share("PUT", "&comp=filepermission", {}, as_json(text));
    const Outcome expected = model_.create_permission(share_, text);
    compare(answer, expected);
    if (expected.status != 201) return;
    const std::string key = answer.field("x-ms-file-permission-key");
    EXPECT_TRUE(model_.shown(kept_permission(text, false), key)) << key << " for " << text;
}

void FileSequence::get_permission() {
    if (nfs()) return;
    const std::string key = some_key();
    note("Get Permission " + key);
    std::string text;
    const Outcome expected = model_.permission(share_, key, text);
    const Answer answer = ask_share("GET", "&comp=filepermission", {{"x-ms-file-permission-key", key}});
    compare(answer, expected);
    EXPECT_EQ(answer.body, expected.status == 200 ? as_json(text) : "");
}

}  // namespace lazulite::file::test
