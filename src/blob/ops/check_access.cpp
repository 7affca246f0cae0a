#include "blob/ops/check_access.hpp"

#include <algorithm>

#include "auth/roles.hpp"
#include "base/text.hpp"
#include "blob/rows/tree.hpp"
#include "blob/rows/tree_walk.hpp"
#include "service/long_read.hpp"
#include "service/principals.hpp"

namespace lazulite::blob {
namespace {

/// Directories that are looked at where a request came in, before a worker looks at them.
constexpr std::size_t kFewDirectories = 200;

struct ListedAccess {
    std::string path;  ///< "/" of the root directory
    AccessControl access;
};

/// What there is on the way to a path.
struct Way {
    std::vector<ListedAccess> directories;  ///< that lead to it, as far as they are there
    std::optional<ListedAccess> item;
    std::optional<std::int64_t> child_dir_id;  ///< where it is a directory
};

Way way_to(ReadTxn& tx, const Container& container, std::string_view path) {
    Way way;
    way.item = ListedAccess{"/", AccessControl::unpack(container.root_access, true)};
    way.child_dir_id = container.root_dir_id;
    std::string so_far;
    for (const std::string_view segment : segments_of(path)) {
        if (!way.child_dir_id) {  // what was found is a file, or nothing
            way.item.reset();
            break;
        }
        const std::int64_t dir_id = *way.child_dir_id;
        way.directories.push_back(*std::move(way.item));
        way.item.reset();
        way.child_dir_id.reset();
        so_far.append(so_far.empty() ? "" : "/").append(segment);
        auto found = find_blob(tx, {dir_id, directory_name(segment)});
        if (!found) found = find_blob(tx, {dir_id, std::string(segment)});
        if (!found) break;
        way.item = ListedAccess{so_far, AccessControl::unpack(found->access, found->is_directory())};
        way.child_dir_id = found->child_dir_id;
    }
    return way;
}

std::string rwx_text(Rwx bits) {
    std::string text = "---";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (bits & kAclRead >> i) text[i] = "rwx"[i];
    }
    return text;
}

Rwx granted_on(const AclCaller& caller, const AccessControl& access) {
    Rwx granted = 0;
    for (const Rwx bit : {kAclRead, kAclWrite, kAclExecute}) {
        if (may(caller, bit, access)) granted = static_cast<Rwx>(granted | bit);
    }
    return granted;
}

void join(std::string& list, const std::string& text) { list.append(list.empty() ? "" : ", ").append(text); }

/// For whoever asks why, as far down as the caller comes.
void tell(Reason& why, const AclCaller& caller, const AccessNeeds& needs, const Way& way) {
    why.rule = Rule::role;
    why.needed.clear();
    why.granted.clear();
    const auto add = [&](const ListedAccess& at, Rwx wanted) {
        join(why.needed, rwx_text(wanted) + " on " + at.path);
        join(why.granted, rwx_text(granted_on(caller, at.access)) + " on " + at.path);
    };
    for (std::size_t i = 0; i < way.directories.size(); ++i) {
        const Rwx wanted = i + 1 < way.directories.size() ? kAclExecute : needs.parent;
        add(way.directories[i], wanted);
    }
    if (!way.item) return;
    if (needs.item != 0) add(*way.item, needs.item);
    const bool sticky = needs.takes_away && !way.directories.empty() && way.directories.back().access.sticky();
    if (!needs.changes_acl && !sticky) return;
    join(why.needed, "ownership of " + way.item->path);
    join(why.granted, (caller.is(way.item->access.owner) ? "ownership of " : "no ownership of ") + way.item->path);
}

bool may_go(const AclCaller& caller, const AccessNeeds& needs, const Way& way, const Touched& touched) {
    std::vector<AccessControl> directories;
    for (const ListedAccess& each : way.directories) directories.push_back(each.access);
    if (!may(caller, needs, directories, way.item ? &way.item->access : nullptr)) return false;
    return !way.item || !touched.also || touched.also(caller, way.item->access);
}

AccessNeeds needs_of(const Touched& touched, const Way& way, bool reader) {
    AccessNeeds needs = way.item ? touched.needs : touched.where_nothing_is;
    if (touched.with_contents && way.child_dir_id) needs = kToDeleteWithContents;
    return reader ? needs.of_reader() : needs;
}

/// Nothing where that is more than `effort` allows.
std::optional<bool> may_below(ReadTxn& tx, const AclCaller& caller, Rwx wanted, const Way& way, Effort effort, Reason& why) {
    TreeWalk walk(tx, *way.child_dir_id, "");
    for (std::size_t rows = 0; walk.next(); ++rows) {
        if (effort == Effort::little && rows == kFewDirectories) return std::nullopt;
        if (!walk.is_directory()) continue;
        const auto access = AccessControl::unpack(walk.blob().access, true);
        if (may(caller, wanted, access)) continue;
        why.rule = Rule::role;
        const std::string on = " on " + (way.item->path == "/" ? "" : way.item->path + "/") + walk.path();
        why.needed = rwx_text(wanted) + on;
        why.granted = rwx_text(granted_on(caller, access)) + on;
        return false;
    }
    return true;
}

struct Judge {
    const AclCaller& caller;
    bool reader;  ///< a role lets the caller read everything
    Reason& why;

