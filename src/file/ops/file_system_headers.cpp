#include "file/ops/file_system_headers.hpp"

#include <algorithm>
#include <initializer_list>

#include "wire/date.hpp"

namespace lazulite::file {
namespace {

constexpr std::string_view kAttributes = "x-ms-file-attributes";
constexpr std::string_view kCreated = "x-ms-file-creation-time";
constexpr std::string_view kLastWritten = "x-ms-file-last-write-time";
constexpr std::string_view kChanged = "x-ms-file-change-time";
constexpr std::string_view kPermission = "x-ms-file-permission";
constexpr std::string_view kPermissionKey = "x-ms-file-permission-key";
constexpr std::string_view kPermissionCopyMode = "x-ms-file-permission-copy-mode";
constexpr std::string_view kPermissionFormatHeader = "x-ms-file-permission-format";
constexpr std::string_view kSemantics = "x-ms-file-property-semantics";
constexpr std::string_view kSetArchive = "x-ms-file-copy-set-archive";
constexpr std::string_view kMode = "x-ms-mode";
constexpr std::string_view kOwner = "x-ms-owner";
constexpr std::string_view kGroup = "x-ms-group";
constexpr std::string_view kModeCopyMode = "x-ms-file-mode-copy-mode";
constexpr std::string_view kOwnerCopyMode = "x-ms-file-owner-copy-mode";

StorageError missing(std::string_view name) {
    return StorageError(ErrorCode::missing_required_header).with("HeaderName", name);
}

bool is_given(const Exchange& x, std::string_view name) { return !x.request.fields.value_or_empty(name).empty(); }

/// Whether a header of a copy says `source`.
bool says_source(const Exchange& x, std::string_view name, Absent absent, FileSystemChange& change) {
    if (absent != Absent::is_default_of_copy || !equals_ignoring_case(x.request.fields.value_or_empty(name), "source")) return false;
    change.of_source = name;
    return true;
}

/// `source`, which ignores the values, as recordings show it, or `override`, which needs one; nothing where it is not given.
Result<std::optional<bool>> decode_copy_mode(const Exchange& x, std::string_view name, std::initializer_list<std::string_view> values,
                                             FileSystemChange& change) {
    const std::string_view text = x.request.fields.value_or_empty(name);
    if (text.empty()) return std::nullopt;
    if (says_source(x, name, Absent::is_default_of_copy, change)) return true;
    if (!equals_ignoring_case(text, "override")) return fail(bad_header(name, text));
    const bool given = std::any_of(values.begin(), values.end(), [&x](std::string_view value) { return is_given(x, value); });
    if (!given) return fail(missing(*values.begin()));
    return false;
}

/// `now`, `preserve` where there is something to preserve, `source` of a copy, or ISO 8601.
Result<FileTime> decode_time(const Exchange& x, std::string_view name, Absent absent, FileTime::Kind otherwise,
                             FileSystemChange& change) {
    const std::string_view text = x.request.fields.value_or_empty(name);
    if (text.empty()) return FileTime{otherwise, {}};
    if (says_source(x, name, absent, change)) return FileTime{FileTime::Kind::preserve, {}};
    if (equals_ignoring_case(text, "now")) return FileTime{FileTime::Kind::now, {}};
    if (equals_ignoring_case(text, "preserve") && absent == Absent::is_preserve) return FileTime{FileTime::Kind::preserve, {}};
    const auto given = parse_iso8601(text);
    if (!given) return fail(bad_header(name, text));
    return FileTime{FileTime::Kind::given, *given};
}

Result<std::optional<Attributes>> decode_attributes(const Exchange& x, bool directory, Absent absent, FileSystemChange& change) {
    const std::string_view text = x.request.fields.value_or_empty(kAttributes);
    if (text.empty() && absent == Absent::is_default_of_copy) return kNewFile;
    if (text.empty() || says_source(x, kAttributes, absent, change)) return std::nullopt;
    if (equals_ignoring_case(text, "preserve") && absent == Absent::is_preserve) return std::nullopt;
    const auto attributes = Attributes::parse(text, directory);
    if (!attributes) return fail(bad_header(kAttributes, text));
    // A new file is one that is to be archived, whatever else it is.
    const bool archived = absent == Absent::is_default && !directory && !change.restore;
    return archived ? attributes->with(Attributes::archive) : *attributes;
}

Result<FileSystemChange::Permission> decode_permission(const Exchange& x, Absent absent, FileSystemChange& change) {
    if (absent == Absent::is_default_of_copy) {
        LAZ_TRY(const auto of_source, decode_copy_mode(x, kPermissionCopyMode, {kPermission, kPermissionKey}, change));
        if (of_source.value_or(false)) return FileSystemChange::Preserve();
    }
    const std::string_view text = x.request.fields.value_or_empty(kPermission);
    const std::string_view key = x.request.fields.value_or_empty(kPermissionKey);
    if (!text.empty() && !key.empty()) return fail(bad_header(kPermissionKey, key));
    if (!key.empty()) {
        const auto parsed = PermissionKey::parse(key);
        if (!parsed) return fail(bad_header(kPermissionKey, key));
        return *parsed;
    }
    if (equals_ignoring_case(text, "inherit")) return FileSystemChange::Inherit();
    const bool preserve = text.empty() || equals_ignoring_case(text, "preserve");
    if (preserve && absent == Absent::is_preserve) return FileSystemChange::Preserve();
    if (text.empty()) return FileSystemChange::Inherit();
    if (text.size() > kLongestPermission) return fail(bad_header(kPermission, text));
    LAZ_TRY(const auto format, decode_permission_format(x));
    const PermissionUse use = absent == Absent::is_preserve ? PermissionUse::kept
                              : change.restore              ? PermissionUse::as_given
                                                            : PermissionUse::of_new;
    LAZ_TRY(std::string sddl, read_permission(text, format.value_or(PermissionFormat::sddl), use));
    return FileSystemChange::Permission(std::move(sddl));
}

/// Whether something new is to be just what it is said to be.
Result<bool> decode_semantics(const Exchange& x) {
    const std::string_view text = x.request.fields.value_or_empty(kSemantics);
    if (equals_ignoring_case(text, "restore")) return true;
    if (text.empty() || equals_ignoring_case(text, "new")) return false;
    return fail(bad_header(kSemantics, text));
}

/// Before 2021-06-08 all of them had to be given.
Result<> check_required(const Exchange& x) {
    if (x.version >= kOptionalSmbProperties) return {};
    for (const std::string_view name : {kAttributes, kCreated, kLastWritten}) {
        if (!is_given(x, name)) return fail(missing(name));
    }
    if (!is_given(x, kPermission) && !is_given(x, kPermissionKey)) return fail(missing(kPermission));
    return {};
}

Result<std::optional<std::uint32_t>> decode_id(const Exchange& x, std::string_view name) {
    const std::string_view text = x.request.fields.value_or_empty(name);
    if (text.empty()) return std::nullopt;
    const auto id = parse_number<std::uint32_t>(text);
    if (!id) return fail(bad_header(name, text));
    return id;
}

Result<> decode_nfs(const Exchange& x, Absent absent, FileSystemChange& change) {
    if (x.version < kNfs) return {};
    for (const std::string_view name : {kMode, kOwner, kGroup}) change.any_nfs = change.any_nfs || is_given(x, name);
    if (const std::string_view mode = x.request.fields.value_or_empty(kMode); !mode.empty()) {
        change.mode = parse_mode(mode);
        if (!change.mode) return fail(bad_header(kMode, mode));
    }
    LAZ_TRY(change.owner, decode_id(x, kOwner));
    LAZ_TRY(change.group, decode_id(x, kGroup));
    if (absent != Absent::is_default_of_copy) return {};
    for (const std::string_view name : {kModeCopyMode, kOwnerCopyMode}) change.any_nfs = change.any_nfs || is_given(x, name);
    LAZ_TRY(const auto mode_of_source, decode_copy_mode(x, kModeCopyMode, {kMode}, change));
    LAZ_TRY(const auto owner_of_source, decode_copy_mode(x, kOwnerCopyMode, {kOwner, kGroup}, change));
    const bool same_mode = mode_of_source.value_or(false);
    const bool same_owner = owner_of_source.value_or(false);
    change.mode = same_mode ? std::nullopt : std::optional(change.mode.value_or(kNewFileMode));
    change.owner = same_owner ? std::nullopt : std::optional(change.owner.value_or(0));
    change.group = same_owner ? std::nullopt : std::optional(change.group.value_or(0));
    return {};
}

Result<std::optional<PermissionKey>> permission_of(WriteTxn& tx, const Share& share, const Node& parent,
                                                   const FileSystemChange::Permission& asked, const Node& node) {
    if (const auto* key = std::get_if<PermissionKey>(&asked)) {
        if (!find_permission(tx, share.id, *key)) return fail(ErrorCode::file_invalid_permission_key);
        return *key;
    }
    if (const auto* text = std::get_if<std::string>(&asked)) return insert_permission(tx, share.id, *text);
    if (std::holds_alternative<FileSystemChange::Preserve>(asked)) return node.permission;
    const auto of_parent = parent.permission ? find_permission(tx, share.id, *parent.permission) : std::nullopt;
    if (!of_parent) return parent.permission;
    return insert_permission(tx, share.id, inherited_permission(*of_parent, node.kind == NodeKind::directory));
}

}  // namespace

Result<std::optional<PermissionFormat>> decode_permission_format(const Exchange& x) {
    const std::string_view text = x.request.fields.value_or_empty(kPermissionFormatHeader);
    if (text.empty() || x.version < kPermissionFormat) return std::nullopt;
    auto format = parse_permission_format(text);
    if (!format) return fail(bad_header(kPermissionFormatHeader, text));
    return format;
}

Result<FileSystemChange> decode_file_system_change(const Exchange& x, bool directory, Absent absent, Headers headers) {
    FileSystemChange change;
    const bool fresh = absent != Absent::is_preserve;
    const auto otherwise = fresh ? FileTime::Kind::now : FileTime::Kind::preserve;
    if (fresh) change.permission = FileSystemChange::Inherit();
    if (absent == Absent::is_default_of_copy) change.attributes = kNewFile;
    change.created = change.last_written = FileTime{otherwise, {}};
    const bool of_copy = absent == Absent::is_default_of_copy;
    if (x.version < (of_copy ? kCopySmbProperties : kSmbProperties)) return change;
    for (const std::string_view name : {kAttributes, kPermission, kPermissionKey}) change.any_smb = change.any_smb || is_given(x, name);
    if (absent == Absent::is_default) {
        LAZ_TRY(change.restore, decode_semantics(x));
        change.any_smb = change.any_smb || is_given(x, kSemantics);
    }
    if (of_copy) change.any_smb = change.any_smb || is_given(x, kPermissionCopyMode) || is_given(x, kSetArchive);
    if (headers == Headers::once_required) LAZ_CHECK(check_required(x));
    LAZ_TRY(change.attributes, decode_attributes(x, directory, absent, change));
    LAZ_TRY(change.created, decode_time(x, kCreated, absent, otherwise, change));
    LAZ_TRY(change.last_written, decode_time(x, kLastWritten, absent, otherwise, change));
    if (x.version >= kOptionalSmbProperties) {
        LAZ_TRY(change.changed, decode_time(x, kChanged, absent, FileTime::Kind::now, change));
    }
    LAZ_TRY(change.permission, decode_permission(x, absent, change));
    LAZ_CHECK(decode_nfs(x, absent, change));
    return change;
}

Result<> apply(WriteTxn& tx, const Share& share, const Node& parent, const FileSystemChange& change, Node& node) {
    const bool nfs = share.properties.protocol == Protocol::nfs;
    if (nfs && change.any_smb) return fail(StorageError(ErrorCode::unsupported_header).with("HeaderName", kAttributes));
    if (!nfs && change.any_nfs) return fail(StorageError(ErrorCode::unsupported_header).with("HeaderName", kMode));
    LAZ_TRY(node.permission, permission_of(tx, share, parent, change.permission, node));
    const Instant now = node.tick;
    node.attributes = change.attributes.value_or(node.attributes);
    node.created = change.created.at(now, node.created);
    node.last_written = change.last_written.at(now, node.last_written);
    node.changed = change.changed.at(now, node.changed);
    if (!nfs) node.nfs.reset();
    if (nfs && !node.nfs) node.nfs = {node.kind == NodeKind::directory ? kNewDirectoryMode : kNewFileMode, 0, 0};
    if (nfs) {
        node.nfs->mode = change.mode.value_or(node.nfs->mode);
        node.nfs->owner = change.owner.value_or(node.nfs->owner);
        node.nfs->group = change.group.value_or(node.nfs->group);
    }
    return {};
}

std::string permission_key(const Node& node) {
    static const std::string kOfDirectories = PermissionKey::of(kDefaultPermission).text();
    static const std::string kOfFiles = PermissionKey::of(kDefaultFilePermission).text();
    if (node.permission) return node.permission->text();
    return node.kind == NodeKind::directory ? kOfDirectories : kOfFiles;
}

void add_file_system_headers(Response& response, const ShownNode& shown) {
    if (shown.version < kSmbProperties) return;
    const Node& node = shown.node;
    Fields& fields = response.fields;
    if (!shown.nfs) {
        fields.add(kPermissionKey, permission_key(node));
        fields.add(kAttributes, node.attributes.text());
    }
    fields.add(kCreated, format_iso8601(node.created));
    fields.add(kLastWritten, format_iso8601(node.last_written));
    fields.add(kChanged, format_iso8601(node.changed));
    fields.add("x-ms-file-id", shown.file_id);
    fields.add("x-ms-file-parent-id", shown.parent_id);
    if (!shown.nfs || !node.nfs || shown.version < kNfs) return;
    fields.add(kMode, mode_text(node.nfs->mode));
    fields.add(kOwner, std::to_string(node.nfs->owner));
    fields.add(kGroup, std::to_string(node.nfs->group));
    fields.add("x-ms-file-file-type", name_of(node.kind));
    if (node.kind == NodeKind::file) fields.add("x-ms-link-count", std::to_string(node.links));
}

}  // namespace lazulite::file
