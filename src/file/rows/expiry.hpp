#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "store/transaction.hpp"

namespace lazulite::file {

/// What WriteTxn::expire_at is asked for.
enum class Expiry : std::uint8_t {
    shares = 1,  ///< id: of a share that soft delete kept until now; key: its name
    former = 2,  ///< id: its own; key: a FormerSweep
    copies = 3,  ///< a copy that is pending for two weeks then; id: when it began; key: rows/copies.cpp
};

/// Former states that a share snapshot alone showed, which is deleted: those that began after `before` (the snapshot before
/// it) and ended after `behind` (itself, or where an earlier slice ended) and no later than `until` (the snapshot after it, or
/// its deletion).
struct FormerSweep {
    std::int64_t share_id = 0;
    Instant before;
    Instant behind;
    Instant until;
};
/// Removes them in later transactions.
void sweep_soon(WriteTxn& tx, const FormerSweep& sweep);

/// StoreKind::expire of the file store.
void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key);
/// StoreKind::drain of the file store: what stands in a directory, and whatever was of the share whose root it is.
bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows);

}  // namespace lazulite::file
