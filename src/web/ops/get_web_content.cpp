#include "base/error_table.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/kept_blobs.hpp"
#include "service/content_body.hpp"
#include "service/current_properties.hpp"
#include "store/snapshot_cache.hpp"
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

struct Found {
    BlobKey key;
    Blob blob;
    bool missing = false;  ///< the error document, in place of what was asked for
};

/// A page as it is sent.
struct Page {
    std::uint64_t website = 0;  ///< CurrentProperties::serial of the settings that led to it
    Revision tick;
    std::uint64_t size = 0;
    bool smart = false;  ///< in that tier, so that reads of it count
    std::string fields;
    std::string fields_of_whole;              ///< those that only an answer without a range has
    std::shared_ptr<const std::string> body;  ///< null: too long to be kept
};

/// The pages that were asked for lately.
struct KeptPages : SnapshotCache<Page> {
    KeptPages() : SnapshotCache(blob::kMostKeptBytes) {}
};

/// The first of `names` that is there, else the error document.
Result<Found> find_page(ReadTxn& tx, std::string_view container_name, const std::vector<std::string>& names,
                        const std::optional<std::string>& error_document) {
    const auto container = blob::find_container(tx, container_name);
    if (!container) return fail(ErrorCode::web_content_not_found);
    const auto found = [&](const std::string& name) -> std::optional<Found> {
        if (container->hierarchical && blob::segments_of(name).empty()) return std::nullopt;
        BlobKey key = blob::key_of(tx, *container, name);
        auto blob = blob::find_current(tx, key);
        if (!blob || blob->is_directory()) return std::nullopt;
        return Found{std::move(key), *std::move(blob)};
    };
    for (const std::string& name : names) {
        if (auto page = found(name)) return *std::move(page);
    }
    auto page = error_document ? found(*error_document) : std::nullopt;
    if (!page) return fail(ErrorCode::web_content_not_found);
    page->missing = true;
    return *std::move(page);
}

bool is_smart(const Blob& blob) { return blob.tier.set == blob::AccessTier::smart; }

Page page_of(const Blob& blob, ServiceVersion version) {
    Fields fields;
    HeaderEncoder headers(fields);
    const auto text = [&headers](std::string_view name, const std::string& value) {
        if (!value.empty()) headers.header(name, value);
    };
    text("Content-Type", blob.headers.type);
    text("Content-Encoding", blob.headers.encoding);
    text("Content-Language", blob.headers.language);
    text("Cache-Control", blob.headers.cache_control);
    text("Content-Disposition", blob.headers.disposition);
    headers.header("Last-Modified", blob.tick);
    headers.header("Accept-Ranges", std::string_view("bytes"));
    headers.header("ETag", blob::header_etag(blob.tick, version));
    Fields of_whole;
    if (!blob.headers.md5.empty()) of_whole.add("Content-MD5", base64_encode(as_bytes(blob.headers.md5)));
    Page page;
    page.tick = blob.tick;
    page.size = blob.size;
    page.smart = is_smart(blob);
    page.fields = fields.text();
    page.fields_of_whole = of_whole.text();
    return page;
}

struct Answer {
    Response response;
    ResolvedRange range;  ///< of the page, that the answer has
};

/// The answer without its body, unless the page has it. Conditions and ranges are for what was asked for, not for what
/// stands in its place.
Result<Answer> answer_with(const Page& page, const GetWebContent& command, bool missing) {
    Answer answer;
    answer.range = {0, page.size};
    Response& response = answer.response;
    if (!missing) LAZ_CHECK(check_read(command.when, page.tick));
    const bool ranged = command.range && !missing;
    if (missing) {
        const ErrorInfo& error = info(ErrorCode::web_content_not_found);
        response.status = error.status;
        response.reason = error.message;
        response.fields.add("x-ms-error-code", error.name);
    } else if (ranged) {
        LAZ_TRY(answer.range, resolve(*command.range, page.size));
        response.status = 206;
        response.fields.add("Content-Range", content_range(answer.range, page.size));
    }
    response.fields.add_text(page.fields);
    if (!ranged) response.fields.add_text(page.fields_of_whole);
    if (page.body && !ranged) response.set_body(page.body);
    if (page.body && ranged) response.set_body(page.body->substr(answer.range.first, answer.range.length));
    response.content_length = answer.range.length;
    return answer;
}

}  // namespace

Task<Result<Response>> get_web_content(Exchange& x) {
    const std::uint64_t commits = x.store->commits();  // before anything is read
    LAZ_CO_TRY(const auto properties, current_properties(*x.store, x.behaviour));
    const StaticWebsite& website = *properties->values.static_website;
    if (!website.enabled) co_return fail(ErrorCode::web_content_not_found);
    GetWebContent command;
    LAZ_CO_TRY(command.when, decode<blob::Conditions>(x.request, x.query));
    command.range = range_of(x.request.fields);

    auto& pages = x.store->attached<KeptPages>();
    auto [as_of, kept] = pages.find(x.target.name);
    if (kept && kept->website != properties->serial) kept = nullptr;
    const bool may_note = x.account.settings.last_access_time_tracking || (kept && kept->smart);
    if (kept && as_of == commits && !may_note) {
        LAZ_CO_TRY(Answer answer, answer_with(*kept, command, false));
        co_return std::move(answer.response);
    }

    const std::vector<std::string> names =
        pages_for(x.target.name, website.index_document, website.default_index_document_path);
    if (names.empty()) co_return fail(ErrorCode::invalid_uri);
    Response response;
    std::optional<Found> accessed;  // the page that was read, where that has to be noted
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(Found found, find_page(tx, x.target.container, names, website.error_document_404_path));
        const Blob& blob = found.blob;
        LAZ_CHECK(check_online(blob.tier));
        LAZ_CHECK(check_same_encryption(blob.encryption, {}));
        const bool keep = !found.missing && may_be_kept(blob);
        if (!keep || !kept || kept->tick != blob.tick || kept->smart != is_smart(blob)) {
            Page page = page_of(blob, x.version);
            page.website = properties->serial;
            if (keep) {
                LAZ_TRY(std::string body, read_content(*x.store, tx, blob.content, 0, blob.size));
                page.body = std::make_shared<const std::string>(std::move(body));
            }
            kept = std::make_shared<const Page>(std::move(page));
        }
        if (keep) pages.keep(x.target.name, commits, kept, kept->fields.size() + kept->size);
        LAZ_TRY(Answer answer, answer_with(*kept, command, found.missing));
        response = std::move(answer.response);
        if (x.request.method == Method::head) return {};
        if (!kept->body) {
            LAZ_CHECK(set_content_body(response, x.store, tx, blob.content, answer.range.first, answer.range.length));
        }
        if (notes_access(x, found.key.full_name(), blob, tx.now())) accessed = std::move(found);
        return {};
    }));
    if (accessed) {
        // A read does not fail because it could not be noted: the outcome does not matter.
        static_cast<void>(co_await x.store->write([&](WriteTxn& tx) {
            return blob::note_access(tx, x, accessed->key, accessed->blob.tick);
        }));
    }
    co_return response;
}

}  // namespace lazulite::web
