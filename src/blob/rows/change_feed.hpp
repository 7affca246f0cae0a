#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// The change feed of an account: a container that only this file writes to. Reference: "Change feed in Azure Blob Storage".
//
//     meta/segments.json                       up to which hour the feed is complete
//     idx/segments/2026/11/22/0200/meta.json   an hour in which something happened, and where its records are
//     log/00/2026/11/22/0200/00000.avro        an append blob of records, and further ones where it is full

inline constexpr std::string_view kChangeFeedContainer = "$blobchangefeed";

/// Makes the container and what it holds from the start, unless it is there.
void open_change_feed(WriteTxn& tx);
/// Adds a record of what happened at `time`, which was drawn in this transaction. `schema` is the records'. With the first
/// of an hour it is fixed how long those of that hour are kept, if not for ever.
void append_to_change_feed(WriteTxn& tx, Instant time, std::string_view schema, std::string_view record,
                           std::optional<std::chrono::days> retention = {});
/// The hour that begins there is over: its segment is complete.
void finalize_segment(WriteTxn& tx, Instant hour);
/// Removes what is kept of the hour that begins there.
void remove_segment(WriteTxn& tx, Instant hour);

}  // namespace lazulite::blob
