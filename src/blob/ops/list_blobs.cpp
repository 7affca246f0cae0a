#include "blob/domain/file_time.hpp"
#include "blob/ops/blob_properties.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/path_walk.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

/// The values of `include`, and the versions they came with. Of what has no operation yet there is nothing to list.
constexpr auto kBlobIncludes = std::to_array<IncludeValue>({
    {"snapshots", {2009, 9, 19}},
    {"metadata", {2009, 9, 19}},
    {"uncommittedblobs", {2009, 9, 19}},
    {"copy", {2012, 2, 12}},
    {"deleted", {2017, 7, 29}},
    {"tags", {2019, 12, 12}},
    {"versions", {2019, 12, 12}},
    {"immutabilitypolicy", {2020, 6, 12}},
    {"legalhold", {2020, 6, 12}},
    {"permissions", {2020, 6, 12}},
    {"deletedwithversions", {2020, 10, 2}},
});

enum class ShowOnly : std::uint8_t { deleted, files, directories };
constexpr auto kShowOnly = std::to_array<Named<ShowOnly>>(
    {{ShowOnly::deleted, "deleted"}, {ShowOnly::files, "files"}, {ShowOnly::directories, "directories"}});
constexpr std::span<const Named<ShowOnly>> names_of(ShowOnly) { return kShowOnly; }

struct ListBlobs {
    std::optional<std::string> prefix;
    std::optional<std::string> delimiter;
    std::optional<std::string> marker;
    std::optional<std::string> start_from;
    std::optional<std::string> end_before;
    std::optional<ShowOnly> show_only;
    std::optional<std::int64_t> max_results;
};

template <class Codec>
void describe(Codec& c, ListBlobs& m) {
    c.query("prefix", m.prefix);
    c.query("delimiter", m.delimiter);
    c.query("marker", m.marker);
    c.query("startFrom", m.start_from);
    c.query("endBefore", m.end_before);
    c.query("showonly", m.show_only);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

/// What the request's version does not know counts as absent.
Result<ListBlobs> decode_list(const Exchange& x) {
    LAZ_TRY(ListBlobs command, decode<ListBlobs>(x.request, x.query));
    if (x.version < kStartFrom) command.start_from.reset();
    if (x.version < kEndBefore) command.end_before.reset();
    if (x.version < kShowOnlyKnown) command.show_only.reset();
    return command;
}

StorageError bad_include(const Exchange& x, std::string_view reason) {
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .with("QueryParameterName", "include")
        .with("QueryParameterValue", x.query.value_or_empty("include"))
        .with("Reason", reason);
}

Result<> check_together(const Exchange& x, const ListBlobs& command, const std::vector<std::string>& include) {
    const bool folds = !command.delimiter.value_or("").empty();
    if (folds && includes(include, "snapshots")) {
        return fail(bad_include(x, "Snapshots cannot be listed together with a delimiter."));
    }
    if (folds && includes(include, "versions") && x.version < kVersionsByHierarchy) {
        return fail(bad_include(x, "Versions cannot be listed together with a delimiter."));
    }
    if (command.show_only == ShowOnly::deleted && includes(include, "deleted")) {
        return fail(bad_include(x, "Only deleted blobs and deleted blobs too cannot be listed together."));
    }
    return {};
}

/// Accounts of either kind were seen to refuse what no listing gave out, each with its own code.
Result<std::string> listing_marker(const Exchange& x, const ListBlobs& command) {
    const std::string text = command.marker.value_or("");
    Result<std::string> marker = decode_marker(text);
    if (marker || !x.account.settings.hierarchical_namespace) return marker;
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "marker")
                    .with("QueryParameterValue", text)
                    .with("Reason", "No listing gave out this text."));
}

/// Folders are what names fold into, and directories; only hierarchical accounts list what is deleted this way.
ListFilter::Show shown_by(const std::optional<ShowOnly>& only) {
    if (!only) return ListFilter::Show::all;
    switch (*only) {
        case ShowOnly::deleted: return ListFilter::Show::deleted;
        case ShowOnly::files: return ListFilter::Show::blobs;
        case ShowOnly::directories: return ListFilter::Show::prefixes;
    }
    return ListFilter::Show::all;
}

void open_results(XmlWriter& xml, const Exchange& x) {
    if (x.version >= kServiceEndpointSince) {
        xml.open("EnumerationResults",
                 {{"ServiceEndpoint", x.target.endpoint()}, {"ContainerName", x.target.container}});
    } else {
        xml.open("EnumerationResults", {{"ContainerName", x.target.endpoint() + x.target.container}});
    }
    echo_parameters(xml, x.query);
}

/// What entries show besides their properties.
struct Included {
    bool metadata = false;
    bool tags = false;
    bool versions = false;
    bool immutability_policy = false;
    bool legal_hold = false;
    bool copies = false;
    bool access = false;
};

/// What an account that has paths shows of a directory in place of its names.
constexpr ServiceVersion kPrefixProperties = kPathTypes;

/// Reference: "List Blobs", URI parameters, prefix: it names no file in its middle. The code is not documented.
Result<> check_prefix(ReadTxn& tx, const Container& container, std::string_view prefix) {
    const std::size_t slash = prefix.rfind('/');
    if (!container.hierarchical || slash == std::string_view::npos) return {};
    const std::string within = std::string(prefix.substr(0, slash)) + "/-";
    if (find_path(tx, container.root_dir_id, within).through_file) return fail(ErrorCode::path_conflict);
    return {};
}

