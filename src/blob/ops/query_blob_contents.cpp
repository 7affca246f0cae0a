#include "base/ids.hpp"
#include "blob/ops/blob_properties.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/query/scan.hpp"
#include "service/content_body.hpp"
#include "service/overridden_headers.hpp"
#include "service/receive.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {
namespace {

constexpr std::uint64_t kQueryBodyLimit = 2 << 20;  // 256 KiB of SQL, escaped, and the rest
constexpr std::size_t kQueryParsedHere = 8 << 10;
constexpr std::uint64_t kQueryWindow = 1 << 20;
/// Of blobs up to this size all bytes are read with the row.
constexpr std::uint64_t kQueryReadAtOnce = 64 << 10;

struct DelimitedTextConfiguration {
    std::optional<std::string> column_separator;
    std::optional<std::string> field_quote;
    std::optional<std::string> record_separator;
    std::optional<std::string> escape_char;
    std::optional<bool> has_headers;
};
template <class Codec>
void describe(Codec& c, DelimitedTextConfiguration& m) {
    c.element("ColumnSeparator", m.column_separator);
    c.element("FieldQuote", m.field_quote);
    c.element("RecordSeparator", m.record_separator);
    c.element("EscapeChar", m.escape_char);
    c.element("HasHeaders", m.has_headers);
}

struct JsonTextConfiguration {
    std::optional<std::string> record_separator;
};
template <class Codec>
void describe(Codec& c, JsonTextConfiguration& m) {
    c.element("RecordSeparator", m.record_separator);
}

struct QueryFormat {
    std::string type;
    std::optional<DelimitedTextConfiguration> delimited;
    std::optional<JsonTextConfiguration> json;
};
template <class Codec>
void describe(Codec& c, QueryFormat& m) {
    c.element("Type", m.type);
    c.inside("DelimitedTextConfiguration", m.delimited);
    c.inside("JsonTextConfiguration", m.json);
}

struct QuerySerialization {
    QueryFormat format;
};
template <class Codec>
void describe(Codec& c, QuerySerialization& m) {
    c.inside("Format", m.format);
}

struct QueryRequest {
    std::string type;
    std::string expression;
    std::optional<QuerySerialization> input;
    std::optional<QuerySerialization> output;
};
template <class Codec>
void describe(Codec& c, QueryRequest& m) {
    c.element("QueryType", m.type);
    c.element("Expression", m.expression);
    c.inside("InputSerialization", m.input);
    c.inside("OutputSerialization", m.output);
}

StorageError bad_node(std::string_view name, std::string_view value, std::string_view reason) {
    return StorageError(ErrorCode::invalid_xml_node_value)
        .with("XmlNodeName", name)
        .with("XmlNodeValue", value)
        .with("Reason", reason);
}

Result<std::optional<char>> one_character(std::string_view name, const std::string& value) {
    if (value.size() > 1) return fail(bad_node(name, value, "The value is more than one character."));
    if (value.empty()) return std::nullopt;
    return value.front();
}

/// What is empty counts as not given, but for the quote: then there is none.
Result<query::Format> format_of(const std::optional<QuerySerialization>& given, std::string_view unoffered) {
    if (!given) return query::DelimitedFormat();
    const QueryFormat& format = given->format;
    if (equals_ignoring_case(format.type, unoffered)) {
        return fail(
            StorageError(ErrorCode::not_implemented).with("XmlNodeName", "Type").with("XmlNodeValue", format.type));
    }
    if (equals_ignoring_case(format.type, "json")) {
        query::JsonFormat json;
        if (format.json && !format.json->record_separator.value_or("").empty()) {
            json.record_separator = *format.json->record_separator;
        }
        return json;
    }
    if (!equals_ignoring_case(format.type, "delimited") && !equals_ignoring_case(format.type, "csv")) {
        return fail(bad_node("Type", format.type, "The format is not known here."));
    }
    query::DelimitedFormat delimited;
    if (!format.delimited) return delimited;
    const DelimitedTextConfiguration& m = *format.delimited;
    if (!m.column_separator.value_or("").empty()) delimited.column_separator = *m.column_separator;
    if (!m.record_separator.value_or("").empty()) delimited.record_separator = *m.record_separator;
    if (m.field_quote) {
        LAZ_TRY(delimited.quote, one_character("FieldQuote", *m.field_quote));
    }
    LAZ_TRY(delimited.escape, one_character("EscapeChar", m.escape_char.value_or("")));
    delimited.headers = m.has_headers.value_or(false);
    return delimited;
}

Result<query::Plan> parse_query(std::string_view body) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    if (root.name != "QueryRequest") {
        return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", root.name));
    }
    QueryRequest request;
    XmlDecoder decoder(root);
    describe(decoder, request);
    LAZ_CHECK(decoder.result());
    if (!equals_ignoring_case(request.type, "SQL")) {
        return fail(bad_node("QueryType", request.type, "The only type of query is SQL."));
    }
    LAZ_TRY(query::Format input, format_of(request.input, "parquet"));
    LAZ_TRY(query::Format output, format_of(request.output, "arrow"));
    return query::prepare(request.expression, std::move(input), std::move(output));
}

