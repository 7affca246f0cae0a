#include <cstring>

#include "base/ids.hpp"
#include "blob/ops/events.hpp"
#include "service/from_url.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/source_blob.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "service/long_read.hpp"

// The two operations that make a whole block blob of a source before they answer.

namespace lazulite::blob {
namespace {

constexpr std::uint64_t kCopyLimit = 256 * kMiB;

enum class SourceTags : std::uint8_t { replace, copy };
constexpr auto kSourceTags = std::to_array<Named<SourceTags>>({{SourceTags::replace, "REPLACE"}, {SourceTags::copy, "COPY"}});
constexpr std::span<const Named<SourceTags>> names_of(SourceTags) { return kSourceTags; }

struct BlobFromUrl {
    NewBlob blob;
    std::optional<bool> copies_properties;  ///< of Put Blob From URL
    std::optional<SourceTags> tags;
};

template <class Codec>
void describe(Codec& c, BlobFromUrl& m) {
    c.include(m.blob);
    c.header("x-ms-copy-source-blob-properties", m.copies_properties);
    c.header("x-ms-copy-source-tag-option", m.tags);
}

/// What the request gives of these is the request's; what it does not, the source's.
ContentHeaders merged(const ContentHeaders& given, ContentHeaders headers) {
    const auto take = [](const std::string& from, std::string& to) {
        if (!from.empty()) to = from;
    };
    take(given.type, headers.type);
    take(given.encoding, headers.encoding);
    take(given.language, headers.language);
    take(given.cache_control, headers.cache_control);
    take(given.disposition, headers.disposition);
    if (headers.type.empty()) headers.type = kDefaultContentType;
    return headers;
}

/// What is to be made.
struct Wish {
    BlobFromUrl command;
    bool copies = false;  ///< Copy Blob From URL, whose source is a block blob or no blob; else Put Blob From URL
    std::optional<AccessTier> tier;
    BodyRules rules;
    Protection protection;
    std::shared_ptr<const CopySource> source;
};

struct Made {
    Instant tick;
    std::optional<Instant> version;
    std::string copy_id;
    Encryption encryption;
    std::optional<Md5Digest> md5;
    std::uint64_t crc64 = 0;
};

/// What the bytes are, wherever they are.
struct Bytes {
    std::uint64_t length = 0;
    std::uint64_t crc64 = 0;
    std::optional<Md5Digest> md5;
};

ContentHeaders headers_of(const Exchange& x, const Wish& wish, const SourceBlob& from, const Bytes& bytes) {
    ContentHeaders headers = from.headers;
    if (!wish.copies) {
        const bool takes = wish.command.copies_properties.value_or(true);
        headers = merged(wish.command.blob.headers, takes ? from.headers : ContentHeaders());
        headers.md5.clear();
    }
    keep_known(headers, x.version);
    if (headers.md5.empty() && bytes.md5) {
        headers.md5.assign(reinterpret_cast<const char*>(bytes.md5->data()), bytes.md5->size());
    }
    return headers;
}

/// `content(place)` gives what the blob names, once everything else is well.
template <class Content>
Result<Made> make(WriteTxn& tx, const Exchange& x, const Wish& wish, const SourceBlob& from, const Bytes& bytes,
                  const std::string& tags, Content content) {
    const NewBlob& wanted = wish.command.blob;
    LAZ_TRY(Place place, find_place(tx, x.target));
    LAZ_CHECK(check_place(tx, x, place, wanted, BlobType::block));
    Blob blob = blob_in_place_of(tx, x, place, BlobType::block);
    blob.size = bytes.length;
    blob.headers = headers_of(x, wish, from, bytes);
    blob.metadata = wanted.metadata.empty() && wish.copies ? from.metadata : wanted.metadata.pack();
    blob.tags = tags;
    LAZ_CHECK(guard(x, place, wanted, tx.now(), blob));
    blob.tier = tier_of_new(wish.tier, place.blob ? std::optional(place.blob->tier) : std::nullopt, tx.now());
    if (wish.copies) {
        Copy& copy = blob.copy.emplace();
        copy.id = Guid::random().text();
        copy.source = wish.source->shown_url();
        copy.done = copy.total = bytes.length;
        copy.completed = blob.tick;
    }
    blob.content = content(place);
    drop_staged_set(tx, place.key);
    const Changed changed = change_blob(tx, wish.protection, Change::replace, place.key, place.blob, blob, blob.tick);
    blob.version = changed.version;
    note(tx, x, place.container, {EventType::created, place.blob, blob, {}, changed.soft_deleted});
    return Made{blob.tick, blob.version, blob.copy ? blob.copy->id : std::string(), blob.encryption, bytes.md5, bytes.crc64};
}

Task<Result<Made>> receive_blob(Exchange& x, const Wish& wish, const OutgoingAnswer& answer, const SourceBlob& from,
                                const std::string& tags) {
    LAZ_CO_TRY(Received body, co_await receive_answer(x, wish.rules, answer, std::nullopt));
    const Bytes bytes{body.length, body.crc64, body.md5};
    LAZ_CO_TRY(Made made, co_await x.store->write([&](WriteTxn& tx) {
                   return make(tx, x, wish, from, bytes, tags, [&](const Place&) {
                       if (body.range) return contents::create_embedded(tx, *body.range);
                       return body.length > 0 ? contents::create_inline(tx, body.bytes) : ContentRef();
                   });
               }));
    body.keep();
    co_return made;
}

/// Whether these are the bytes that were asked for.
bool is_still(const Result<Found>& found, const SourceBlob& from) {
    return found && etag_text(found->blob.tick) == without_quotes(from.etag);
}

/// The bytes that `answer` brings stand in this account already: they are shown once more, and read only where their MD5 is
/// owed and not known. Nothing where the source has changed meanwhile, or cannot be shown this way.
Task<Result<std::optional<Made>>> share_blob(Exchange& x, const Wish& wish, const OutgoingAnswer& answer,
                                             const SourceBlob& from, const std::string& tags, const Target& at) {
    LAZ_CO_TRY(const Which which, decode_which(wish.source->query()));
    Bytes bytes;
    bytes.length = answer.length.value_or(0);
    LAZ_CO_CHECK(check_length(bytes.length, wish.rules.most_bytes));
    using Crc = std::optional<std::uint64_t>;
    bool many = false;  // blocks
    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Crc>> {
        const auto found = require_blob(tx, at, which);
        if (!is_still(found, from)) return Crc();
        many = contents::many_blocks(tx, found->blob.content);
        if (effort == Effort::little && many) return std::nullopt;
        return contents::crc64_of(tx, found->blob.content, found->blob.size);
    };
    LAZ_CO_TRY(const Crc crc64, co_await long_read(x, read));
    if (!crc64) co_return std::nullopt;
    bytes.crc64 = *crc64;
    if (wish.rules.expected_md5 || (!wish.copies && from.headers.md5.empty())) {
        LAZ_CO_TRY(bytes.md5, co_await md5_of(x, *answer.body));
    } else if (from.headers.md5.size() == sizeof(Md5Digest)) {
        std::memcpy(bytes.md5.emplace().data(), from.headers.md5.data(), sizeof(Md5Digest));
    }
    LAZ_CO_CHECK(check_hashes(wish.rules, bytes.md5, bytes.crc64));
    const auto share = [&](WriteTxn& tx) -> Result<std::optional<Made>> {
        const auto found = require_blob(tx, at, which);
        if (!is_still(found, from)) return std::nullopt;
        LAZ_CHECK(check_file(found->blob));
        LAZ_TRY(Made shared, make(tx, x, wish, from, bytes, tags, [&](const Place& place) {
                    return content_of_copy(tx, place, *found, !wish.copies);
                }));
        return std::optional(std::move(shared));
    };
    std::optional<Made> made;
    if (many && !wish.copies) {
        LAZ_CO_TRY(made, co_await x.store->write_large(share));
    } else {
        LAZ_CO_TRY(made, co_await x.store->write(share));
    }
    co_return made;
}

Task<Result<Made>> fetch_blob(Exchange& x, const Wish& wish) {
    const bool copies_tags = wish.command.tags == SourceTags::copy;
    bool may_share = true;
    while (true) {
        LAZ_CO_TRY(const OutgoingAnswer answer, co_await wish.source->fetch(Method::get, {}, source_conditions(x.request)));
        const SourceBlob from = source_blob(answer.fields);
        if (wish.copies && from.type.value_or(BlobType::block) != BlobType::block) {
            co_return fail(ErrorCode::invalid_source_blob_type);
        }
        std::string tags = wish.command.blob.tags;
        if (copies_tags) {
            LAZ_CO_TRY(tags, co_await source_tags(*wish.source));
        }
        const bool has_blocks = from.type == BlobType::block || from.type == BlobType::append;
        const auto at = may_share && has_blocks ? in_this_store(x, *wish.source) : std::nullopt;
        if (!at) {
            Result<Made> made = co_await receive_blob(x, wish, answer, from, tags);
            co_return made;
        }
        LAZ_CO_TRY(std::optional<Made> made, co_await share_blob(x, wish, answer, from, tags, *at));
        if (made) co_return *std::move(made);
        may_share = false;
    }
}

Task<Result<Response>> make_blob(Exchange& x, bool copies) {
    Wish wish;
    wish.copies = copies;
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(wish.command, decode<BlobFromUrl>(x.request, x.query));
    NewBlob& wanted = wish.command.blob;
    LAZ_CO_TRY(wanted.encryption, asked_encryption(x));
    LAZ_CO_CHECK(check_combination(wanted.guards.when));
    LAZ_CO_TRY(wish.tier, tier_of_upload(x));
    LAZ_CO_TRY(wanted.tags, tags_of_upload(x));
    if (wish.command.tags == SourceTags::copy && x.request.fields.has("x-ms-tags")) {
        co_return fail(ErrorCode::both_user_tags_and_source_tags_copy_present_exception);
    }
    LAZ_CO_TRY(wish.rules, rules_of_write(x, copies ? kCopyLimit : put_blob_limit(x.version)));
    wish.rules.compute_md5 = true;
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        return check_place(tx, x, place, wanted, BlobType::block);
    }));
    LAZ_CO_TRY(wish.source, CopySource::of(x));
    LAZ_CO_TRY(wish.protection, protection_of(x));
    LAZ_CO_TRY(const Made made, co_await fetch_blob(x, wish));

    Response response;
    response.status = copies ? 202 : 201;
    add_tick(response, made.tick, x.version);
    add_version(response, made.version, x.version);
    if (copies) {
        response.fields.add("x-ms-copy-id", made.copy_id);
        response.fields.add("x-ms-copy-status", "success");
    }
    if (made.md5 && (!copies || wish.rules.expected_md5 || x.version < kCrc64)) {
        response.fields.add("Content-MD5", md5_text(*made.md5));
    } else {
        response.fields.add("x-ms-content-crc64", crc64_text(made.crc64));
    }
    add_encryption(response, x.version, made.encryption);
    co_return response;
}

}  // namespace

Task<Result<Response>> copy_blob_from_url(Exchange& x) {
    Result<Response> response = co_await make_blob(x, true);
    co_return response;
}

Task<Result<Response>> put_blob_from_url(Exchange& x) {
    Result<Response> response = co_await make_blob(x, false);
    co_return response;
}

}  // namespace lazulite::blob
