#include <utility>

#include "file/ops/copy_transfer.hpp"
#include "file/ops/file_properties.hpp"
#include "file/ops/new_file.hpp"
#include "file/ops/operations.hpp"
#include "file/rows/copies.hpp"
#include "service/copy_transfer.hpp"
#include "wire/date.hpp"

namespace lazulite::file {
namespace {

constexpr std::size_t kMostPermissionAnswer = 64 << 10;

struct CopyFile {
    std::vector<std::string> path;
    LeaseGuard guards;
    Metadata metadata;
    std::optional<bool> ignore_read_only;
    std::optional<bool> set_archive;
    FileSystemChange change;
};

template <class Codec>
void describe(Codec& c, CopyFile& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
    c.header("x-ms-file-copy-ignore-readonly", m.ignore_read_only);
    c.header("x-ms-file-copy-set-archive", m.set_archive);
}

Result<CopyFile> decode_copy_file(const Exchange& x) {
    LAZ_TRY(CopyFile command, decode<CopyFile>(x.request, x.query));
    LAZ_TRY(command.path, decode_path(x));
    LAZ_TRY(command.change, decode_file_system_change(x, false, Absent::is_default_of_copy, Headers::optional));
    if (x.version < kCopySmbProperties) command.ignore_read_only = command.set_archive = std::nullopt;
    if (x.request.content_length.value_or(0) != 0) {
        return fail(bad_header("Content-Length", std::to_string(*x.request.content_length)));
    }
    return command;
}

Result<FilePlace> find_destination(ReadTxn& tx, const Exchange& x, const CopyFile& command, std::uint64_t size) {
    return find_place_of_new(tx, x, command.path, command.guards, size, command.ignore_read_only.value_or(false));
}

/// Where the source stands in this account's own shares.
struct OwnSource {
    Target target;
    std::vector<std::string> path;
    AsOf as_of;
};
Result<std::optional<OwnSource>> own_source(const Exchange& x, const CopySource& source) {
    const auto& here = source.here();
    if (!here || here->service != x.target.service || here->account != x.target.account) return std::nullopt;
    OwnSource own{*here, {}, {}};
    LAZ_TRY(own.path, decode_path(x, here->name, "x-ms-source-allow-trailing-dot"));
    LAZ_TRY(own.as_of, decode_snapshot(source.query()));
    return std::optional(std::move(own));
}

/// What the source says of itself. Of the account's own files that are not there the code is that of reading them.
Task<Result<OutgoingAnswer>> ask_source(const Exchange& x, const CopySource& source, const std::optional<OwnSource>& own) {
    Result<OutgoingAnswer> answer = co_await source.fetch(Method::head, {}, Fields());
    if (answer || !own) co_return answer;
    LAZ_CO_TRY(const OutgoingAnswer refusal, co_await source.ask(Method::head, {}, Fields()));
    if (refusal.status == 404) {
        LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) { return require_file(tx, own->target, own->path, own->as_of); }));
    }
    co_return answer;
}

Instant time_of(const Fields& fields, std::string_view name) {
    return parse_iso8601(fields.find(name).value_or("")).value_or(Instant());
}

/// What the head of an answer says of a source: what a copy of it begins with. Anything else than a file has no more than
/// headers and metadata.
Node node_of(const Fields& fields) {
    Node node;
    node.headers = source_headers<FileHeaders>(fields, kDefaultContentType);
    if (const auto metadata = parse_metadata(views_of(fields))) node.metadata = metadata->pack();
    node.attributes = Attributes::parse(fields.find("x-ms-file-attributes").value_or("None"), false).value_or(kNewFile);
    node.created = time_of(fields, "x-ms-file-creation-time");
    node.last_written = time_of(fields, "x-ms-file-last-write-time");
    node.changed = time_of(fields, "x-ms-file-change-time");
    const auto mode = parse_mode(fields.find("x-ms-mode").value_or(""));
    const auto owner = parse_number<std::uint32_t>(fields.find("x-ms-owner").value_or(""));
    const auto group = parse_number<std::uint32_t>(fields.find("x-ms-group").value_or(""));
    if (mode && owner && group) node.nfs = NfsProperties{*mode, *owner, *group};
    return node;
}

