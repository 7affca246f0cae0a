#pragma once

#include <optional>
#include <string>
#include <variant>

#include "file/ops/common.hpp"
#include "file/ops/versions.hpp"

// The headers by which directories and files are given what file systems know of them: attributes, times and a permission on
// SMB shares; mode, owner and group on NFS shares. Reference: "Create File", "Set File Properties", request headers.

namespace lazulite::file {

/// What a request asks a node to be.
struct FileSystemChange {
    struct Inherit {};   ///< of the directory that holds it
    struct Preserve {};  ///< as it is
    using Permission = std::variant<Preserve, Inherit, std::string, PermissionKey>;  ///< a text is SDDL

    std::optional<Attributes> attributes;  ///< nothing: as they are
    FileTime created;
    FileTime last_written;
    FileTime changed;
    Permission permission;
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> owner;
    std::optional<std::uint32_t> group;

    bool any_smb = false;  ///< a header that NFS shares do not have was given
    bool any_nfs = false;  ///< one that only they have
    bool restore = false;  ///< x-ms-file-property-semantics: something new is just what it is said to be
    /// The header by which a copy asks for what its source has, where there is one: then that has to be a file.
    std::string_view of_source;
};

/// What a header means that is not given: of something new, or of something there is. What a copy makes is new too, and where
/// a header says `source` it stays as it is: `apply` is given a node that has what the source has.
enum class Absent : std::uint8_t { is_default, is_preserve, is_default_of_copy };

/// Whether versions before 2021-06-08 need these headers.
enum class Headers : std::uint8_t { once_required, optional };

/// Reads the headers; a version before 2019-02-02, or of a copy before 2019-07-07, knows none. Fails with
/// missing_required_header, invalid_header_value or file_invalid_permission.
[[nodiscard]] Result<FileSystemChange> decode_file_system_change(const Exchange& x, bool directory, Absent absent,
                                                                 Headers headers = Headers::once_required);

/// Makes `node` so; `parent` holds it. Fails with file_invalid_permission_key, and with unsupported_header for what the
/// protocol of the share does not have.
[[nodiscard]] Result<> apply(WriteTxn& tx, const Share& share, const Node& parent, const FileSystemChange& change, Node& node);

/// What file systems know of a node, as answers show it.
struct ShownNode {
    const Node& node;
    std::string file_id;
    std::string parent_id;
    bool nfs;  ///< the share's protocol
    ServiceVersion version;
};
[[nodiscard]] inline ShownNode shown_node(const Exchange& x, const FilePlace& place, const Node& node) {
    return {node, node.id == place.share().id ? "0" : std::to_string(node.id), place.parent_id(),
            place.share().properties.protocol == Protocol::nfs, x.version};
}
void add_file_system_headers(Response& response, const ShownNode& shown);
/// x-ms-file-permission-format; nothing where it is not given, or not known yet. Fails with invalid_header_value.
[[nodiscard]] Result<std::optional<PermissionFormat>> decode_permission_format(const Exchange& x);
/// `{"permission": "...", "format": "..."}`, as Create Permission takes it and Get Permission answers, as text. Fails with
/// invalid_input or file_invalid_permission.
[[nodiscard]] Result<std::string> parse_permission(const std::string& json, PermissionFormat otherwise, PermissionUse use);
/// The key of a node's permission, the default one where it was never given any.
[[nodiscard]] std::string permission_key(const Node& node);

}  // namespace lazulite::file
