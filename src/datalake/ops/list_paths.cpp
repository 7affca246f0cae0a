#include <algorithm>

#include "blob/domain/access_control.hpp"
#include "blob/domain/file_time.hpp"
#include "blob/ops/path_walk.hpp"
#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/common.hpp"
#include "datalake/ops/json_objects.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"
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

/// What a list is asked of.
struct Listed {
    bool there = false;        ///< as a directory
    std::optional<Blob> file;  ///< which is listed alone
};

/// Fails with path_not_found where nothing stands in a hierarchical container, path_conflict below a file. In a flat one
/// a directory needs no blob of its own: whether it is there, what is in it tells.
Result<Listed> find_listed(ReadTxn& tx, const Container& container, std::string_view prefix) {
    if (prefix.empty()) return Listed{true, std::nullopt};
    const std::string_view path = prefix.substr(0, prefix.size() - 1);
    blob::BlobKey key{container.root_dir_id, std::string(path)};
    if (container.hierarchical) {
        const blob::TreePath found = blob::find_path(tx, container.root_dir_id, path);
        if (found.through_file) return fail(ErrorCode::path_conflict);
        key = found.key;
    }
    auto there = blob::find_blob(tx, key);
    if (there && !is_directory(*there)) return Listed{false, std::move(there)};
    if (!there && container.hierarchical) return fail(ErrorCode::path_not_found);
    return Listed{there.has_value(), std::nullopt};
}

/// Reference: "Path - List", response body: everything is text.
class Items {
  public:
    explicit Items(blob::NameOfUser name_of) : name_of_(std::move(name_of)) {}

    void add(const std::string& name, const Blob& found, bool hierarchical) {
        items_.begin();
        if (hierarchical && !found.encryption_context.empty()) items_.put("EncryptionContext", found.encryption_context);
        if (!found.encryption.scope.empty()) items_.put("EncryptionScope", found.encryption.scope);
        items_.put("contentLength", std::to_string(found.size));
        items_.put("creationTime", blob::file_time(found.created));
        items_.put("etag", without_quotes(etag_text(found.tick)));
        if (!hierarchical) return end(name, found.tick, is_directory(found), std::nullopt);
        items_.put("expiryTime", found.expires ? blob::file_time(*found.expires) : "0");
        const auto access = blob::AccessControl::unpack(found.access, found.is_directory());
        items_.put("group", access.group);
        end(name, found.tick, found.is_directory(), access);
    }
    /// A directory of a flat container that is nothing but the beginning of names.
    void add(const std::string& name) {
        items_.begin();
        items_.put("contentLength", "0");
        end(name, std::nullopt, true, std::nullopt);
    }
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] std::string json() const { return "{\"paths\":" + items_.array() + "}"; }

  private:
    void end(const std::string& name, const std::optional<Revision>& tick, bool directory,
             const std::optional<blob::AccessControl>& access) {
        if (directory) items_.put("isDirectory", "true");
        if (tick) items_.put("lastModified", format_rfc1123(*tick));
        items_.put("name", name);
        if (access) {
            const std::string shown = name_of_ ? name_of_(access->owner) : std::string();
            items_.put("owner", shown.empty() ? access->owner : shown);
            items_.put("permissions", access->permissions());
        }
        items_.end();
    }
    blob::NameOfUser name_of_;
    JsonObjects items_;
};

struct Paths {
    std::string json;
    std::optional<std::string> next;
};

}  // namespace

/// What is in a directory, or all below it, in byte order of the paths, where that of a directory ends with a slash.
/// Of a file, that alone: Hadoop's ABFS has its file systems list a file so.
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
        LAZ_TRY(const Listed listed, find_listed(tx, container, prefix));
        const std::size_t entries = effort == Effort::little ? std::min(most, kShortPage) : most;
        Items items(command.upn.value_or(false) ? names_asked_for(x) : blob::NameOfUser());
        if (listed.file) {
            if (from.empty()) items.add(prefix.substr(0, prefix.size() - 1), *listed.file, container.hierarchical);
            return Paths{items.json(), std::nullopt};
        }
        const auto write = [&](const ListedBlob& entry) {
            if (entry.blob) return items.add(entry.name, *entry.blob, container.hierarchical);
            const std::string name = entry.name.substr(0, entry.name.size() - 1);
            if (entry.directory) return items.add(name, *entry.directory, true);
            // One that has a blob of its own was listed with it.
            const auto marker = blob::find_blob(tx, {container.root_dir_id, name});
            if (!marker || !is_directory(*marker)) items.add(name);
        };
        auto next = blob::walk_page(tx, container, filter, first, entries, write);
        if (next && entries < most) return std::nullopt;
        if (!listed.there && items.size() == 0 && from.empty() && begin.empty()) return fail(ErrorCode::path_not_found);
        return Paths{items.json(), std::move(next)};
    };
    LAZ_CO_TRY(const Paths page, co_await long_read(x, read));
    co_return json_page(page.json, page.next);
}

}  // namespace lazulite::datalake
