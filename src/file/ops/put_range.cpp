#include "base/text.hpp"
#include "file/ops/file_properties.hpp"
#include "file/ops/operations.hpp"
#include "service/from_url.hpp"
#include "service/receive.hpp"
#include "store/span_map.hpp"
#include "wire/date.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::file {
namespace {

constexpr std::uint64_t kPutRangeLimit = 4ULL << 20;

struct PutRange {
    std::vector<std::string> path;
    LeaseGuard guards;
    ResolvedRange range;
    bool keep_last_written = false;
};

/// The bytes that are written: a range with both ends.
Result<ResolvedRange> written_range(const Request& request) {
    auto text = request.fields.find("x-ms-range");
    if (!text) text = request.fields.find("Range");
    if (!text) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-range"));
    const auto range = parse_range(*text);
    if (!range || !range->last) return fail(bad_header("x-ms-range", *text));
    return ResolvedRange{range->first, *range->last - range->first + 1};
}

Result<PutRange> decode_put_range(const Exchange& x) {
    PutRange command;
    LAZ_TRY(command.path, decode_path(x));
    LAZ_TRY(command.guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_TRY(command.range, written_range(x.request));
    const std::string_view last_written = x.request.fields.value_or_empty("x-ms-file-last-write-time");
    if (last_written.empty() || x.version < kOptionalSmbProperties) return command;
    command.keep_last_written = equals_ignoring_case(last_written, "preserve");
    if (!command.keep_last_written && !equals_ignoring_case(last_written, "now")) {
        return fail(bad_header("x-ms-file-last-write-time", last_written));
    }
    return command;
}

/// The file, when this range of it may be written.
Result<FilePlace> find_range(ReadTxn& tx, const Exchange& x, const PutRange& command) {
    LAZ_TRY(FilePlace place, require_file(tx, x.target, command.path));
    if (place.node->kind != NodeKind::file) return fail(ErrorCode::resource_type_mismatch);
    LAZ_CHECK(check_file_lease(LeaseUse::write, command.guards.lease_id, place.node->lease, tx.now()));
    LAZ_CHECK(check_not_copied_to(*place.node));
    LAZ_CHECK(check_writable(*place.node));
    const std::uint64_t size = place.node->size;
    if (command.range.first >= size || command.range.length > size - command.range.first) return fail(ErrorCode::invalid_range);
    return place;
}

/// What Put Range From URL says the bytes have to be, or must not be. Fails with source_condition_not_met.
Result<> check_source_crc64(const Request& request, std::uint64_t crc64) {
    const auto says = [&request](std::string_view name, std::uint64_t value) -> Result<std::optional<bool>> {
        const std::string_view text = request.fields.value_or_empty(name);
        if (text.empty()) return std::nullopt;
        const auto bytes = base64_decode(text);
        if (!bytes || bytes->size() != sizeof(value)) return fail(bad_header(name, text));
        return std::optional<bool>(text == crc64_text(value));
    };
    LAZ_TRY(const auto same, says("x-ms-source-if-match-crc64", crc64));
    LAZ_TRY(const auto other, says("x-ms-source-if-none-match-crc64", crc64));
    if (same == false || other == true) return fail(ErrorCode::source_condition_not_met);
    return {};
}

/// Saves the file with what `change(tx, Node&)` makes of its content.
template <class Change>
Task<Result<Node>> write_range(Exchange& x, const PutRange& command, Change change) {
    Result<Node> written = co_await x.store->write([&](WriteTxn& tx) -> Result<Node> {
        LAZ_TRY(const FilePlace place, find_range(tx, x, command));
        return change_node(tx, place.share(), *place.node, [&](Node& node) {
            change(tx, node);
            node.changed = node.tick;
            if (!command.keep_last_written) node.last_written = node.tick;
        });
    });
    co_return written;
}

Response written(const Node& node, ServiceVersion version) {
    Response response;
    response.status = 201;
    add_tick(response, node.tick);
    add_encrypted(response, version);
    if (version >= kOptionalSmbProperties) {
        response.fields.add("x-ms-file-last-write-time", format_iso8601(node.last_written));
    }
    return response;
}

}  // namespace

/// And Put Range From URL.
Task<Result<Response>> put_range(Exchange& x) {
    LAZ_CO_TRY(const PutRange command, decode_put_range(x));
    LAZ_CO_TRY(const BodyRules rules, rules_of_write(x, kPutRangeLimit));
    LAZ_CO_TRY(const auto length, length_of_write(x));
    const std::string_view named = is_from_url(x) ? "x-ms-source-range" : "Content-Length";
    if (is_from_url(x) && !length) co_return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", named));
    if (length > kPutRangeLimit) {
        co_return fail(StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(kPutRangeLimit)));
    }
    if (length != command.range.length) co_return fail(bad_header(named, x.request.fields.value_or_empty(named)));
    const auto check = [&](ReadTxn& tx) { return find_range(tx, x, command); };
    LAZ_CO_TRY(Received body, co_await receive_written(x, rules, check));
    if (body.length != command.range.length) {  // a source that ends sooner
        co_return fail(bad_header(named, x.request.fields.value_or_empty(named)));
    }
    if (is_from_url(x)) LAZ_CO_CHECK(check_source_crc64(x.request, body.crc64));
    Source source = body.bytes;
    if (body.range) source = *body.range;
    LAZ_CO_TRY(const Node node, co_await write_range(x, command, [&](WriteTxn& tx, Node& after) {
                   after.content = contents::write_map(tx, after.content, after.size, command.range.first, source);
               }));
    body.keep();

    Response response = written(node, x.version);
    if (body.md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (is_from_url(x)) response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    co_return response;
}

/// Reads as zeros then, and takes no space.
Task<Result<Response>> clear_range(Exchange& x) {
    LAZ_CO_TRY(const PutRange command, decode_put_range(x));
    if (x.request.content_length != 0U) {
        co_return fail(bad_header("Content-Length", x.request.fields.value_or_empty("Content-Length")));
    }
    LAZ_CO_TRY(const Node node, co_await write_range(x, command, [&](WriteTxn& tx, Node& after) {
                   after.content = contents::clear_map(tx, after.content, after.size, command.range.first, command.range.length);
               }));
    co_return written(node, x.version);
}

}  // namespace lazulite::file
