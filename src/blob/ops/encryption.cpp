#include "blob/ops/encryption.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kKey = "x-ms-encryption-key";
constexpr std::string_view kKeyHash = "x-ms-encryption-key-sha256";
constexpr std::string_view kAlgorithm = "x-ms-encryption-algorithm";
constexpr std::string_view kScope = "x-ms-encryption-scope";

StorageError missing(std::string_view name) {
    return StorageError(ErrorCode::missing_required_header).with("HeaderName", name);
}

StorageError malformed(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", value);
}

/// The hash of the key that the request brings; empty where it brings none. The value of a key is never shown.
Result<std::string> asked_key(const Exchange& x) {
    const auto key = x.request.fields.find(kKey);
    const auto hash = x.request.fields.find(kKeyHash);
    const auto algorithm = x.request.fields.find(kAlgorithm);
    if (x.version < kCustomerKeys || (!key && !hash && !algorithm)) return std::string();
    if (!key) return fail(missing(kKey));
    if (!hash) return fail(missing(kKeyHash));
    if (!algorithm && x.operation.needs.writes) return fail(missing(kAlgorithm));
    const auto bytes = base64_decode(*key);
    if (!bytes || bytes->size() != sizeof(Sha256Digest)) return fail(malformed(kKey, ""));
    const Sha256Digest digest = sha256(as_bytes(*bytes));
    if (base64_decode(*hash) != std::string(reinterpret_cast<const char*>(digest.data()), digest.size())) {
        return fail(malformed(kKeyHash, *hash));
    }
    if (algorithm && *algorithm != "AES256") return fail(malformed(kAlgorithm, *algorithm));
    return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

Result<std::string> asked_scope(const Exchange& x) {
    const std::string& prescribed = x.identity.encryption_scope();
    std::string scope = prescribed;
    if (x.version >= kEncryptionScopes) {
        const std::string_view header = x.request.fields.value_or_empty(kScope);
        if (!header.empty() && !prescribed.empty() && header != prescribed) return fail(malformed(kScope, header));
        if (!header.empty()) scope = header;
    }
    if (scope.empty() || scope == kAccountKeyScope) return std::string();
    LAZ_CHECK(check_scope(x, kScope, scope));
    return scope;
}

}  // namespace

Result<> check_scope(const Exchange& x, std::string_view header, const std::string& scope) {
    const EncryptionScopes& known = x.account.settings.encryption_scopes;
    const auto found = known.find(scope);
    if (!known.empty() ? found == known.end() : !is_encryption_scope(scope)) return fail(malformed(header, scope));
    if (!known.empty() && !found->second) return fail(ErrorCode::authorization_failure);
    return {};
}

Result<Encryption> asked_encryption(const Exchange& x) {
    Encryption asked;
    LAZ_TRY(asked.key_sha256, asked_key(x));
    if (x.operation.needs.writes) {
        LAZ_TRY(asked.scope, asked_scope(x));
    }
    if (!asked.key_sha256.empty() && !asked.scope.empty()) return fail(malformed(kScope, asked.scope));
    return asked;
}

Result<Encryption> encryption_of_new(const Exchange& x, const Container& container, const Encryption& asked) {
    LAZ_TRY(Encryption encryption, encryption_of_new(asked, container.default_encryption_scope,
                                                     container.deny_encryption_scope_override));
    if (!encryption.scope.empty()) LAZ_CHECK(check_scope(x, kScope, encryption.scope));
    return encryption;
}

Result<> check_encryption(const Exchange& x, const Blob& blob, const Encryption& asked) {
    LAZ_CHECK(check_same_encryption(blob.encryption, asked));
    const EncryptionScopes& known = x.account.settings.encryption_scopes;
    const auto scope = known.find(blob.encryption.scope);
    if (scope != known.end() && !scope->second) return fail(ErrorCode::authorization_failure);
    return {};
}

Result<> check_change(const Exchange& x, const Found& found, const Encryption& asked) {
    LAZ_CHECK(check_change_of(found.blob.encryption, asked, found.container.default_encryption_scope));
    return check_encryption(x, found.blob, asked);
}

void add_encryption(Response& response, ServiceVersion version, const Encryption& encryption) {
    add_encrypted(response, version);
    if (!encryption.key_sha256.empty()) {
        response.fields.add(kKeyHash, base64_encode(as_bytes(encryption.key_sha256)));
    }
    if (!encryption.scope.empty()) response.fields.add(kScope, encryption.scope);
}

}  // namespace lazulite::blob