/// The permission of a source as text: elsewhere its key says nothing.
Task<Result<std::string>> source_permission(const CopySource& source, const Fields& head) {
    Fields fields;
    fields.add("x-ms-file-permission-key", head.find("x-ms-file-permission-key").value_or(""));
    LAZ_CO_TRY(const OutgoingAnswer answer,
               co_await source.ask_container("restype=share&comp=filepermission", std::move(fields)));
    if (answer.status != 200) {
        co_return fail(refused_by_source(answer.status, answer.reason, answer.fields.find("x-ms-error-code").value_or("")));
    }
    LAZ_CO_TRY(const std::string body, co_await read_text(*answer.body, kMostPermissionAnswer));
    Result<std::string> text = parse_permission(body, PermissionFormat::sddl, PermissionUse::as_given);
    co_return text;
}

bool keeps_permission(const CopyFile& command) {
    return std::holds_alternative<FileSystemChange::Preserve>(command.change.permission);
}

/// The permission of a file of the same account, as a share knows it from now on.
std::optional<PermissionKey> permission_in(WriteTxn& tx, const Share& share, const FilePlace& from) {
    const auto& key = from.node->permission;
    if (!key || from.share().id == share.id) return key;
    const auto text = find_permission(tx, from.share().id, *key);
    return text ? std::optional(insert_permission(tx, share.id, *text)) : std::nullopt;
}

/// Makes `file` what the request says, given what it has of its source: all but its content and the copy itself.
Result<> set_copied(WriteTxn& tx, const FilePlace& place, const CopyFile& command, const Node& from, Node& node) {
    if (!command.change.of_source.empty() && from.created == Instant()) {
        return fail(bad_header(command.change.of_source, "source"));
    }
    node.headers = from.headers;
    node.metadata = command.metadata.empty() ? from.metadata : command.metadata.pack();
    node.attributes = from.attributes;
    node.created = from.created;
    node.last_written = from.last_written;
    node.changed = from.changed;
    node.permission = from.permission;
    node.nfs = from.nfs;
    const auto parent = find_node(tx, place.parent());
    LAZ_CHECK(apply(tx, place.share(), *parent, command.change, node));
    if (command.set_archive.value_or(false)) node.attributes = node.attributes.with(Attributes::archive);
    return {};
}

/// Shows the bytes of the source once more. Nothing where it is no longer what its ETag says.
Result<std::optional<Node>> copy_here(WriteTxn& tx, const Exchange& x, const CopyFile& command, const CopySource& source,
                                      const OwnSource& own, std::string_view etag) {
    const auto from = require_file(tx, own.target, own.path, own.as_of);
    if (!from || etag_text(from->node->tick) != without_quotes(etag)) return std::nullopt;
    LAZ_CHECK(check_not_copied_to(*from->node));
    LAZ_TRY(FilePlace place, find_destination(tx, x, command, from->node->size));
    NewFile file = begin_new(tx, place);
    Node& node = file.node;
    node.size = from->node->size;
    Node shown = *from->node;
    if (keeps_permission(command)) shown.permission = permission_in(tx, place.share(), *from);
    LAZ_CHECK(set_copied(tx, place, command, shown, node));
    // A file that is copied onto itself shows these bytes already.
    const ContentRef& content = from->node->content;
    const bool shows = file.before && file.before->content.encode() == content.encode();
    if (!content.empty()) node.content = shows ? content : contents::share(tx, content, node.size);
    node.copy.emplace();
    start_copy(*node.copy, source, node.size);
    node.copy->succeed(node.tick);
    end_new(tx, file, place);
    return std::optional(std::move(node));
}

