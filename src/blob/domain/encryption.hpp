#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lazulite::blob {

/// With what the bytes of a blob are said to be encrypted: a key that its client brings along, a scope of the account, or
/// neither, which is the key of the account. Nothing is encrypted here; the rules are kept.
struct Encryption {
    std::string key_sha256;  ///< of the client's key, 32 bytes; or none
    std::string scope;       ///< or none
    bool operator==(const Encryption&) const = default;

    [[nodiscard]] bool any() const { return !key_sha256.empty() || !scope.empty(); }
};

/// The name of what is no scope: the key of the account.
inline constexpr std::string_view kAccountKeyScope = "$account-encryption-key";

/// Whether a request that brings `given` may read what is encrypted so: with the key of the blob, and no other scope. Fails
/// with blob_uses_customer_specified_encryption, blob_does_not_use_customer_specified_encryption or
/// blob_customer_specified_encryption_mismatch.
/// Reference: "Provide an encryption key on a request to Blob storage"; for scopes, exchanges with the real service.
[[nodiscard]] Result<> check_same_encryption(const Encryption& blob, const Encryption& given);

/// Whether it may change that, or take a snapshot of it: as above, and with the scope of the blob, unless that is the scope
/// that its container has for all.
[[nodiscard]] Result<> check_change_of(const Encryption& blob, const Encryption& given,
                                       const std::string& container_scope = {});

/// With what a new blob is encrypted: what is asked for, else the scope that its container has for all. Fails with
/// request_forbidden_by_container_encryption_policy where the container allows nothing else.
/// Reference: "Encryption scopes for Blob storage", encryption scopes for containers and blobs.
[[nodiscard]] Result<Encryption> encryption_of_new(const Encryption& asked, const std::string& container_scope,
                                                   bool deny_override);

}  // namespace lazulite::blob
