#include "file/ops/file_properties.hpp"
#include "file/ops/new_file.hpp"
#include "file/ops/operations.hpp"
#include "service/receive.hpp"
#include "store/span_map.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::file {
namespace {

constexpr std::uint64_t kMostDataOnCreation = 4ULL << 20;

struct CreateFile {
    LeaseGuard guards;
    std::uint64_t size = 0;
    FileHeaders headers;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, CreateFile& m) {
    c.include(m.guards);
    describe_size(c, m.size);
    c.include(m.headers);
    c.metadata(m.metadata);
}

/// The plain headers of HTTP say the same where those of their own are not given.
FileHeaders stored_headers(const Exchange& x, FileHeaders headers) {
    const auto otherwise = [&x](std::string_view name, std::string& value) {
        if (value.empty()) value = x.request.fields.value_or_empty(name);
    };
    otherwise("Content-Type", headers.type);
    otherwise("Content-Encoding", headers.encoding);
    otherwise("Content-Language", headers.language);
    otherwise("Cache-Control", headers.cache_control);
    if (headers.type.empty()) headers.type = kDefaultContentType;
    return headers;
}

}  // namespace

Result<> check_file_size(std::uint64_t size) {
    if (size <= kLargestFile) return {};
    return fail(ErrorCode::out_of_range_input);
}

Result<> check_growth(ReadTxn& tx, const Share& share, std::uint64_t before, std::uint64_t after) {
    if (after <= before) return {};
    return check_quota(share.properties.quota_gib, usage_of(tx, share.id).live, after - before);
}

/// Reads as zeros until ranges are put. Over a file it takes that one's place and keeps its id and its lease.
Task<Result<Response>> create_file(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(CreateFile command, decode<CreateFile>(x.request, x.query));
    LAZ_CO_CHECK(check_file_size(command.size));
    LAZ_CO_TRY(const FileSystemChange change, decode_file_system_change(x, false, Absent::is_default));
    command.headers = stored_headers(x, std::move(command.headers));
    const bool has_data = x.request.content_length != 0U;
    if (has_data && x.version < kDataOnCreation) {
        co_return fail(bad_header("Content-Length", x.request.fields.value_or_empty("Content-Length")));
    }
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) { return find_place_of_new(tx, x, path, command.guards, command.size); }));

    Received data;
    if (has_data) {
        LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostDataOnCreation, x.version));
        LAZ_CO_TRY(data, co_await receive_content(x, rules));
        if (data.length > command.size) co_return fail(bad_header("x-ms-content-length", std::to_string(command.size)));
    }
    const auto make = [&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace place, find_place_of_new(tx, x, path, command.guards, command.size));
        const auto parent = find_node(tx, place.parent());
        NewFile file = begin_new(tx, place);
        Node& node = file.node;
        node.size = command.size;
        node.headers = command.headers;
        node.metadata = command.metadata.pack();
        LAZ_CHECK(apply(tx, place.share(), *parent, change, node));
        Source source = data.bytes;
        if (data.range) source = *data.range;
        if (data.length > 0) node.content = contents::write_map(tx, {}, node.size, 0, source);
        end_new(tx, file, place);
        return place;
    };
    LAZ_CO_TRY(const FilePlace made, co_await x.store->write(make));
    data.keep();

    Response response;
    response.status = 201;
    add_tick(response, made.node->tick);
    add_encrypted(response, x.version);
    if (data.md5) response.fields.add("Content-MD5", md5_text(*data.md5));
    if (data.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_file_system_headers(response, shown_node(x, made, *made.node));
    co_return response;
}

}  // namespace lazulite::file
