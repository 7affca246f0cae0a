#include <nlohmann/json.hpp>

#include "blob/domain/access_control.hpp"
#include "blob/domain/file_time.hpp"
#include "blob/ops/path_walk.hpp"
#include "datalake/ops/common.hpp"
#include "datalake/ops/operations.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::datalake {
namespace {

using blob::Blob;
using blob::Container;
using blob::ListedBlob;
using blob::ListFilter;

/// Before, listings had no place to begin but a continuation.
constexpr ServiceVersion kBeginFrom{2026, 2, 6};

struct ListPaths {
    bool recursive = false;
    std::optional<std::string> directory;
    std::optional<std::string> begin_from;
    std::optional<std::int64_t> max_results;
    std::optional<bool> upn;
};

template <class Codec>
void describe(Codec& c, ListPaths& m) {
    c.query("recursive", m.recursive);
    c.query("directory", m.directory);
    c.query("beginFrom", m.begin_from);
    c.query("maxResults", m.max_results, Between{1, kMostResults, true});
    c.query("upn", m.upn);
}

/// The path that the listing begins with, relative to the directory; below the directory's own entries there is only
/// something to begin with where these are listed. The SDKs document the rule and no code.
Result<std::string> begin_of(const Exchange& x, const ListPaths& command) {
    if (!command.begin_from || x.version < kBeginFrom) return std::string();
    const auto segments = blob::segments_of(*command.begin_from);
    if (segments.size() > 1 && !command.recursive) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", "beginFrom")
                        .with("QueryParameterValue", *command.begin_from)
                        .with("Reason", "A path of several levels is only for recursive listings."));
    }
    std::string begin;
    for (const std::string_view segment : segments) begin.append(begin.empty() ? "" : "/").append(segment);
    return begin;
}

/// What names in a directory begin with; empty for the root.
std::string prefix_of(const std::string& directory) {
    std::string prefix;
    for (const std::string_view segment : blob::segments_of(directory)) prefix.append(segment).append("/");
    return prefix;
}

bool is_folder(const Blob& found) {
    if (found.is_directory()) return true;
    const auto metadata = Metadata::unpack(found.metadata);
    const std::string* marked = metadata ? metadata->find(kIsFolder) : nullptr;
    return marked != nullptr && *marked == "true";
}

/// Fails with path_not_found where nothing stands in a hierarchical container, path_conflict where a file does. In a flat
/// one a directory needs no blob of its own: whether it is there, what is in it tells.
Result<bool> has_directory(ReadTxn& tx, const Container& container, std::string_view prefix) {
    if (prefix.empty()) return true;
    const std::string_view path = prefix.substr(0, prefix.size() - 1);
    blob::BlobKey key{container.root_dir_id, std::string(path)};
    if (container.hierarchical) {
        const blob::TreePath found = blob::find_path(tx, container.root_dir_id, path);
        if (found.through_file) return fail(ErrorCode::path_conflict);
        key = found.key;
    }
    const auto there = blob::find_blob(tx, key);
    if (there && !is_folder(*there)) return fail(ErrorCode::path_conflict);
    if (!there && container.hierarchical) return fail(ErrorCode::path_not_found);
    return there.has_value();
}

/// Reference: "Path - List", response body: everything is text.
nlohmann::json item_of(const std::string& name, const Blob& found, bool hierarchical) {
    nlohmann::json item = {{"name", name},
                           {"contentLength", std::to_string(found.size)},
                           {"creationTime", blob::file_time(found.created)},
                           {"etag", without_quotes(etag_text(found.tick))},
                           {"lastModified", format_rfc1123(found.tick)}};
    if (is_folder(found)) item["isDirectory"] = "true";
    if (!found.encryption.scope.empty()) item["EncryptionScope"] = found.encryption.scope;
    if (!hierarchical) return item;
    const auto access = blob::AccessControl::unpack(found.access, found.is_directory());
    item["owner"] = access.owner;
    item["group"] = access.group;
    item["permissions"] = access.permissions();
    item["expiryTime"] = found.expires ? blob::file_time(*found.expires) : "0";
    if (!found.encryption_context.empty()) item["EncryptionContext"] = found.encryption_context;
    return item;
}

/// A directory of a flat container that is nothing but the beginning of names.
nlohmann::json item_of_prefix(const std::string& name) {
    return {{"name", name}, {"contentLength", "0"}, {"isDirectory", "true"}};
}

struct Paths {
    nlohmann::json list = nlohmann::json::array();
    std::optional<std::string> next;
};

}  // namespace

/// What is in a directory, or all below it, in byte order of the paths, where that of a directory ends with a slash.
Task<Result<Response>> list_paths(Exchange& x) {
    LAZ_CO_CHECK(blob::check_names(x));
    LAZ_CO_TRY(const ListPaths command, decode<ListPaths>(x.request, x.query));
    LAZ_CO_TRY(const std::string from, decode_continuation(x.query));
    LAZ_CO_TRY(const std::string begin, begin_of(x, command));
    const std::string prefix = prefix_of(command.directory.value_or(""));
    const std::string first = from.empty() ? prefix + begin : from;
    const ListFilter filter{.prefix = prefix, .delimiter = command.recursive ? "" : "/"};
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Paths>> {
        LAZ_TRY(const Container container, blob::require_container(tx, x.target.container));
        LAZ_TRY(const bool there, has_directory(tx, container, prefix));
        const std::size_t entries = effort == Effort::little ? std::min(most, kShortPage) : most;
        Paths page;
        const auto write = [&](const ListedBlob& entry) {
            if (entry.blob) return page.list.push_back(item_of(entry.name, *entry.blob, container.hierarchical));
            const std::string name = entry.name.substr(0, entry.name.size() - 1);
            if (entry.directory) return page.list.push_back(item_of(name, *entry.directory, true));
            // One that has a blob of its own was listed with it.
            const auto marker = blob::find_blob(tx, {container.root_dir_id, name});
            if (!marker || !is_folder(*marker)) page.list.push_back(item_of_prefix(name));
        };
        page.next = blob::walk_page(tx, container, filter, first, entries, write);
        if (page.next && entries < most) return std::nullopt;
        if (!there && page.list.empty() && from.empty() && begin.empty()) return fail(ErrorCode::path_not_found);
        return page;
    };
    LAZ_CO_TRY(const Paths page, co_await long_read(x, read));
    const std::string body = nlohmann::json{{"paths", page.list}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    co_return json_page(body, page.next);
}

}  // namespace lazulite::datalake
