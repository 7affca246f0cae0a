#pragma once

#include "blob/ops/common.hpp"

// Keys that clients bring along, and encryption scopes.

namespace lazulite::blob {

/// What the request brings: `x-ms-encryption-key` with its hash and algorithm, or the scope of `x-ms-encryption-scope` or
/// of its SAS (`ses`). A key comes whole, but that reads may leave the algorithm out; the two exclude each other; a scope is
/// one of the account and enabled. Fails with missing_required_header, invalid_header_value or authorization_failure.
[[nodiscard]] Result<Encryption> asked_encryption(const Exchange& x);

/// Whether blobs may be encrypted with the scope, which that header names: it is one of the account, and enabled. Before an
/// account names its scopes, each name is one.
[[nodiscard]] Result<> check_scope(const Exchange& x, std::string_view header, const std::string& scope);

/// encryption_of_new where the container has its say.
[[nodiscard]] Result<Encryption> encryption_of_new(const Exchange& x, const Container& container, const Encryption& asked);

/// Whether the request may read the blob: check_same_encryption, and no scope that was disabled.
[[nodiscard]] Result<> check_encryption(const Exchange& x, const Blob& blob, const Encryption& asked);
/// Whether it may change the blob, or take a snapshot of it: the same with check_change_of.
[[nodiscard]] Result<> check_change(const Exchange& x, const Found& found, const Encryption& asked);

/// x-ms-request-server-encrypted, and with what.
void add_encryption(Response& response, ServiceVersion version, const Encryption& encryption);

}  // namespace lazulite::blob
