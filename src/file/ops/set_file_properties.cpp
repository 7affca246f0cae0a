#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "store/span_map.hpp"

namespace lazulite::file {
namespace {

struct SetFileProperties {
    LeaseGuard guards;
    FileHeaders headers;  ///< the whole set: what is not given is cleared
    std::optional<std::uint64_t> size;
};

template <class Codec>
void describe(Codec& c, SetFileProperties& m) {
    c.include(m.guards);
    c.include(m.headers);
    describe_size(c, m.size);
}

struct SetFileMetadata {
    LeaseGuard guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetFileMetadata& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

Result<FilePlace> find_written(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path, const LeaseGuard& guards) {
    LAZ_TRY(FilePlace place, require_file(tx, x.target, path));
    LAZ_CHECK(check_file_lease(LeaseUse::write, guards.lease_id, place.node->lease, tx.now()));
    LAZ_CHECK(check_not_copied_to(*place.node));
    return place;
}

}  // namespace

/// What is cut off is gone; what is added reads as zeros.
Task<Result<Response>> set_file_properties(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetFileProperties command, decode<SetFileProperties>(x.request, x.query));
    if (command.size) LAZ_CO_CHECK(check_file_size(*command.size));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, false, Absent::is_preserve));
    LAZ_CO_TRY(const FilePlace set, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_written(tx, x, path, command.guards));
        const bool resized = command.size && *command.size != place.node->size;
        if (resized) LAZ_CHECK(check_writable(*place.node));
        if (resized) LAZ_CHECK(check_growth(tx, place.share(), place.node->size, *command.size));
        const auto parent = find_node(tx, place.parent());
        const Node before = begin_change(tx, place.share(), *place.node);
        Node after = before;
        LAZ_CHECK(apply(tx, place.share(), *parent, change, after));
        after.headers = command.headers;
        after.copy.reset();
        if (resized) {
            after.content = contents::resize_map(tx, after.content, after.size, *command.size);
            after.size = *command.size;
        }
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

Task<Result<Response>> set_file_metadata(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetFileMetadata command, decode<SetFileMetadata>(x.request, x.query));
    LAZ_CO_TRY(const Node set, co_await x.store->write([&](WriteTxn& tx) -> Result<Node> {
        LAZ_TRY(const FilePlace place, find_written(tx, x, path, command.guards));
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