/// Makes the file that a transfer then fills. It has its length from now on, and reads as zeros.
Result<Node> begin_transfer(WriteTxn& tx, const Exchange& x, const CopyFile& command, const Node& from, FileTransfer& transfer) {
    LAZ_TRY(FilePlace place, find_destination(tx, x, command, transfer.copy.total));
    NewFile file = begin_new(tx, place);
    Node& node = file.node;
    node.size = transfer.copy.total;
    LAZ_CHECK(set_copied(tx, place, command, from, node));
    transfer.copy.transfer->began = node.tick;
    transfer.share_id = place.share().id;
    transfer.node_id = node.id;
    node.copy = transfer.copy;
    watch_copy(tx, place.share(), node);
    end_new(tx, file, place);
    return node;
}

Task<Result<Node>> copy_from_elsewhere(Exchange& x, CopyFile& command, std::shared_ptr<const CopySource> source,
                                       const OutgoingAnswer& head) {
    if (x.background == nullptr) co_return fail(ErrorCode::not_implemented);
    if (!head.length) {
        co_return fail(StorageError(ErrorCode::cannot_verify_copy_source).saying("The copy source does not say its length."));
    }
    if (*head.length > kLargestFile) {
        co_return fail(StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(kLargestFile)));
    }
    if (head.fields.find("x-ms-access-tier") == "Archive") co_return fail(ErrorCode::blob_archived);
    const bool keyed = head.fields.find("x-ms-file-permission-key").has_value();
    if (keyed && keeps_permission(command)) {
        LAZ_CO_TRY(std::string permission, co_await source_permission(*source, head.fields));
        command.change.permission = std::move(permission);
    }
    LastCopy copy;
    start_pending_copy(copy, *source, *head.length, std::string(head.fields.find("ETag").value_or("")), x.target.endpoint());
    FileTransfer transfer{.store = x.store,
                          .share = x.target.container,
                          .copy = std::move(copy),
                          .source = std::move(source),
                          .background = *x.background};
    const Node from = node_of(head.fields);
    LAZ_CO_TRY(Node node, co_await x.store->write([&](WriteTxn& tx) { return begin_transfer(tx, x, command, from, transfer); }));
    x.background->run(move_bytes(std::move(transfer)));
    co_return node;
}

}  // namespace

/// From the shares of the same account the copy is done at once, and no byte moves; from elsewhere, which the account's blobs
/// are too, it is pending while its bytes come.
Task<Result<Response>> copy_file(Exchange& x) {
    LAZ_CO_TRY(CopyFile command, decode_copy_file(x));
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) { return find_destination(tx, x, command, 0); }));
    LAZ_CO_TRY(const auto source, CopySource::of(x));
    LAZ_CO_TRY(const auto own, own_source(x, *source));

    std::optional<Node> copied;
    while (!copied) {
        LAZ_CO_TRY(const OutgoingAnswer head, co_await ask_source(x, *source, own));
        if (!own) {
            LAZ_CO_TRY(copied, co_await copy_from_elsewhere(x, command, source, head));
            continue;
        }
        const std::string etag(head.fields.find("ETag").value_or(""));
        LAZ_CO_TRY(copied, co_await x.store->write([&](WriteTxn& tx) {
                       return copy_here(tx, x, command, *source, *own, etag);
                   }));
    }

    Response response;
    response.status = 202;
    add_tick(response, copied->tick);
    response.fields.add("x-ms-copy-id", copied->copy->id);
    response.fields.add("x-ms-copy-status", name_of(copied->copy->status));
    co_return response;
}

/// Leaves a file without bytes, with the metadata of the copy.
Task<Result<Response>> abort_copy_file(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const std::string id, decode_copy_id(x.query));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const FilePlace place, require_file(tx, x.target, path));
        const Node& pending = *place.node;
        LAZ_CHECK(check_file_lease(LeaseUse::write, guards.lease_id, pending.lease, tx.now()));
        LAZ_CHECK(check_abort(pending.copy ? &*pending.copy : nullptr, id));
        forget_copy(tx, *pending.copy);
        change_node(tx, place.share(), pending, [&tx](Node& node) {
            set_ended(node);
            node.copy->end(CopyStatus::aborted, tx.now());
        });
        return {};
    }));
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace lazulite::file
