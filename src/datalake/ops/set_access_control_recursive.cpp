#include <algorithm>

#include "base/error_table.hpp"
#include "base/text.hpp"
#include "blob/ops/check_access.hpp"
#include "blob/rows/tree_walk.hpp"
#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/json_objects.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {
namespace {

constexpr std::int64_t kMostRecords = 2000;
/// Paths that are changed in one transaction.
constexpr std::size_t kSlice = 200;
/// What a position begins with: of the directory itself nothing else, then the path from there.
constexpr std::string_view kPositionMark = "acl:";

struct RecursiveCommand {
    std::string mode;
    std::optional<std::string> acl;
    std::optional<std::int64_t> max_records;
    std::optional<std::string> force;
};

template <class Codec>
void describe(Codec& c, RecursiveCommand& m) {
    c.query("mode", m.mode);
    c.header("x-ms-acl", m.acl);
    c.query("maxRecords", m.max_records, Between{1, kMostRecords});
    c.query("forceFlag", m.force);
}

Result<blob::AclUpdate::Kind> kind_of(std::string_view mode) {
    using enum blob::AclUpdate::Kind;
    for (const auto& [name, kind] : {std::pair{"set", set}, {"modify", modify}, {"remove", remove}}) {
        if (equals_ignoring_case(mode, name)) return kind;
    }
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "mode")
                    .with("QueryParameterValue", mode)
                    .with("Reason", "It is set, modify or remove."));
}

/// What became of a page so far.
struct Outcome {
    std::size_t directories = 0;
    std::size_t files = 0;
    JsonObjects failed;
    std::optional<std::string> next;  ///< the position that follows; nothing at the end
    bool stopped = false;             ///< at a failure

    [[nodiscard]] std::size_t records() const { return directories + files + failed.size(); }
};

struct Visited {
    StandingPath path;
    std::string name;  ///< the full path
};

class Change {
  public:
    Change(blob::AclUpdate update, std::vector<blob::AclCaller> callers, bool force)
        : update_(std::move(update)), callers_(std::move(callers)), force_(force) {}

    /// Changes up to `most` paths more, from the one on that follows.
    Result<Outcome> slice(WriteTxn& tx, const Target& target, std::size_t most, Outcome so_far) const {
        LAZ_TRY(const StandingPath top, require_standing(tx, target));
        const std::string position = so_far.next.value_or("");
        so_far.next.reset();
        for (Visited& each : visited(tx, top, position, most, so_far)) {
            change(tx, each, so_far);
            if (!so_far.stopped) continue;
            so_far.next.reset();
            break;
        }
        return so_far;
    }

  private:
    /// The paths there; `so_far.next` is the one behind them.
    static std::vector<Visited> visited(ReadTxn& tx, const StandingPath& top, std::string_view position, std::size_t most,
                                        Outcome& so_far) {
        std::vector<Visited> paths;
        if (position.empty()) paths.push_back({top, top.blob ? top.key.path : "/"});
        if (!top.directory()) return paths;
        const std::string prefix = top.blob ? top.key.path + "/" : "";
        blob::TreeWalk walk(tx, top.blob ? *top.blob->child_dir_id : top.container.root_dir_id, position);
        while (walk.next()) {
            if (paths.size() == most) {
                so_far.next = walk.path();
                break;
            }
            std::string name = prefix + walk.path();
            if (walk.is_directory()) name.pop_back();
            blob::BlobKey key{walk.dir_id(), std::string(walk.name()), top.container.root_dir_id, name};
            paths.push_back({{top.container, std::move(key), walk.blob()}, std::move(name)});
        }
        return paths;
    }

    void change(WriteTxn& tx, Visited& at, Outcome& so_far) const {
        blob::AccessControl access = at.path.access();
        const blob::AccessControl before = access;
        const bool directory = at.path.directory();
        const bool allowed = std::all_of(callers_.begin(), callers_.end(), [&](const blob::AclCaller& caller) {
            return blob::may_change_acl(caller, before);
        });
        const Result<> changed = allowed ? update_.apply(access, directory) : fail(ErrorCode::authorization_permission_mismatch);
        if (!changed) {
            so_far.failed.begin();
            so_far.failed.put("errorMessage", info(changed.error().code()).message);
            so_far.failed.put("name", at.name);
            so_far.failed.put("type", directory ? "DIRECTORY" : "FILE");
            so_far.failed.end();
            so_far.stopped = !force_;
            return;
        }
        if (access != before) at.path.set_access(tx, access);
        ++(directory ? so_far.directories : so_far.files);
    }

    blob::AclUpdate update_;
    std::vector<blob::AclCaller> callers_;  ///< who have to own what they change; nobody: everything may be changed
    bool force_;                            ///< failures do not end it
};

/// Where the last page ended; nothing for a text that no page gave out, behind which nothing comes.
std::optional<std::string> position_of(const Query& query) {
    if (query.value_or_empty("continuation").empty()) return std::string();
    const auto position = decode_continuation(query);
    if (!position || !position->starts_with(kPositionMark)) return std::nullopt;
    return position->substr(kPositionMark.size());
}

Response answer(const Outcome& outcome) {
    const std::string body = "{\"directoriesSuccessful\":" + std::to_string(outcome.directories) +
                             ",\"failedEntries\":" + outcome.failed.array() +
                             ",\"failureCount\":" + std::to_string(outcome.failed.size()) +
                             ",\"filesSuccessful\":" + std::to_string(outcome.files) + "}";
    const auto next = outcome.next ? std::optional(std::string(kPositionMark) + *outcome.next) : std::nullopt;
    Response response = json_page(body, next);
    response.fields.add("x-ms-namespace-enabled", "true");
    return response;
}

}  // namespace

/// A page of paths, each changed by itself: the directory, then what it holds, depth first. No transaction is longer than
/// a slice, and none sees more of the tree than that.
Task<Result<Response>> set_access_control_recursive(Exchange& x) {
    LAZ_CO_CHECK(check_hierarchical(x));
    LAZ_CO_CHECK(blob::check_names(x));
    LAZ_CO_TRY(const RecursiveCommand command, decode<RecursiveCommand>(x.request, x.query));
    LAZ_CO_TRY(const auto kind, kind_of(command.mode));
    if (!command.acl) co_return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-acl"));
    LAZ_CO_TRY(blob::AclUpdate update, blob::AclUpdate::parse(kind, *command.acl));
    update.entries = with_object_ids(x, std::move(update.entries));
    const Change change(std::move(update), blob::judged_callers(x, x.operation.needs),
                        equals_ignoring_case(command.force.value_or(""), "true"));
    const auto most = static_cast<std::size_t>(command.max_records.value_or(kMostRecords));
    Outcome outcome;
    outcome.next = position_of(x.query);
    if (!outcome.next) co_return answer(outcome);
    do {
        const std::size_t slice = std::min(kSlice, most - outcome.records());
        LAZ_CO_TRY(outcome, co_await x.store->write_large([&](WriteTxn& tx) {
            return change.slice(tx, x.target, slice, outcome);
        }));
    } while (outcome.next && outcome.records() < most);
    co_return answer(outcome);
}

}  // namespace lazulite::datalake
