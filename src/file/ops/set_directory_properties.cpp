#include "file/ops/operations.hpp"
#include "file/ops/set_node.hpp"

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
    Result<Response> response = co_await set_properties(
        x, change, [&](WriteTxn& tx) { return require_directory(tx, x.target, path); }, [](WriteTxn&, Node&) {});
    co_return response;
}

Task<Result<Response>> set_directory_metadata(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const SetDirectoryMetadata command, decode<SetDirectoryMetadata>(x.request, x.query));
    Result<Response> response =
        co_await set_metadata(x, command.metadata, [&](WriteTxn& tx) { return require_directory(tx, x.target, path); });
    co_return response;
}

}  // namespace lazulite::file
