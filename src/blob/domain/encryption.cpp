#include "blob/domain/encryption.hpp"

namespace lazulite::blob {

Result<> check_same_encryption(const Encryption& blob, const Encryption& given) {
    if (!given.scope.empty() && given.scope != blob.scope) {
        return fail(ErrorCode::blob_customer_specified_encryption_mismatch);
    }
    if (given.key_sha256 == blob.key_sha256) return {};
    if (given.key_sha256.empty()) return fail(ErrorCode::blob_uses_customer_specified_encryption);
    if (blob.key_sha256.empty()) return fail(ErrorCode::blob_does_not_use_customer_specified_encryption);
    return fail(ErrorCode::blob_customer_specified_encryption_mismatch);
}

Result<> check_change_of(const Encryption& blob, const Encryption& given, const std::string& container_scope) {
    LAZ_CHECK(check_same_encryption(blob, given));
    if (given.scope == blob.scope || blob.scope == container_scope) return {};
    return fail(ErrorCode::blob_uses_customer_specified_encryption);
}

Result<Encryption> encryption_of_new(const Encryption& asked, const std::string& container_scope, bool deny_override) {
    if (container_scope.empty()) return asked;
    if (!asked.any() || asked.scope == container_scope) return Encryption{{}, container_scope};
    if (deny_override) return fail(ErrorCode::request_forbidden_by_container_encryption_policy);
    return asked;
}

}  // namespace lazulite::blob
