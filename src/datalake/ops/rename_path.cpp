#include "blob/ops/events.hpp"
#include "blob/ops/immutability.hpp"
#include "blob/ops/tree.hpp"
#include "datalake/ops/flat_directory.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"
#include "datalake/ops/rename_source.hpp"

namespace lazulite::datalake {
namespace {

using blob::Blob;
using blob::Place;

/// What happens to a source whose destination is a directory: with `posix` it goes into that, as `mv` has it, with
/// `legacy` it takes its place. Reference: "Path - Create", mode.
enum class RenameMode : std::uint8_t { posix, legacy };
constexpr auto kRenameModes =
    std::to_array<Named<RenameMode>>({{RenameMode::posix, "posix"}, {RenameMode::legacy, "legacy"}});
constexpr std::span<const Named<RenameMode>> names_of(RenameMode) { return kRenameModes; }

struct RenamePath {
    blob::Guards guards;
    blob::Conditions source_when;
    std::optional<LeaseId> source_lease;
    std::optional<RenameMode> mode;
    PathHeaders headers;
    // Read apart from the rest.
    RenameSource source;
    std::optional<Metadata> properties;
};

template <class Codec>
void describe(Codec& c, RenamePath& m) {
    c.include(m.guards);
    const auto etag = [&c](std::string_view name, std::optional<std::string>& value) {
        c.header(name, value);
        if (value && value->empty()) value.reset();
    };
    etag("x-ms-source-if-match", m.source_when.if_match);
    etag("x-ms-source-if-none-match", m.source_when.if_none_match);
    c.header("x-ms-source-if-modified-since", m.source_when.if_modified_since);
    c.header("x-ms-source-if-unmodified-since", m.source_when.if_unmodified_since);
    c.header("x-ms-source-lease-id", m.source_lease);
    c.query("mode", m.mode);
    c.include(m.headers);
}

Result<Place> find_at(ReadTxn& tx, const Exchange& x, const std::string& filesystem, const std::string& path) {
    Target target = x.target;
    target.container = filesystem;
    target.name = path;
    return blob::find_place(tx, target);
}

/// The source, which may leave its place.
Result<Place> find_source(ReadTxn& tx, const Exchange& x, const RenamePath& command) {
    LAZ_TRY(Place source, find_at(tx, x, command.source.filesystem, command.source.path));
    if (!source.blob) return fail(ErrorCode::source_path_not_found);
    LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, command.source_lease, source.lease(), tx.now()));
    if (!blob::check_write(command.source_when, source.tick())) return fail(ErrorCode::source_condition_not_met);
    LAZ_CHECK(blob::check_deletable(source.blob->immutability, tx.now()));
    LAZ_CHECK(blob::check_not_copied_to(source.blob->copy));
    return source;
}

/// Whether `path` is `directory` or below it.
bool is_within(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string last_segment(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

struct Move {
    Place source;
    Place destination;
    bool same = false;  ///< a file to where it is
};

/// Where the source goes, if it may go there.
Result<Move> find_move(ReadTxn& tx, const Exchange& x, const RenamePath& command) {
    LAZ_TRY(Place source, find_source(tx, x, command));
    const bool directory = is_directory(*source.blob);
    std::string to = normal_path(x.target.name);
    const bool same_filesystem = command.source.filesystem == x.target.container;
    if (directory && same_filesystem && is_within(to, command.source.path)) {
        return fail(ErrorCode::invalid_rename_source_path);
    }
    if (same_filesystem && to == command.source.path) return Move{source, source, true};
    LAZ_TRY(Place destination, find_at(tx, x, x.target.container, to));
    const bool into = command.mode.value_or(RenameMode::posix) == RenameMode::posix;
    if (into && destination.container.hierarchical && destination.blob && destination.blob->is_directory()) {
        to += '/' + last_segment(command.source.path);
        if (same_filesystem && to == command.source.path) return fail(ErrorCode::invalid_rename_source_path);
        LAZ_TRY(destination, find_at(tx, x, x.target.container, to));
    }
    if (destination.path.through_file) return fail(ErrorCode::invalid_destination_path);
    if (!destination.path.missing.empty()) return fail(ErrorCode::rename_destination_parent_path_not_found);
    LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, command.guards.lease_id, destination.lease(), tx.now()));
    LAZ_CHECK(blob::check_create(command.guards.when, destination.tick()));
    if (!destination.blob) return Move{std::move(source), std::move(destination)};
    const Blob& replaced = *destination.blob;
    if (is_directory(replaced) != directory) return fail(ErrorCode::invalid_source_or_destination_resource_type);
    LAZ_CHECK(blob::check_deletable(replaced.immutability, tx.now()));
    LAZ_CHECK(blob::check_not_copied_to(replaced.copy));
    const bool filled =
        directory && (replaced.is_directory() ? !blob::is_empty(tx, *replaced.child_dir_id)
                                              : !is_empty_below(tx, destination.container, destination.key.name));
    if (filled) return fail(ErrorCode::path_directory_not_empty);
    return Move{std::move(source), std::move(destination)};
}

