#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/set_node.hpp"
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

Result<> check_resize(ReadTxn& tx, const FilePlace& place, std::uint64_t size) {
    if (size == place.node->size) return {};
    LAZ_CHECK(check_writable(*place.node));
    return check_growth(tx, place.share(), place.node->size, size);
}

/// What is cut off is gone; what is added reads as zeros.
void resize(WriteTxn& tx, Node& node, std::uint64_t size) {
    if (size == node.size) return;
    node.content = contents::resize_map(tx, node.content, node.size, size);
    node.size = size;
}

}  // namespace

Task<Result<Response>> set_file_properties(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetFileProperties command, decode<SetFileProperties>(x.request, x.query));
    if (command.size) LAZ_CO_CHECK(check_file_size(*command.size));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, false, Absent::is_preserve));
    const auto find = [&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_written(tx, x, path, command.guards));
        if (command.size) LAZ_CHECK(check_resize(tx, place, *command.size));
        return place;
    };
    const auto set = [&](WriteTxn& tx, Node& node) {
        node.headers = command.headers;
        node.copy.reset();
        if (command.size) resize(tx, node, *command.size);
    };
    Result<Response> response = co_await set_properties(x, change, find, set);
    co_return response;
}

Task<Result<Response>> set_file_metadata(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetFileMetadata command, decode<SetFileMetadata>(x.request, x.query));
    Result<Response> response =
        co_await set_metadata(x, command.metadata, [&](WriteTxn& tx) { return find_written(tx, x, path, command.guards); });
    co_return response;
}

}  // namespace lazulite::file
