#include "file/ops/file_system_headers.hpp"
#include "file/ops/operations.hpp"
#include "file/rows/copies.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::file {
namespace {

constexpr auto kFileIncludes = std::to_array<IncludeValue>({{"timestamps", kExtendedInfo},
                                                            {"etag", kExtendedInfo},
                                                            {"attributes", kExtendedInfo},
                                                            {"permissionkey", kExtendedInfo}});

/// Rows of what came or went since a share snapshot that a page of it walks over before it ends early.
constexpr std::size_t kMostPassedOver = 5000;

struct ListFiles {
    std::optional<std::string> prefix;
    std::optional<std::string> marker;
    std::optional<std::int64_t> most;
    std::optional<bool> extended;
};

template <class Codec>
void describe(Codec& c, ListFiles& m) {
    c.query("prefix", m.prefix);
    c.query("marker", m.marker);
    c.query("maxresults", m.most, Between{1, kMostResults, true});
    c.header("x-ms-file-extended-info", m.extended);
}

/// What entries show besides their names and lengths.
struct Included {
    bool file_id = false;
    bool timestamps = false;
    bool etag = false;
    bool attributes = false;
    bool permission = false;

    [[nodiscard]] bool any_property() const { return timestamps || etag; }
};

void write_name(XmlWriter& xml, std::string_view element, std::string_view name, ServiceVersion version) {
    if (version >= kEncodedNames) {
        xml.encoded_element(element, name);
    } else {
        xml.element(element, name);
    }
}

void write_properties(XmlWriter& xml, const Node& node, const Included& also, ServiceVersion version) {
    const bool file = node.kind != NodeKind::directory;
    if (!file && !also.any_property()) {
        xml.element("Properties", "");
        return;
    }
    XmlEncoder encoder(xml);
    xml.open("Properties");
    if (file) encoder.element("Content-Length", node.size);
    if (also.timestamps) {
        xml.element("CreationTime", format_iso8601(node.created));
        xml.element("LastAccessTime", format_iso8601(node.last_written));
        xml.element("LastWriteTime", format_iso8601(node.last_written));
        if (version >= kChangeTimeListed) {
            xml.element("ChangeTime", format_iso8601(node.changed));
            encoder.element("Last-Modified", node.tick);
        }
    }
    if (also.etag) encoder.element("Etag", Etag{node.tick, true});
    xml.close();
}

void write_entry(XmlWriter& xml, const Entry& entry, const Node& node, const Included& also, ServiceVersion version) {
    xml.open(entry.kind == NodeKind::directory ? "Directory" : "File");
    if (also.file_id) xml.element("FileId", std::to_string(node.id));
    write_name(xml, "Name", entry.name, version);
    write_properties(xml, node, also, version);
    if (also.attributes) xml.element("Attributes", node.attributes.text());
    if (also.permission) xml.element("PermissionKey", permission_key(node));
    xml.close();
}

std::string directory_path(const std::vector<std::string>& path) {
    std::string text;
    for (const std::string& name : path) text.append(text.empty() ? "" : "/").append(name);
    return text;
}

void open_results(XmlWriter& xml, const Exchange& x, const std::vector<std::string>& path) {
    const std::string directory = directory_path(path);
    const std::string endpoint = x.target.endpoint();
    const std::string_view snapshot = x.query.value_or_empty("sharesnapshot");
    if (snapshot.empty()) {
        xml.open("EnumerationResults",
                 {{"ServiceEndpoint", endpoint}, {"ShareName", x.target.container}, {"DirectoryPath", directory}});
    } else {
        xml.open("EnumerationResults", {{"ServiceEndpoint", endpoint},
                                        {"ShareName", x.target.container},
                                        {"ShareSnapshot", snapshot},
                                        {"DirectoryPath", directory}});
    }
    echo_parameters(xml, x.query);
}

}  // namespace

/// One level, directories and files among each other in order of their names; the prefix is without letter case where names are.
Task<Result<Response>> list_directories_and_files(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_CO_TRY(const ListFiles command, decode<ListFiles>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kFileIncludes, x.version));
    LAZ_CO_TRY(const std::string marker, decode_marker(command.marker.value_or("")));
    const bool extended = x.version >= kExtendedInfo && (command.extended.value_or(false) || !include.empty());
    const Included also{x.version >= kFileIdAlwaysListed || extended, includes(include, "timestamps"),
                        includes(include, "etag"), includes(include, "attributes"), includes(include, "permissionkey")};
    const auto most = static_cast<std::size_t>(command.most.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        LAZ_TRY(const FilePlace place, require_directory(tx, x.target, path, as_of));
        const std::string prefix = key_of(command.prefix.value_or(""), place.share().casing());
        const std::string first = std::max(prefix, marker);
        XmlWriter xml(size.expected_bytes);
        open_results(xml, x, path);
        if (x.version >= kFileIdAlwaysListed) xml.element("DirectoryId", place.file_id());
        xml.open("Entries");
        EntryCursor cursor(tx, place.node->id, first, as_of);
        std::size_t steps = kMostPassedOver;
        std::size_t count = 0;
        bool more = cursor.next(steps) && cursor.entry().key.starts_with(prefix);
        for (; more && count < size.most; ++count) {
            auto node = find_node(tx, cursor.entry().node_id, as_of);
            if (node) bring_up_to(tx.now(), *node);
            if (node) write_entry(xml, cursor.entry(), *node, also, x.version);
            more = cursor.next(steps) && cursor.entry().key.starts_with(prefix);
        }
        xml.close();
        std::optional<std::string> next;
        if (more) next = cursor.entry().key;
        if (cursor.stopped_at() && cursor.stopped_at()->starts_with(prefix)) next = *cursor.stopped_at();
        xml.element("NextMarker", next ? encode_marker(*next) : "");
        xml.close();
        return Page{xml.take(), more};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::file
