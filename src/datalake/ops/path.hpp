#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/domain/names.hpp"
#include "blob/ops/common.hpp"
#include "datalake/ops/common.hpp"

namespace lazulite::datalake {

using blob::kDeepestPath;

/// Whether the target can be a path: 1 to 1,024 characters in at most kDeepestPath segments; nothing stands for the root
/// directory. Fails with path_is_too_deep, out_of_range_input or invalid_uri.
[[nodiscard]] Result<> check_path(const Exchange& x);
/// The same of a path that is not the root directory.
[[nodiscard]] Result<> check_path_below_root(const Exchange& x);

/// The headers that are kept with a path; what is absent stays as it was.
struct PathHeaders {
    std::optional<std::string> type;
    std::optional<std::string> encoding;
    std::optional<std::string> language;
    std::optional<std::string> cache_control;
    std::optional<std::string> disposition;
    std::optional<Md5Digest> md5;

    void apply(blob::ContentHeaders& to) const;
    [[nodiscard]] bool any() const { return type || encoding || language || cache_control || disposition || md5; }
};

template <class Codec>
void describe(Codec& c, PathHeaders& headers) {
    c.header("x-ms-content-type", headers.type);
    c.header("x-ms-content-encoding", headers.encoding);
    c.header("x-ms-content-language", headers.language);
    c.header("x-ms-cache-control", headers.cache_control);
    c.header("x-ms-content-disposition", headers.disposition);
    c.header("x-ms-content-md5", headers.md5);
}

/// The path without empty segments.
[[nodiscard]] std::string normal_path(std::string_view path);
/// The place of the target, which is not the root directory; filesystem_not_found without its filesystem.
[[nodiscard]] Result<blob::Place> find_place(ReadTxn& tx, const Exchange& x);
/// The file or directory there; also path_not_found.
[[nodiscard]] Result<blob::Place> require_path(ReadTxn& tx, const Exchange& x);
/// The file there; resource_type_mismatch for a directory.
[[nodiscard]] Result<blob::Place> require_file(ReadTxn& tx, const Exchange& x);

/// A directory of a flat account: an empty blob that says so in its metadata.
[[nodiscard]] bool is_folder_marker(const blob::Blob& blob);
[[nodiscard]] bool is_directory(const blob::Blob& blob);

/// Properties, and the mark of a directory of a flat account.
[[nodiscard]] Metadata marked_folder(const Metadata& properties);
/// Properties as they are stored with a path: a directory of a flat account keeps its mark, whatever they say.
[[nodiscard]] Metadata with_folder_mark(const Metadata& properties, const blob::Blob& of);

/// Fails with hierarchical_namespace_not_enabled where a flat account's request says something of access.
[[nodiscard]] Result<> check_flat(const Exchange& x);

}  // namespace lazulite::datalake
