#include "datalake/ops/path.hpp"

#include "blob/domain/names.hpp"

namespace lazulite::datalake {

Result<> check_path(const Exchange& x) {
    LAZ_CHECK(blob::check_names(x));
    const auto segments = blob::segments_of(x.target.name);
    if (segments.empty()) return {};
    LAZ_CHECK(blob::check_blob_name(x.target.container, x.target.name));
    if (x.account.settings.hierarchical_namespace && segments.size() > kDeepestPath) {
        return fail(ErrorCode::path_is_too_deep);
    }
    return {};
}

Result<> check_path_below_root(const Exchange& x) {
    LAZ_CHECK(check_path(x));
    if (blob::segments_of(x.target.name).empty()) return fail(ErrorCode::invalid_uri);
    return {};
}

std::string normal_path(std::string_view path) {
    std::string normal;
    for (const std::string_view segment : blob::segments_of(path)) {
        if (!normal.empty()) normal += '/';
        normal += segment;
    }
    return normal;
}

Result<blob::Place> find_place(ReadTxn& tx, const Exchange& x) {
    Target target = x.target;
    target.name = normal_path(target.name);
    return blob::find_place(tx, target);
}

Result<blob::Place> require_path(ReadTxn& tx, const Exchange& x) {
    LAZ_TRY(blob::Place place, find_place(tx, x));
    if (!place.blob) return fail(ErrorCode::path_not_found);
    return place;
}

Result<blob::Place> require_file(ReadTxn& tx, const Exchange& x) {
    LAZ_TRY(blob::Place place, require_path(tx, x));
    if (is_directory(*place.blob)) return fail(ErrorCode::resource_type_mismatch);
    return place;
}

void PathHeaders::apply(blob::ContentHeaders& to) const {
    if (type) to.type = *type;
    if (encoding) to.encoding = *encoding;
    if (language) to.language = *language;
    if (cache_control) to.cache_control = *cache_control;
    if (disposition) to.disposition = *disposition;
    if (md5) to.md5.assign(reinterpret_cast<const char*>(md5->data()), md5->size());
}

bool is_folder_marker(const blob::Blob& blob) {
    if (blob.size > 0 || blob.metadata.empty()) return false;
    const auto metadata = Metadata::unpack(blob.metadata);
    const std::string* marked = metadata ? metadata->find(kIsFolder) : nullptr;
    return marked && equals_ignoring_case(*marked, "true");
}

bool is_directory(const blob::Blob& blob) { return blob.is_directory() || is_folder_marker(blob); }

Metadata marked_folder(const Metadata& properties) {
    Metadata marked;
    marked.add(kIsFolder, "true");
    for (const Metadata::Pair& pair : properties) {
        if (!equals_ignoring_case(pair.name, kIsFolder)) marked.add(pair.name, pair.value);
    }
    return marked;
}

Metadata with_folder_mark(const Metadata& properties, const blob::Blob& of) {
    if (is_folder_marker(of)) return marked_folder(properties);
    Metadata kept;
    for (const Metadata::Pair& pair : properties) {
        if (!equals_ignoring_case(pair.name, kIsFolder)) kept.add(pair.name, pair.value);
    }
    return kept;
}

Result<> check_flat(const Exchange& x) {
    for (const std::string_view name : {"x-ms-permissions", "x-ms-umask", "x-ms-acl", "x-ms-owner", "x-ms-group"}) {
        if (!x.request.fields.value_or_empty(name).empty()) return fail(ErrorCode::hierarchical_namespace_not_enabled);
    }
    return {};
}

}  // namespace lazulite::datalake
