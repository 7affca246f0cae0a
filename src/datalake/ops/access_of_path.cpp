#include "datalake/ops/access_of_path.hpp"

#include "base/text.hpp"
#include "service/principals.hpp"

namespace lazulite::datalake {
namespace {

/// The object id, where the name is known; ids and other names as they are.
std::string without_name(const Exchange& x, const std::string& id) {
    const std::string object_id = object_id_of(x, id);
    return object_id.empty() ? id : object_id;
}

}  // namespace

blob::AccessControl StandingPath::access() const {
    return blob::AccessControl::unpack(blob ? blob->access : container.root_access, directory());
}

void StandingPath::set_access(WriteTxn& tx, const blob::AccessControl& access) {
    const std::string packed = access.pack(directory());
    if (!blob) {
        container.root_access = packed;
        blob::update_container(tx, container);
        return;
    }
    blob::Blob after = *blob;
    after.access = packed;
    blob::replace(tx, key, blob, after);
    blob = std::move(after);
}

Result<StandingPath> require_standing(ReadTxn& tx, const Target& target) {
    if (blob::segments_of(target.name).empty()) {
        StandingPath root;
        LAZ_TRY(root.container, blob::require_container(tx, target.container));
        return root;
    }
    LAZ_TRY(blob::Found found, blob::require_blob(tx, target));
    return StandingPath{std::move(found.container), std::move(found.key), std::move(found.blob)};
}

Result<> check_hierarchical(const Exchange& x) {
    if (x.account.settings.hierarchical_namespace) return {};
    return fail(ErrorCode::hierarchical_namespace_not_enabled);
}

Result<std::optional<std::string>> owner_of(const Exchange& x, std::string_view header) {
    const std::string_view given = x.request.fields.value_or_empty(header);
    if (given.empty()) return std::optional<std::string>();
    if (given == blob::kSuperuser) return std::optional(std::string(given));
    const auto id = blob::principal_id(given);
    if (id) return std::optional(without_name(x, *id));
    return fail(StorageError(ErrorCode::invalid_header_value).with("HeaderName", header).with("HeaderValue", given));
}

Result<std::optional<blob::Rwx>> asked_access(const Exchange& x) {
    const std::string_view* const text = x.query.find("fsAction");
    if (!text) return std::optional<blob::Rwx>();
    blob::Rwx asked = 0;
    for (const char letter : *text) {
        const std::size_t bit = std::string_view("rwx").find(letter);
        if (bit != std::string_view::npos) asked = static_cast<blob::Rwx>(asked | blob::kAclRead >> bit);
    }
    const bool whole = text->size() == 3 && text->find_first_not_of("rwx-") == std::string_view::npos;
    if (whole) return std::optional(asked);
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "fsAction")
                    .with("QueryParameterValue", *text)
                    .with("Reason", "It has the form rwx, a dash for what is not asked for."));
}

blob::AclEntries with_object_ids(const Exchange& x, blob::AclEntries entries) {
    for (blob::AclEntry& entry : entries) entry.id = without_name(x, entry.id);
    return entries;
}

blob::NameOfUser names_asked_for(const Exchange& x) {
    if (!equals_ignoring_case(x.query.value_or_empty("upn"), "true")) return nullptr;
    return [&x](std::string_view id) { return user_principal_name(x, id); };
}

}  // namespace lazulite::datalake