    std::optional<bool> operator()(ReadTxn& tx, const Touched& touched, Effort effort) const {
        const auto container = find_container(tx, touched.container);
        if (!container) return true;
        Way way = way_to(tx, *container, touched.path);
        if (!touched.into.empty() && way.child_dir_id) way = way_to(tx, *container, touched.path + "/" + touched.into);
        const AccessNeeds needs = needs_of(touched, way, reader);
        if (!may_go(caller, needs, way, touched)) {
            tell(why, caller, needs, way);
            return false;
        }
        if (!touched.with_contents || !way.child_dir_id) return true;
        return may_below(tx, caller, needs.item, way, effort, why);
    }
};

bool roles_grant(const Identity& identity, const Needs& needs) {
    Rights granted;
    for (auto action = static_cast<int>(Action::service_read); action <= static_cast<int>(Action::modify_permissions); ++action) {
        if (identity.is_granted(static_cast<Action>(action))) granted |= {static_cast<Action>(action)};
    }
    return needed_rights(needs, ServiceLetter::blob).within(granted);
}

AclCaller caller_named(const Exchange& x, std::string_view object_id) {
    return {to_lower(object_id), groups_of(x, object_id)};
}

std::vector<Touched> at_path(const Exchange& x, const AccessNeeds& needs, const AccessNeeds& where_nothing_is = {}) {
    return {{x.target.container, x.target.name, needs, where_nothing_is}};
}

}  // namespace

std::vector<Touched> sees_path(const Exchange& x) { return at_path(x, kToSeeStatus); }
std::vector<Touched> reads_path(const Exchange& x) { return at_path(x, kToReadFile); }
std::vector<Touched> appends_to_path(const Exchange& x) { return at_path(x, kToAppend); }
std::vector<Touched> changes_path(const Exchange& x) { return at_path(x, kToWriteFile); }
std::vector<Touched> writes_path(const Exchange& x) { return at_path(x, kToWriteFile, kToCreate); }
std::vector<Touched> deletes_path(const Exchange& x) { return at_path(x, kToDelete); }

std::vector<Touched> lists_prefix(const Exchange& x) {
    const std::string_view prefix = x.query.value_or_empty("prefix");
    const std::size_t slash = prefix.rfind('/');
    const std::string directory(prefix.substr(0, slash == std::string_view::npos ? 0 : slash));
    return {{x.target.container, directory, kToListDirectory}};
}

std::vector<AclCaller> judged_callers(const Exchange& x, const Needs& needs) {
    const Identity::PosixUser& user = x.identity.posix();
    if (!x.account.settings.hierarchical_namespace || !x.identity.left_to_posix(needs, ServiceLetter::blob)) return {};
    std::vector<AclCaller> callers{caller_named(x, user.object_id)};
    // Whoever signed for `suoid` can grant no more than they have themselves.
    if (user.whatever_roles_grant && !roles_grant(x.identity, needs)) {
        callers.push_back(caller_named(x, x.query.value_or_empty("skoid")));
    }
    return callers;
}

Task<Result<>> check_access(Exchange& x, std::span<const AccessRow> rows, const Needs& needs, Reason& why) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const AccessRow& each) { return each.operation == x.operation.name; });
    if (row == rows.end()) {
        why.rule = Rule::role;
        why.needed = text_of(needed_rights(needs, ServiceLetter::blob), ServiceLetter::blob);
        co_return fail(ErrorCode::authorization_permission_mismatch);
    }
    const std::vector<Touched> touched = row->touches(x);
    const std::vector<AclCaller> callers = judged_callers(x, needs);
    const bool suoid = x.identity.posix().whatever_roles_grant;
    const auto judge_all = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<bool>> {
        for (const AclCaller& caller : callers) {
            // What a role lets the signer of a SAS read is not the reader's who it was given to.
            const bool reader = x.identity.is_granted(Action::read) && (!suoid || &caller != callers.data());
            for (const Touched& each : touched) {
                const std::optional<bool> allowed = Judge{caller, reader, why}(tx, each, effort);
                if (!allowed || !*allowed) return allowed;
            }
        }
        return std::optional(true);
    };
    LAZ_CO_TRY(const bool allowed, co_await long_read(x, judge_all));
    if (!allowed) co_return fail(ErrorCode::authorization_permission_mismatch);
    co_return Result<>();
}

}  // namespace lazulite::blob
