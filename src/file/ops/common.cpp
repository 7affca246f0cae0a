#include "file/ops/common.hpp"

#include "base/dns_name.hpp"
#include "file/ops/versions.hpp"
#include "file/rows/copies.hpp"
#include "service/lease_request.hpp"
#include "wire/date.hpp"

namespace lazulite::file {
namespace {

constexpr std::string_view kIntent = "x-ms-file-request-intent";

Result<> check_bearer(const Exchange& x) {
    if (x.identity.kind() != Identity::Kind::bearer) return {};
    if (x.operation.needs.bearer_only) return {};  // no SDK says it with Get User Delegation Key
    const auto intent = x.request.fields.find(kIntent);
    if (!intent) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", kIntent));
    if (!equals_ignoring_case(*intent, "backup")) return fail(bad_header(kIntent, *intent));
    if (x.operation.scope == Scope::path || x.version >= kBearerOnShares) return {};
    return fail(StorageError(ErrorCode::authentication_failed)
                    .with("AuthenticationErrorDetail", "Bearer tokens are taken for shares from version 2024-11-04 on."));
}

/// Snapshots can be deleted and leased, and nothing else is written to them.
bool writes_snapshots(const Operation& row) {
    return row.name == "DeleteShare" || row.match.comp == "lease" || row.match.comp == "forceclosehandles";
}

bool keeps_dots(const Exchange& x, std::string_view header) {
    return x.version >= kTrailingDots && equals_ignoring_case(x.request.fields.value_or_empty(header), "true");
}

std::string id_text(std::int64_t node_id, std::int64_t share_id) {
    return node_id == share_id ? "0" : std::to_string(node_id);
}

}  // namespace

StorageError bad_header(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", value);
}

StorageError bad_parameter(std::string_view name, std::string_view value, std::string_view reason) {
    return StorageError(ErrorCode::invalid_query_parameter_value)
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .with("Reason", reason);
}

Result<> check_request(const Exchange& x) {
    LAZ_CHECK(check_bearer(x));
    if (!x.target.container.empty()) LAZ_CHECK(check_dns_name(x.target.container));
    const std::string_view* const snapshot = x.query.find("sharesnapshot");
    if (snapshot && x.operation.needs.writes && !writes_snapshots(x.operation)) {
        return fail(bad_parameter("sharesnapshot", *snapshot, "A share snapshot is read-only."));
    }
    return {};
}

Result<AsOf> decode_snapshot(const Query& query, std::string_view parameter) {
    const std::string_view* const text = query.find(parameter);
    if (!text || text->empty()) return AsOf();
    const auto taken = parse_iso8601(*text);
    if (!taken) return fail(bad_parameter(parameter, *text, "The value is not a date and time in the form of a snapshot id."));
    return AsOf(*taken);
}

Result<View> open_view(ReadTxn& tx, const Target& target, const AsOf& as_of) {
    LAZ_TRY(Share share, require_share(tx, target.container));
    View view{std::move(share), std::nullopt};
    if (!as_of) return view;
    view.snapshot = find_snapshot(tx, view.share.id, *as_of);
    if (!view.snapshot) return fail(ErrorCode::share_snapshot_not_found);
    return view;
}

Result<> check_share_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease, Instant now) {
    constexpr LeaseErrors kErrors{ErrorCode::lease_not_present_with_container_operation,
                                  ErrorCode::lease_id_mismatch_with_container_operation};
    const auto checked = check_use(use, lease, given, kErrors, now);
    if (!checked) return fail(lease_error(checked.error(), "share"));
    return {};
}

Result<> check_file_lease(LeaseUse use, const std::optional<LeaseId>& given, const MaybeLease& lease, Instant now) {
    constexpr LeaseErrors kErrors{ErrorCode::lease_not_present_with_file_operation,
                                  ErrorCode::lease_id_mismatch_with_file_operation};
    const auto checked = check_use(use, lease, given, kErrors, now);
    if (!checked) return fail(lease_error(checked.error(), "file"));
    return {};
}

Result<std::vector<std::string>> decode_path(const Exchange& x) {
    return decode_path(x, x.target.name, "x-ms-allow-trailing-dot");
}

Result<std::vector<std::string>> decode_path(const Exchange& x, std::string_view path, std::string_view header) {
    return split_path(path, keeps_dots(x, header) ? TrailingDots::kept : TrailingDots::dropped);
}

std::string FilePlace::file_id() const { return node ? id_text(node->id, share().id) : ""; }

std::string FilePlace::parent_id() const { return id_text(parent(), is_root ? 0 : share().id); }

Result<FilePlace> find_place(ReadTxn& tx, const Target& target, const std::vector<std::string>& path, const AsOf& as_of) {
    FilePlace place;
    LAZ_TRY(place.view, open_view(tx, target, as_of));
    const Share& share = place.share();
    if (path.empty()) {
        place.is_root = true;
        place.node = find_node(tx, share.id, as_of);
        return place;
    }
    place.directories.push_back(share.id);
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const auto entry = find_entry(tx, place.parent(), key_of(path[i], share.casing()), as_of);
        if (!entry || entry->kind != NodeKind::directory) return fail(ErrorCode::parent_not_found);
        place.directories.push_back(entry->node_id);
    }
    place.name = path.back();
    place.key = key_of(place.name, share.casing());
    place.entry = find_entry(tx, place.parent(), place.key, as_of);
    if (place.entry) place.node = find_node(tx, place.entry->node_id, as_of);
    if (place.node) bring_up_to(tx.now(), *place.node);
    return place;
}

Result<FilePlace> require_directory(ReadTxn& tx, const Target& target, const std::vector<std::string>& path, const AsOf& as_of) {
    LAZ_TRY(FilePlace place, find_place(tx, target, path, as_of));
    if (!place.node) return fail(ErrorCode::resource_not_found);
    if (place.node->kind != NodeKind::directory) return fail(ErrorCode::resource_type_mismatch);
    return place;
}

Result<FilePlace> or_absent(Result<FilePlace> found) {
    if (!found && found.error().code() == ErrorCode::resource_type_mismatch) return fail(ErrorCode::resource_not_found);
    return found;
}

Result<FilePlace> require_file(ReadTxn& tx, const Target& target, const std::vector<std::string>& path, const AsOf& as_of) {
    LAZ_TRY(FilePlace place, find_place(tx, target, path, as_of));
    if (!place.node) return fail(ErrorCode::resource_not_found);
    if (place.node->kind == NodeKind::directory) return fail(ErrorCode::resource_type_mismatch);
    place.node->lease = unless_modified(place.node->lease, place.node->tick);
    return place;
}

Result<> check_writable(const Node& node) {
    if (node.attributes.has(Attributes::read_only)) return fail(ErrorCode::read_only_attribute);
    return {};
}

Result<> check_not_copied_to(const Node& node) { return check_not_pending(node.copy ? &*node.copy : nullptr); }

void add_tick(Response& response, const Revision& tick) {
    HeaderEncoder headers(response.fields);
    headers.header("ETag", Etag{tick, true});
    headers.header("Last-Modified", tick);
}

void add_encrypted(Response& response, ServiceVersion version) {
    if (version >= kServerEncrypted) response.fields.add("x-ms-request-server-encrypted", "true");
}

}  // namespace lazulite::file
