#include "blob/domain/name_fold.hpp"
#include "blob/ops/blob_properties.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/listing.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

constexpr ServiceVersion kEncodedNames{2021, 2, 12};

constexpr std::string_view kBlobIncludes[] = {"snapshots", "metadata", "uncommittedblobs", "copy",
                                          "deleted",   "tags",     "versions",         "deletedwithversions",
                                          "immutabilitypolicy", "legalhold", "permissions"};

struct ListBlobs {
    std::optional<std::string> prefix;
    std::optional<std::string> delimiter;
    std::optional<std::string> marker;
    std::optional<std::string> start_from;
    std::optional<std::int64_t> max_results;
};

template <class Codec>
void describe(Codec& c, ListBlobs& m) {
    c.query("prefix", m.prefix);
    c.query("delimiter", m.delimiter);
    c.query("marker", m.marker);
    c.query("startFrom", m.start_from);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

/// One entry of a page: a blob, an uncommitted blob, or the prefix that several fold into.
struct Entry {
    std::string name;
    std::optional<Blob> blob;
    bool prefix = false;
};

/// Walks committed and, when asked, uncommitted names together, each once, and folds at the delimiter by seeking past a
/// whole prefix instead of stepping over what it holds.
class Walk {
  public:
    Walk(ReadTxn& tx, std::int64_t dir_id, std::string prefix, std::string delimiter, bool uncommitted)
        : tx_(tx), dir_id_(dir_id), prefix_(std::move(prefix)), delimiter_(std::move(delimiter)), uncommitted_(uncommitted) {}

    void seek(std::string_view first) {
        // A statement serves one cursor at a time: the old ones end before the new ones begin.
        blobs_.reset();
        staged_.reset();
        first_ = first;
        blobs_.emplace(tx_, dir_id_, first_);
        blobs_left_ = blobs_->next();
        if (uncommitted_) {
            staged_.emplace(tx_, dir_id_, first_);
            staged_left_ = staged_->next();
        }
    }

    std::optional<Entry> next() {
        if (!blobs_left_ && !staged_left_) return std::nullopt;
        const bool committed = blobs_left_ && (!staged_left_ || blobs_->name() <= staged_->name());
        const std::string_view name = committed ? blobs_->name() : staged_->name();
        if (!name.starts_with(prefix_)) return std::nullopt;
        if (const auto fold = folded(name, prefix_, delimiter_)) {
            Entry entry{std::string(*fold), std::nullopt, true};
            const std::string beyond = after_prefix(entry.name);
            if (beyond.empty()) {
                blobs_left_ = staged_left_ = false;
            } else {
                seek(beyond);
            }
            return entry;
        }
        Entry entry{std::string(name), std::nullopt, false};
        if (committed) {
            entry.blob = blobs_->blob();
            if (staged_left_ && staged_->name() == entry.name) staged_left_ = staged_->next();
            blobs_left_ = blobs_->next();
        } else {
            entry.blob.emplace();
            entry.blob->tick = entry.blob->created = staged_->last_put();
            entry.blob->headers.type = kDefaultContentType;
            staged_left_ = staged_->next();
        }
        return entry;
    }

  private:
    ReadTxn& tx_;
    std::int64_t dir_id_;
    std::string prefix_;
    std::string delimiter_;
    bool uncommitted_;
    std::string first_;
    std::optional<BlobCursor> blobs_;
    std::optional<StagedCursor> staged_;
    bool blobs_left_ = false;
    bool staged_left_ = false;
};

void write_name(XmlWriter& xml, const std::string& name, ServiceVersion version) {
    if (version >= kEncodedNames) {
        xml.encoded_element("Name", name);
    } else {
        xml.element("Name", name);
    }
}

void write_entry(XmlWriter& xml, const Entry& entry, bool metadata, ServiceVersion version) {
    xml.open(entry.prefix ? "BlobPrefix" : "Blob");
    write_name(xml, entry.name, version);
    if (entry.blob) {
        XmlEncoder encoder(xml);
        xml.open("Properties");
        describe(encoder, ShownBlob{*entry.blob, version});
        xml.close();
        if (metadata) write_metadata(xml, entry.blob->metadata);
        xml.element("OrMetadata", "");
    }
    xml.close();
}

/// The key the listing begins with: the marker's, else `startFrom`, never before the prefix.
Result<std::string> first_key(const ListBlobs& command) {
    LAZ_TRY(std::string first, decode_marker(command.marker.value_or("")));
    first = std::max(first, command.start_from.value_or(""));
    return std::max(first, command.prefix.value_or(""));
}

}  // namespace

Task<Result<Response>> list_blobs(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const ListBlobs command, decode<ListBlobs>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kBlobIncludes));
    LAZ_CO_TRY(const std::string first, first_key(command));
    const std::string delimiter = command.delimiter.value_or("");
    if (!delimiter.empty() && includes(include, "snapshots")) {
        co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                           .with("QueryParameterName", "include")
                           .with("QueryParameterValue", x.query.value_or_empty("include"))
                           .with("Reason", "Snapshots cannot be listed together with a delimiter."));
    }
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, std::size_t entries) -> Result<Page> {
        XmlWriter xml;
        xml.open("EnumerationResults", {{"ServiceEndpoint", x.target.endpoint()}, {"ContainerName", x.target.container}});
        echo_parameters(xml, x.query);
        LAZ_TRY(const Container container, require_container(tx, x.target.container));
        Walk walk(tx, container.root_dir_id, command.prefix.value_or(""), delimiter, includes(include, "uncommittedblobs"));
        walk.seek(first);
        xml.open("Blobs");
        std::optional<Entry> entry = walk.next();
        for (std::size_t count = 0; entry && count < entries; ++count, entry = walk.next()) {
            write_entry(xml, *entry, includes(include, "metadata"), x.version);
        }
        xml.close();
        xml.element("NextMarker", entry ? encode_marker(entry->name) : "");
        xml.close();
        return Page{xml.take(), entry.has_value()};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::blob
