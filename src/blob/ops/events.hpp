#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "blob/domain/event.hpp"
#include "blob/domain/history.hpp"
#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "service/exchange.hpp"

namespace lazulite::blob {

/// Who changes blobs: a request, or the account by itself.
struct Cause {
    const Account& account;
    std::string_view operation;  ///< of the operation table
    std::string_view request_id;
    std::string_view client_request_id;
    std::string endpoint;  ///< `http://host:port/account/`
};
[[nodiscard]] Cause cause_of(const Exchange& x);

/// A blob of the caller, or none.
class MaybeBlob {
  public:
    MaybeBlob(const Blob& blob) : blob_(&blob) {}  // NOLINT: all three are implicit
    MaybeBlob(const std::optional<Blob>& blob) : blob_(blob ? &*blob : nullptr) {}  // NOLINT
    MaybeBlob(std::nullopt_t /*none*/) {}  // NOLINT
    explicit operator bool() const { return blob_ != nullptr; }
    const Blob& operator*() const { return *blob_; }

  private:
    const Blob* blob_ = nullptr;
};

/// A change to a blob. `after` is what stands there now; nothing where it was deleted. `which`: the change is to, or
/// made, that former state.
struct BlobChange {
    EventType type;
    MaybeBlob before;
    MaybeBlob after;
    Which which = {};
    Which soft_deleted = {};  ///< as what soft delete keeps the state before, or has kept it
    bool later = false;       ///< it completes what a request began
    std::string renamed_from = {};  ///< container and path, of what was renamed
};

/// Tells whom the account wants to know of it, in the transaction of the change itself: the change feed
/// and those who subscribed to its events.
void note(WriteTxn& tx, const Cause& cause, const Container& container, std::string_view name, const BlobChange& change);
/// The same of the blob that the request names; costs nothing where nobody wants to know.
void note(WriteTxn& tx, const Exchange& x, const Container& container, const BlobChange& change);

/// Tells of one blob that has left the archive; false where there is none. By the account itself.
[[nodiscard]] bool note_rehydrated(WriteTxn& tx, const Account& account);

}  // namespace lazulite::blob
