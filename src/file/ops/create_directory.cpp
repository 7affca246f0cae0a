#include "file/ops/file_system_headers.hpp"
#include "file/ops/operations.hpp"

namespace lazulite::file {
namespace {

struct CreateDirectory {
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, CreateDirectory& m) {
    c.metadata(m.metadata);
}

}  // namespace

Task<Result<Response>> create_directory(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const CreateDirectory command, decode<CreateDirectory>(x.request, x.query));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, true, Absent::is_default));
    LAZ_CO_TRY(const FilePlace made, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_place(tx, x.target, path));
        if (place.node) return fail(ErrorCode::resource_already_exists);
        const auto parent = find_node(tx, place.parent());
        Node node;
        node.id = tx.next_id();
        node.kind = NodeKind::directory;
        node.tick = node.made = tx.next_tick();
        node.attributes = kNewDirectory;
        node.metadata = command.metadata.pack();
        LAZ_CHECK(apply(tx, place.share(), *parent, change, node));
        insert_node(tx, place.share(), node);
        insert_entry(tx, {place.parent(), place.key, place.name, node.id, node.kind, node.tick});
        place.node = node;
        return place;
    }));
    Response response;
    response.status = 201;
    add_tick(response, made.node->tick);
    add_encrypted(response, x.version);
    add_file_system_headers(response, shown_node(x, made, *made.node));
    co_return response;
}

}  // namespace lazulite::file
