#include "file/ops/file_system_headers.hpp"
#include "file/ops/operations.hpp"

namespace lazulite::file {
namespace {

struct SetDirectoryMetadata {
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetDirectoryMetadata& m) {
    c.metadata(m.metadata);
}

}  // namespace

Task<Result<Response>> set_directory_properties(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, true, Absent::is_preserve));
    LAZ_CO_TRY(const FilePlace set, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, require_directory(tx, x.target, path));
        const auto parent = place.is_root ? place.node : find_node(tx, place.parent());
        const Node before = begin_change(tx, place.share(), *place.node);
        Node after = before;
        LAZ_CHECK(apply(tx, place.share(), *parent, change, after));
        end_change(tx, place.share(), before, after);
        place.node = after;
        return place;
    }));
    Response response;
    add_tick(response, set.node->tick);
    add_encrypted(response, x.version);
    add_file_system_headers(response, shown_node(x, set, *set.node));
    co_return response;
}

Task<Result<Response>> set_directory_metadata(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetDirectoryMetadata command, decode<SetDirectoryMetadata>(x.request, x.query));
    LAZ_CO_TRY(const Node set, co_await x.store->write([&](WriteTxn& tx) -> Result<Node> {
        LAZ_TRY(const FilePlace place, require_directory(tx, x.target, path));
        return change_node(tx, place.share(), *place.node, [&](Node& node) {
            node.metadata = command.metadata.pack();
            node.changed = node.tick;
        });
    }));
    Response response;
    add_tick(response, set.tick);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::file
