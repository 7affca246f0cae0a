#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "wire/uri.hpp"

namespace lazulite::file {
namespace {

constexpr std::string_view kTarget = "x-ms-file-target-file";
constexpr std::string_view kLinkText = "x-ms-link-text";
constexpr std::size_t kLongestLinkText = 4096;

struct CreateSymbolicLink {
    LeaseGuard guards;
    std::string text;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, CreateSymbolicLink& m) {
    c.include(m.guards);
    c.header(kLinkText, m.text);
    c.metadata(m.metadata);
}

struct CreateHardLink {
    LeaseGuard guards;
    std::string target;
};

template <class Codec>
void describe(Codec& c, CreateHardLink& m) {
    c.include(m.guards);
    c.header(kTarget, m.target);
}

/// Where a link may be made: on an NFS share, where nothing stands.
Result<FilePlace> find_place_of_link(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path) {
    LAZ_TRY(FilePlace place, find_place(tx, x.target, path));
    if (place.share().properties.protocol != Protocol::nfs) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", "restype")
                        .with("QueryParameterValue", x.query.value_or_empty("restype"))
                        .with("Reason", "Links are of shares whose protocol is NFS."));
    }
    if (place.node) return fail(ErrorCode::resource_already_exists);
    return place;
}

Response created(const Exchange& x, const FilePlace& place) {
    Response response;
    response.status = 201;
    add_tick(response, place.node->tick);
    add_encrypted(response, x.version);
    add_file_system_headers(response, shown_node(x, place, *place.node));
    return response;
}

}  // namespace

Task<Result<Response>> create_symbolic_link(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const CreateSymbolicLink command, decode<CreateSymbolicLink>(x.request, x.query));
    const auto target = percent_decode(command.text);
    if (!target || target->empty() || target->size() > kLongestLinkText || !is_utf8(*target)) {
        co_return fail(bad_header(kLinkText, command.text));
    }
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, false, Absent::is_default));
    LAZ_CO_TRY(const FilePlace made, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_place_of_link(tx, x, path));
        const auto parent = find_node(tx, place.parent());
        Node node;
        node.id = tx.next_id();
        node.kind = NodeKind::symbolic_link;
        node.tick = node.made = tx.next_tick();
        node.link_target = *target;
        node.metadata = command.metadata.pack();
        LAZ_CHECK(apply(tx, place.share(), *parent, change, node));
        insert_node(tx, place.share(), node);
        insert_entry(tx, {place.parent(), place.key, place.name, node.id, node.kind, node.tick});
        place.node = node;
        return place;
    }));
    co_return created(x, made);
}

Task<Result<Response>> get_symbolic_link(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const FilePlace place, x.store->read([&](ReadTxn& tx) { return require_file(tx, x.target, path, as_of); }));
    if (place.node->kind != NodeKind::symbolic_link) co_return fail(ErrorCode::resource_type_mismatch);
    Response response;
    add_tick(response, place.node->tick);
    response.fields.add(kLinkText, percent_encode(place.node->link_target, "/"));
    co_return response;
}

/// One more name for a file, which goes with the last of them.
Task<Result<Response>> create_hard_link(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const CreateHardLink command, decode<CreateHardLink>(x.request, x.query));
    std::string_view target = command.target;
    while (target.starts_with('/')) target.remove_prefix(1);
    LAZ_CO_TRY(const auto target_path, split_path(target, TrailingDots::kept));
    LAZ_CO_TRY(const FilePlace made, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_place_of_link(tx, x, path));
        LAZ_TRY(const FilePlace from, require_file(tx, x.target, target_path));
        if (from.node->kind != NodeKind::file) return fail(ErrorCode::resource_type_mismatch);
        LAZ_CHECK(check_file_lease(LeaseUse::write, command.guards.lease_id, from.node->lease, tx.now()));
        place.node = change_node(tx, place.share(), *from.node, [](Node& node) {
            ++node.links;
            node.changed = node.tick;
        });
        insert_entry(tx, {place.parent(), place.key, place.name, place.node->id, place.node->kind, place.node->tick});
        return place;
    }));
    co_return created(x, made);
}

}  // namespace lazulite::file
