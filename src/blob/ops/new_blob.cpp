#include "blob/ops/new_blob.hpp"

namespace lazulite::blob {

ContentHeaders stored_headers(NewBlob& command, ServiceVersion version) {
    ContentHeaders headers = std::move(command.headers);
    const auto fall_back = [](std::string& to, std::optional<std::string>& plain) {
        if (to.empty() && plain) to = *std::move(plain);
    };
    fall_back(headers.type, command.content_type);
    fall_back(headers.encoding, command.content_encoding);
    fall_back(headers.language, command.content_language);
    fall_back(headers.cache_control, command.cache_control);
    if (headers.type.empty()) headers.type = kDefaultContentType;
    keep_known(headers, version);
    return headers;
}

Result<> check_place(ReadTxn& tx, const Exchange& x, const Place& place, const NewBlob& command, BlobType type) {
    if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(check_create(command.guards.when, place.tick()));
    LAZ_CHECK(check_tags(x, command.guards.if_tags, place.blob ? place.blob->tags : std::string_view()));
    if (place.blob) LAZ_CHECK(check_not_copied_to(place.blob->copy));
    if (place.blob) LAZ_CHECK(check_online(place.blob->tier));
    if (place.blob) LAZ_CHECK(check_overwritable(x, *place.blob));
    Blob blob;
    LAZ_CHECK(guard(x, place, command, tx.now(), blob));
    return check_type(tx, place, type);
}

Result<> guard(const Exchange& x, const Place& place, const NewBlob& command, Instant now, Blob& blob) {
    LAZ_TRY(blob.immutability, immutability_of_upload(x, command.immutability, now));
    LAZ_TRY(blob.encryption, encryption_of_new(x, place.container, command.encryption));
    return {};
}

Result<> refuse_header(const Request& request, std::string_view name) {
    const auto value = request.fields.find(name);
    if (!value) return {};
    return fail(StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", *value));
}

}  // namespace lazulite::blob
