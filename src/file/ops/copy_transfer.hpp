#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "copy/last_copy.hpp"
#include "file/rows/tree.hpp"
#include "service/background.hpp"
#include "service/copy_source.hpp"
#include "store/store.hpp"

namespace lazulite::file {

/// A pending copy whose bytes come from a blob, another account or another server.
struct FileTransfer {
    std::shared_ptr<Store> store;
    std::string share;
    std::int64_t share_id = 0;
    std::int64_t node_id = 0;
    LastCopy copy;  ///< as it began; LastCopy::transfer is there
    std::shared_ptr<const CopySource> source;
    const Background& background;
};

/// Moves its bytes and completes it, in one transaction; or fails it, and leaves a file without bytes. One that was aborted
/// meanwhile stays so. Of a file or page blob only what was written is asked for. Where the server stops first,
/// `resume_copies` of its next run goes on.
Task<> move_bytes(FileTransfer transfer);

/// Begins anew what an earlier run of the server left pending in a store.
Task<> resume_copies(std::shared_ptr<Store> store, Sources& sources, Background& background);

}  // namespace lazulite::file