/// What the query is answered from: the blob as it was found, its content pinned unless `bytes` holds all of it.
struct Queried {
    std::optional<Pin> pin;
    ContentRef content;
    std::uint64_t size = 0;
    std::string bytes;
    Instant now;
};

std::string random_sync() {
    std::string sync(16, '\0');
    fill_random(sync.data(), sync.size());
    return sync;
}

/// Reads, evaluates and frames on a worker, a window of the blob at a time.
class QuerySource final : public BodySource {
  public:
    QuerySource(std::shared_ptr<Store> store, Executor& workers, query::Plan plan, Queried queried)
        : store_(std::move(store)),
          workers_(workers),
          queried_(std::move(queried)),
          scan_(std::move(plan), queried_.size, queried_.now, random_sync()) {}

    Task<Result<std::vector<Slice>>> next() override {
        std::vector<Slice> slices;
        if (ended_) co_return slices;
        LAZ_CO_TRY(std::string part, co_await run_on(workers_, [this] { return advance(); }));
        slices.emplace_back(std::move(part));
        co_return slices;
    }

  private:
    Result<std::string> advance() {
        std::string part;
        while (part.empty() && !ended_) {
            if (scan_.hungry()) LAZ_CHECK(feed());
            part = scan_.take();
            ended_ = scan_.done();
        }
        return part;
    }
    Result<> feed() {
        const std::uint64_t length = std::min(queried_.size - at_, kQueryWindow);
        if (queried_.pin) {
            LAZ_TRY(queried_.bytes, store_->read([&](ReadTxn& tx) {
                return read_content(*store_, tx, queried_.content, at_, length);
            }));
        }
        at_ += length;
        scan_.feed(queried_.bytes, at_ == queried_.size);
        return {};
    }

    std::shared_ptr<Store> store_;
    Executor& workers_;
    Queried queried_;
    query::Scan scan_;
    std::uint64_t at_ = 0;
    bool ended_ = false;
};

}  // namespace

Task<Result<Response>> query_blob_contents(Exchange& x) {
    LAZ_CO_CHECK(check_offered_since(x, kQueries));
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_CO_TRY(const Encryption asked_key, asked_encryption(x));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kQueryBodyLimit, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    Result<query::Plan> query = fail(ErrorCode::internal_error);
    if (body.size() > kQueryParsedHere) {
        query = co_await run_on(x.workers, [&] { return parse_query(body); });
    } else {
        query = parse_query(body);
    }
    if (!query) co_return fail(std::move(query).error());

    Response response;
    Queried queried;
    struct Accessed {
        BlobKey key;
        Instant tick;
    };
    std::optional<Accessed> accessed;
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_file(found.blob));
        Blob& blob = found.blob;
        LAZ_CHECK(check_blob_lease(LeaseUse::read, guards.lease_id, blob.lease, tx.now()));
        LAZ_CHECK(check_read_guards(x, guards, blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, blob.tags));
        if (blob.type != BlobType::block) return fail(ErrorCode::invalid_blob_type);
        LAZ_CHECK(check_online(blob.tier));
        LAZ_CHECK(check_encryption(x, blob, asked_key));
        if (!found.which && notes_access(x, found.key.name, blob, tx.now())) accessed = Accessed{found.key, blob.tick};
        override_headers(x, blob.headers);
        blob.headers.type = "avro/binary";
        HeaderEncoder encoder(response.fields);
        describe(encoder, ShownBlob{blob, x.version, default_tier(x.account), tx.now(), !found.which});
        encoder.metadata(Metadata::unpack(blob.metadata).value_or(Metadata{}));
        response.fields.add("Accept-Ranges", "bytes");

        queried.content = blob.content;
        queried.size = blob.size;
        queried.now = tx.now();
        if (blob.size <= kQueryReadAtOnce) {
            LAZ_TRY(queried.bytes, read_content(*x.store, tx, blob.content, 0, blob.size));
        } else {
            queried.pin = x.store->pin(blob.content.pin_key());
        }
        return {};
    }));
    if (accessed) {
        static_cast<void>(
            co_await x.store->write([&](WriteTxn& tx) { return note_access(tx, x, accessed->key, accessed->tick); }));
    }
    response.set_body(std::make_unique<QuerySource>(x.store, x.workers, *std::move(query), std::move(queried)),
                      kUnknownLength);
    co_return response;
}

}  // namespace lazulite::blob
