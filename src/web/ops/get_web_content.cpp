#include "base/error_table.hpp"
#include "blob/ops/common.hpp"
#include "service/content_body.hpp"
#include "service/current_properties.hpp"
#include "web/domain/pages.hpp"
#include "web/ops/operations.hpp"
#include "wire/range.hpp"

namespace lazulite::web {
namespace {

using blob::Blob;
using blob::BlobKey;

struct GetWebContent {
    blob::Conditions when;
    std::optional<ByteRange> range;
};

struct Page {
    BlobKey key;
    Blob blob;
    bool missing = false;  ///< the error document, in place of what was asked for
};

/// The first of `names` that is there, else the error document.
Result<Page> find_page(ReadTxn& tx, std::string_view container_name, const std::vector<std::string>& names,
                       const std::optional<std::string>& error_document) {
    const auto container = blob::find_container(tx, container_name);
    if (!container) return fail(ErrorCode::web_content_not_found);
    BlobKey key{container->root_dir_id, {}};
    for (const std::string& name : names) {
        key.name = name;
        if (auto found = blob::find_current(tx, key)) return Page{std::move(key), *std::move(found)};
    }
    key.name = error_document.value_or("");
    auto found = error_document ? blob::find_current(tx, key) : std::nullopt;
    if (!found) return fail(ErrorCode::web_content_not_found);
    return Page{std::move(key), *std::move(found), true};
}

void add_headers(Response& response, const Blob& page, bool whole, ServiceVersion version) {
    HeaderEncoder headers(response.fields);
    const auto text = [&headers](std::string_view name, const std::string& value) {
        if (!value.empty()) headers.header(name, value);
    };
    text("Content-Type", page.headers.type);
    text("Content-Encoding", page.headers.encoding);
    text("Content-Language", page.headers.language);
    if (whole) text("Content-MD5", base64_encode(as_bytes(page.headers.md5)));
    text("Cache-Control", page.headers.cache_control);
    text("Content-Disposition", page.headers.disposition);
    headers.header("Last-Modified", page.tick);
    headers.header("Accept-Ranges", std::string_view("bytes"));
    headers.header("ETag", blob::header_etag(page.tick, version));
}

/// Conditions and ranges are for what was asked for, not for what stands in its place.
Result<> show(Exchange& x, ReadTxn& tx, const GetWebContent& command, const Page& page, Response& response) {
    const Blob& blob = page.blob;
    if (!page.missing) LAZ_CHECK(check_read(command.when, blob.tick));
    LAZ_CHECK(check_online(blob.tier));
    ResolvedRange range{0, blob.size};
    const bool ranged = command.range && !page.missing;
    if (page.missing) {
        const ErrorInfo& error = info(ErrorCode::web_content_not_found);
        response.status = error.status;
        response.reason = error.message;
        response.fields.add("x-ms-error-code", error.name);
    } else if (ranged) {
        LAZ_TRY(range, resolve(*command.range, blob.size));
        response.status = 206;
        response.fields.add("Content-Range", content_range(range, blob.size));
    }
    add_headers(response, blob, !ranged, x.version);
    response.content_length = range.length;
    if (x.request.method == Method::head) return {};
    return set_content_body(response, x.store, tx, blob.content, range.first, range.length);
}

}  // namespace

Task<Result<Response>> get_web_content(Exchange& x) {
    LAZ_CO_TRY(const auto properties, current_properties(*x.store, x.behaviour));
    const StaticWebsite& website = *properties->values.static_website;
    if (!website.enabled) co_return fail(ErrorCode::web_content_not_found);
    const std::vector<std::string> names =
        pages_for(x.target.name, website.index_document, website.default_index_document_path);
    if (names.empty()) co_return fail(ErrorCode::invalid_uri);
    GetWebContent command;
    LAZ_CO_TRY(command.when, decode<blob::Conditions>(x.request, x.query));
    command.range = range_of(x.request.fields);

    Response response;
    std::optional<Page> accessed;  // the page that was read, where that has to be noted
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(Page page, find_page(tx, x.target.container, names, website.error_document_404_path));
        LAZ_CHECK(show(x, tx, command, page, response));
        const bool read = x.request.method == Method::get;
        if (read && notes_access(page.blob.tier, tx.now())) accessed = std::move(page);
        return {};
    }));
    if (accessed) {
        // A read does not fail because it could not be noted: the outcome does not matter.
        static_cast<void>(co_await x.store->write([&](WriteTxn& tx) {
            return blob::note_access(tx, accessed->key, accessed->blob.tick);
        }));
    }
    co_return response;
}

}  // namespace lazulite::web