/// What the request changes of a path beside its name.
Blob changed(const RenamePath& command, const Blob& before) {
    Blob after = before;
    command.headers.apply(after.headers);
    if (command.properties) after.metadata = with_folder_mark(*command.properties, before).pack();
    return after;
}

/// One row, whatever a directory holds. What it replaces is gone: soft delete keeps what is deleted.
void move_row(WriteTxn& tx, const RenamePath& command, Move& move) {
    Place& to = move.destination;
    if (to.blob) {
        if (!to.blob->is_directory()) blob::drop_staged_set(tx, to.key);
        blob::replace(tx, to.key, to.blob, std::nullopt);
        if (to.blob->is_directory()) blob::drop_directory(tx, *to.blob->child_dir_id);
    } else {
        blob::clear_expired(tx, to.key);
        blob::drop_staged_set(tx, to.key);
    }
    const Blob& moved = *move.source.blob;
    if (moved.is_directory() && !to.key.name.ends_with('/')) to.key.name = blob::directory_name(to.key.name);
    blob::move_path(tx, move.source.key, to.key, moved);
    const Blob after = changed(command, moved);
    if (after.metadata != moved.metadata || command.headers.any()) blob::replace(tx, to.key, moved, after);
}

struct Renamed {
    Revision tick;
    bool flat_directory = false;
};

Result<Renamed> rename(WriteTxn& tx, const Exchange& x, const RenamePath& command, const blob::Protection& protection) {
    LAZ_TRY(Move move, find_move(tx, x, command));
    const Blob& moved = *move.source.blob;
    if (move.same) return Renamed{moved.tick};
    if (move.source.container.hierarchical != move.destination.container.hierarchical) {
        return fail(ErrorCode::invalid_input);
    }
    if (move.source.container.hierarchical) {
        move_row(tx, command, move);
        blob::Cause cause = blob::cause_of(x);
        cause.operation = moved.is_directory() ? "RenameDirectory" : "RenameFile";
        blob::BlobChange change{blob::EventType::renamed, moved, moved};
        change.renamed_from = command.source.filesystem + '/' + command.source.path;
        blob::note(tx, cause, move.destination.container, move.destination.key.path, change);
        return Renamed{moved.tick};
    }
    move.source.blob = changed(command, moved);
    move_flat(tx, protection, move.source, move.destination);
    return Renamed{moved.tick, is_directory(moved)};
}

}  // namespace

/// ETag and Last-Modified stay: who renames a path can tell by them that it is the same.
Task<Result<Response>> rename_path(Exchange& x) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(RenamePath command, decode<RenamePath>(x.request, x.query));
    LAZ_CO_CHECK(blob::check_combination(command.guards.when));
    LAZ_CO_TRY(command.source, rename_source(x));
    LAZ_CO_TRY(command.properties, properties_of(x.request));
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    LAZ_CO_TRY(const Renamed renamed, co_await x.store->write([&](WriteTxn& tx) {
        return rename(tx, x, command, protection);
    }));
    if (renamed.flat_directory) {
        LAZ_CO_CHECK(co_await rename_below(x, protection, command.source.filesystem, command.source.path));
    }
    Response response;
    response.status = 201;
    blob::add_tick(response, renamed.tick, x.version);
    response.content_length = 0;
    co_return response;
}

}  // namespace lazulite::datalake