/// Metadata of a blob whose key is the client's cannot be read here; where there are any, that much is said.
void write_listed_metadata(XmlWriter& xml, const Blob& blob) {
    if (blob.is_directory()) return write_metadata(xml, shown_metadata(blob).pack());
    if (blob.encryption.key_sha256.empty() || blob.metadata.empty()) return write_metadata(xml, blob.metadata);
    xml.open("Metadata", {{"Encrypted", "true"}});
    xml.close();
}

void write_immutability(XmlEncoder& encoder, const Immutability& immutability, const Included& also) {
    if (also.immutability_policy && immutability.policy) {
        encoder.element("ImmutabilityPolicyUntilDate", immutability.policy->until);
        encoder.element("ImmutabilityPolicyMode", immutability.policy->mode);
    }
    if (also.legal_hold) encoder.element("LegalHold", immutability.legal_hold);
}

void write_prefix(XmlWriter& xml, const Blob& directory, const Included& also, const Exchange& x, const ReadTxn& tx) {
    ShownBlob shown_directory = shown(directory, x, tx);
    shown_directory.access = also.access;
    XmlEncoder encoder(xml);
    xml.open("Properties");
    describe(encoder, shown_directory);
    xml.close();
}

void write_entry(XmlWriter& xml, const ListedBlob& entry, const Included& also, const Exchange& x, const ReadTxn& tx) {
    xml.open(entry.blob ? "Blob" : "BlobPrefix");
    write_blob_name(xml, entry.name, x.version);
    if (entry.directory && x.version >= kPrefixProperties) write_prefix(xml, *entry.directory, also, x, tx);
    if (entry.blob) {
        if (entry.deleted && x.account.settings.hierarchical_namespace) {
            xml.element("DeletionId", file_time(entry.which->id));
        }
        if (entry.deleted) xml.element("Deleted", "true");
        const bool is_snapshot = entry.which && entry.which->kind == HistoryClass::snapshot;
        const bool is_mark = entry.which && entry.which->kind == HistoryClass::blob && !entry.deleted;
        const std::string snapshot = is_snapshot ? format_iso8601(entry.which->id) : "";
        ShownBlob blob = shown(*entry.blob, x, tx);
        blob.deleted = entry.deleted;
        blob.leased = !entry.which || is_mark;
        blob.copies = also.copies;
        blob.access = also.access;
        if (is_snapshot) xml.element("Snapshot", snapshot);
        if (const auto version = blob.version_id(); version && (also.versions || !is_mark)) {
            xml.element("VersionId", format_iso8601(*version));
            if (!entry.which) xml.element("IsCurrentVersion", "true");
        }
        if (is_mark) xml.element("HasVersionsOnly", "true");
        if (x.version < kServiceEndpointSince) {
            xml.element("Url", x.target.endpoint() + x.target.container + '/' + percent_encode(entry.name, "/") +
                                   (snapshot.empty() ? "" : "?snapshot=" + percent_encode(snapshot)));
        }
        XmlEncoder encoder(xml);
        xml.open("Properties");
        describe(encoder, blob);
        write_immutability(encoder, entry.blob->immutability, also);
        xml.close();
        if (also.metadata) write_listed_metadata(xml, *entry.blob);
        if (also.tags && !entry.blob->tags.empty()) write_tags(xml, TagSet::unpack(entry.blob->tags));
        if (x.version >= kOrMetadata) xml.element("OrMetadata", "");
    }
    xml.close();
}

}  // namespace

Task<Result<Response>> list_blobs(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const ListBlobs command, decode_list(x));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kBlobIncludes, x.version));
    LAZ_CO_CHECK(check_together(x, command, include));
    const std::string prefix = command.prefix.value_or("");
    LAZ_CO_TRY(const std::string marker, listing_marker(x, command));
    const std::string first = std::max({marker, command.start_from.value_or(""), prefix});
    const ListFilter filter{.prefix = prefix,
                            .delimiter = command.delimiter.value_or(""),
                            .end_before = command.end_before.value_or(""),
                            .uncommitted = includes(include, "uncommittedblobs"),
                            .history = {.snapshots = includes(include, "snapshots"), .versions = includes(include, "versions"),
                                        .deleted = includes(include, "deleted") || command.show_only == ShowOnly::deleted,
                                        .marks = includes(include, "deletedwithversions")},
                            .show = shown_by(command.show_only)};
    const Included also{includes(include, "metadata"), includes(include, "tags"), includes(include, "versions"),
                        includes(include, "immutabilitypolicy"), includes(include, "legalhold"), includes(include, "copy"),
                        includes(include, "permissions")};
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        LAZ_TRY(const Container container, require_container(tx, x.target.container));
        LAZ_CHECK(check_prefix(tx, container, prefix));
        XmlWriter xml(size.expected_bytes);
        open_results(xml, x);
        xml.open("Blobs");
        Result<> known;
        const auto write = [&](const ListedBlob& entry) {
            if (known && entry.blob) known = check_known_type(*entry.blob, x.version);
            write_entry(xml, entry, also, x, tx);
        };
        const auto next = walk_page(tx, container, filter, first, size.most, write);
        LAZ_CHECK(std::move(known));
        xml.close();
        xml.element("NextMarker", next ? encode_marker(*next) : "");
        xml.close();
        return Page{xml.take(), next.has_value()};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::blob
