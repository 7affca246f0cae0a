#include "base/text.hpp"
#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "service/content_body.hpp"
#include "service/overridden_headers.hpp"
#include "service/receive.hpp"
#include "wire/range.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::file {
namespace {

constexpr std::uint64_t kRangeHashLimit = 4ULL << 20;

struct GetFile {
    LeaseGuard guards;
    std::optional<bool> range_md5;
};

template <class Codec>
void describe(Codec& c, GetFile& m) {
    c.include(m.guards);
    c.header("x-ms-range-get-content-md5", m.range_md5);
}

/// An MD5 of a range is made for at most 4 MiB, and never without a range.
Result<> check_hash(const GetFile& command, bool ranged, std::uint64_t length) {
    if (!command.range_md5.value_or(false)) return {};
    if (!ranged) return fail(bad_header("x-ms-range-get-content-md5", "true"));
    if (length > kRangeHashLimit) return fail(ErrorCode::out_of_range_input);
    return {};
}

/// The file or symbolic link that is shown, in the state that is asked for.
Result<FilePlace> find_shown(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path, const AsOf& as_of,
                             const LeaseGuard& guards) {
    LAZ_TRY(FilePlace place, require_file(tx, x.target, path, as_of));
    if (!as_of) LAZ_CHECK(check_file_lease(LeaseUse::read, guards.lease_id, place.node->lease, tx.now()));
    return place;
}

Result<FilePlace> find_read(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path, const AsOf& as_of,
                            const LeaseGuard& guards) {
    LAZ_TRY(FilePlace place, find_shown(tx, x, path, as_of, guards));
    if (place.node->kind != NodeKind::file) return fail(ErrorCode::resource_type_mismatch);
    return place;
}

void show(Response& response, const Exchange& x, const FilePlace& place, Instant now) {
    Node node = *place.node;
    override_headers(x, node.headers);
    HeaderEncoder encoder(response.fields);
    describe(encoder, ShownFile{node, x.version, now, !place.view.snapshot});
    add_file_system_headers(response, shown_node(x, place, node));
    encoder.metadata(Metadata::unpack(node.metadata).value_or(Metadata{}));
}

}  // namespace

Task<Result<Response>> get_file(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const GetFile command, decode<GetFile>(x.request, x.query));
    LAZ_CO_TRY(const bool structured, is_structured(x.request));
    const std::optional<ByteRange> asked = range_of(x.request.fields);

    Response response;
    const auto read = [&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const FilePlace place, find_read(tx, x, path, as_of, command.guards));
        const Node& node = *place.node;
        ResolvedRange range{0, node.size};
        if (asked) {
            LAZ_TRY(range, resolve(*asked, node.size));
            response.status = 206;
            response.fields.add("Content-Range", content_range(range, node.size));
        }
        LAZ_CHECK(check_hash(command, asked.has_value(), range.length));
        show(response, x, place, tx.now());
        response.fields.add("Accept-Ranges", "bytes");
        const std::string stored = base64_encode(as_bytes(node.headers.md5));
        if (!stored.empty()) response.fields.add(asked ? "x-ms-content-md5" : "Content-MD5", stored);
        if (!command.range_md5.value_or(false)) {
            return set_content_body(response, x.store, tx, node.content, range.first, range.length);
        }
        LAZ_TRY(std::string bytes, read_content(*x.store, tx, node.content, range.first, range.length));
        Md5 md5;
        md5.update(as_bytes(bytes));
        response.fields.add("Content-MD5", md5_text(md5.finish()));
        response.set_body(std::move(bytes));
        return {};
    };
    if (command.range_md5.value_or(false)) {
        LAZ_CO_CHECK(co_await run_on(x.workers, [&] { return x.store->read(read); }));
    } else {
        LAZ_CO_CHECK(x.store->read(read));
    }
    if (structured) make_structured(response);
    co_return response;
}

Task<Result<Response>> get_file_properties(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const FilePlace place, x.store->read([&](ReadTxn& tx) { return or_absent(find_shown(tx, x, path, as_of, guards)); }));
    Response response;
    response.content_length = place.node->size;
    show(response, x, place, x.store->now());
    const std::string stored = base64_encode(as_bytes(place.node->headers.md5));
    if (!stored.empty()) response.fields.add("Content-MD5", stored);
    co_return response;
}

Task<Result<Response>> get_file_metadata(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const FilePlace place, x.store->read([&](ReadTxn& tx) { return find_read(tx, x, path, as_of, guards); }));
    Response response;
    add_tick(response, place.node->tick);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(place.node->metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::file
