#pragma once

#include <cstdint>
#include <string>

#include "blob/domain/history.hpp"
#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Blobs on their way out of the archive, where somebody is to be told when they are there: nothing but the clock brings that
// about.

struct RehydrationEnd {
    std::int64_t seq = 0;
    Instant due;
    std::string container;
    BlobKey key;
    Which which;
    std::string request_id;  ///< of the request that began it
    std::string client_request_id;
    std::string endpoint;
};

void put_rehydration(WriteTxn& tx, const RehydrationEnd& end);
[[nodiscard]] bool has_rehydrations(ReadTxn& tx);
/// The first of those that are due; nothing when there is none.
[[nodiscard]] std::optional<RehydrationEnd> due_rehydration(ReadTxn& tx);
void remove_rehydration(WriteTxn& tx, std::int64_t seq);

}  // namespace lazulite::blob
