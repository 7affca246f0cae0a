#pragma once

#include <memory>
#include <optional>
#include <string>

#include "blob/domain/copy.hpp"
#include "blob/domain/model.hpp"
#include "blob/ops/source_blob.hpp"
#include "blob/rows/blobs.hpp"
#include "service/accounts.hpp"
#include "service/background.hpp"
#include "service/copy_source.hpp"
#include "store/store.hpp"

namespace lazulite::blob {

/// A pending copy whose bytes come from another account or another server.
struct CopyTransfer {
    std::shared_ptr<Store> store;
    std::string container;
    BlobKey key;
    Copy copy;  ///< as it began; Copy::transfer is there
    BlobType type = BlobType::block;
    std::optional<Instant> source_snapshot = {};  ///< of an incremental copy
    std::shared_ptr<const CopySource> source;
    const Background& background;
    // What is told of the change.
    Account account;
    std::string request_id;
    std::string client_request_id;

    [[nodiscard]] std::uint64_t size() const { return copy.total; }
};

/// Moves its bytes and completes it, in one transaction; or fails it, and leaves a blob without bytes: at once where the
/// source refuses, after some tries where it does not answer, breaks off or is busy. One that was aborted meanwhile stays so. Of page blobs only written pages are asked for, and a block blob gets the committed blocks of its
/// source, where the source can tell them. Where the server stops first, `resume_copies` of its next run goes on.
Task<> move_bytes(CopyTransfer transfer);

/// Begins anew what an earlier run of the server left pending in a store.
Task<> resume_copies(std::shared_ptr<Store> store, Account account, Sources& sources, Background& background);

}  // namespace lazulite::blob
