#include <algorithm>

#include "file/ops/entries.hpp"
#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "service/copy_source.hpp"
#include "service/response_reader.hpp"
#include "wire/url.hpp"

namespace lazulite::file {
namespace {

constexpr std::string_view kSource = "x-ms-file-rename-source";
constexpr ServiceVersion kRename{2021, 4, 10};

struct Rename {
    std::optional<bool> replace;
    std::optional<bool> ignore_read_only;
    std::optional<LeaseId> source_lease;
    std::optional<LeaseId> destination_lease;
    std::optional<std::string> content_type;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, Rename& m) {
    c.header("x-ms-file-rename-replace-if-exists", m.replace);
    c.header("x-ms-file-rename-ignore-readonly", m.ignore_read_only);
    c.header("x-ms-source-lease-id", m.source_lease);
    c.header("x-ms-destination-lease-id", m.destination_lease);
    c.header("x-ms-content-type", m.content_type);
    c.metadata(m.metadata);
}

/// The SAS of a query, without what says which operation it runs.
std::string without_operation(std::string_view query) {
    std::string kept;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(parameter.size() + 1, query.size()));
        const std::string_view name = parameter.substr(0, parameter.find('='));
        if (equals_ignoring_case(name, "comp") || equals_ignoring_case(name, "restype")) continue;
        kept.append(kept.empty() ? "" : "&").append(parameter);
    }
    return kept;
}

StorageError bad_source(std::string_view text) { return bad_header(kSource, text); }

/// A SAS is for what it names: the source is asked for by its own, or by that of the request where it has none.
Task<Result<>> check_source(Exchange& x, const Url& url, bool directory) {
    if (x.identity.kind() != Identity::Kind::service_sas) co_return Result<>();
    std::string query(url.query.empty() ? without_operation(x.request.query) : std::string(url.query));
    if (directory) query += "&restype=directory";
    NoBody nothing;
    Request request;
    request.method = Method::head;
    request.method_text = to_string(Method::head);
    const std::string path = source_path(url);
    request.path = path;
    request.query = query;
    request.body = &nothing;
    request.remote_address = x.request.remote_address;
    request.local_port = x.request.local_port;
    request.secure = x.request.secure;
    const std::string version = x.version.text();
    request.fields.add("Host", url.authority);
    request.fields.add("x-ms-version", version);
    const Response answer = co_await x.sources->answer_source(request, ServiceKind::file, {});
    if (answer.status == 403 || answer.status == 401) co_return fail(ErrorCode::authorization_failure);
    co_return Result<>();
}

/// This surface of this server; also where the port is left out, as Java's SDK does, since the share is the same anyway.
bool leads_here(const Exchange& x, const Url& url) {
    const std::string_view host = x.target.host;
    return x.sources->own(url, x) || equals_ignoring_case(url.authority, host.substr(0, host.rfind(':')));
}

/// What the request renames: something in the same share.
Task<Result<Target>> find_source(Exchange& x, bool directory) {
    const std::string_view text = x.request.fields.value_or_empty(kSource);
    const auto url = parse_absolute_url(text);
    if (!url || x.sources == nullptr || !leads_here(x, *url)) co_return fail(bad_source(text));
    Request request;
    const std::string path = source_path(*url);
    request.path = path;
    request.query = url->query;
    request.secure = url->secure;
    request.fields.add("Host", url->authority);
    LAZ_CO_TRY(Target source, x.sources->locate(request, ServiceKind::file));
    if (source.account != x.target.account || source.container != x.target.container || !source.has_name) {
        co_return fail(bad_source(text));
    }
    LAZ_CO_CHECK(co_await check_source(x, *url, directory));
    source.host = {};
    co_return source;
}

/// Nothing stands where it goes, or a file that may be replaced, or it itself under a name of other letter case.
Result<> check_destination(const FilePlace& to, const FilePlace& from, const Rename& command, Instant now) {
    if (to.is_root) return fail(ErrorCode::resource_already_exists);
    const bool inside_itself = std::find(to.directories.begin(), to.directories.end(), from.node->id) != to.directories.end();
    if (inside_itself) return fail(StorageError(ErrorCode::invalid_input).saying("A directory cannot be moved into itself."));
    const bool same_name = to.node && to.parent() == from.parent() && to.key == from.key;
    if (!to.node || same_name) return {};
    const bool replaceable = to.node->kind != NodeKind::directory;
    if (!replaceable || !command.replace.value_or(false)) return fail(ErrorCode::resource_already_exists);
    const MaybeLease lease = unless_modified(to.node->lease, to.node->tick);
    LAZ_CHECK(check_file_lease(LeaseUse::write, command.destination_lease, lease, now));
    LAZ_CHECK(check_not_copied_to(*to.node));
    if (!command.ignore_read_only.value_or(false)) LAZ_CHECK(check_writable(*to.node));
    return {};
}

/// One entry goes and one comes, whatever stands below.
Result<FilePlace> move(WriteTxn& tx, const FilePlace& from, FilePlace to, const Rename& command, const FileSystemChange& change) {
    const Share& share = from.share();
    const auto parent = find_node(tx, to.parent());
    const Node before = begin_change(tx, share, *from.node);
    Node after = before;
    LAZ_CHECK(apply(tx, share, *parent, change, after));
    if (!command.metadata.empty()) after.metadata = command.metadata.pack();
    if (command.content_type) after.headers.type = *command.content_type;
    remove_entry(tx, share, *from.entry, after.tick);
    if (to.node && to.node->id != after.id) {
        remove_name(tx, to, after.tick);
    } else if (to.entry && (to.entry->dir_id != from.entry->dir_id || to.entry->key != from.entry->key)) {
        --after.links;  // another name of the same file is replaced
        remove_entry(tx, share, *to.entry, after.tick);
    }
    end_change(tx, share, before, after);
    insert_entry(tx, {to.parent(), to.key, to.name, after.id, after.kind, after.tick});
    to.node = after;
    return to;
}

Task<Result<Response>> rename(Exchange& x, bool directory) {
    if (x.version < kRename) co_return fail(bad_parameter("comp", "rename", "There is renaming from version 2021-04-10 on."));
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const Rename command, decode<Rename>(x.request, x.query));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, directory, Absent::is_preserve, Headers::optional));
    LAZ_CO_TRY(const Target source, co_await find_source(x, directory));
    LAZ_CO_TRY(const auto source_path, decode_path(x, source.name, "x-ms-source-allow-trailing-dot"));
    if (source_path.empty()) co_return fail(bad_source(x.request.fields.value_or_empty(kSource)));
    LAZ_CO_TRY(const FilePlace moved, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(const FilePlace from, directory ? require_directory(tx, x.target, source_path) : require_file(tx, x.target, source_path));
        LAZ_CHECK(check_file_lease(LeaseUse::write, command.source_lease, from.node->lease, tx.now()));
        LAZ_CHECK(check_not_copied_to(*from.node));
        LAZ_TRY(const FilePlace to, find_place(tx, x.target, path));
        LAZ_CHECK(check_destination(to, from, command, tx.now()));
        return move(tx, from, to, command, change);
    }));
    Response response;
    add_tick(response, moved.node->tick);
    add_encrypted(response, x.version);
    add_file_system_headers(response, shown_node(x, moved, *moved.node));
    co_return response;
}

}  // namespace

Task<Result<Response>> rename_directory(Exchange& x) {
    Result<Response> response = co_await rename(x, true);
    co_return response;
}

Task<Result<Response>> rename_file(Exchange& x) {
    Result<Response> response = co_await rename(x, false);
    co_return response;
}

}  // namespace lazulite::file
