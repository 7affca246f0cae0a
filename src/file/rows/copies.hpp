#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file/rows/tree.hpp"
#include "store/transaction.hpp"

namespace lazulite::file {

// Pending copies onto files, whose bytes come from elsewhere. The row of `expiry` that ends each is also how a new run of the
// server finds it. A file has its length from the beginning, and so its share counts it.

/// The node is being copied to from now on, with a transfer.
void watch_copy(WriteTxn& tx, const Share& share, const Node& node);
/// That copy is over.
void forget_copy(WriteTxn& tx, const LastCopy& copy);
/// StoreKind::expire: writes down that the time of a copy is over.
void end_copy(WriteTxn& tx, std::string_view key);

/// A copy that failed or was aborted leaves a file without bytes; the caller lets its content go. Reference: "Abort Copy File".
void set_ended(Node& node);
/// What a stored node is `now`: a copy onto it may have taken too long.
void bring_up_to(Instant now, Node& node);

/// Of a live share.
struct PendingFileCopy {
    std::string share;
    std::int64_t share_id = 0;
    Node node;
};
/// Whether there is anything for adopt_copies.
[[nodiscard]] bool has_watched_copies(ReadTxn& tx);
/// Makes `run` the one that moves the bytes of all that another run was moving, and gives those.
[[nodiscard]] std::vector<PendingFileCopy> adopt_copies(WriteTxn& tx, std::string_view run);

}  // namespace lazulite::file
