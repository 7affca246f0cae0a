#pragma once

#include "datalake/ops/path.hpp"

namespace lazulite::datalake {

// Directories of flat accounts: what begins with a name and a slash, with a blob of that name that marks one or without.
// What concerns them all is done some at a time, and can be seen half done.

/// Whether no blob stands below that name.
[[nodiscard]] bool is_empty_below(ReadTxn& tx, const blob::Container& container, std::string_view directory);

/// Deletes every blob below the target.
[[nodiscard]] Task<Result<>> delete_below(Exchange& x, const blob::Protection& protection);
/// Gives every blob below `from` of that filesystem the name that it has below the target instead.
[[nodiscard]] Task<Result<>> rename_below(Exchange& x, const blob::Protection& protection, const std::string& filesystem,
                                          const std::string& from);

/// The blob at `from` stands at `to` from now on, which it replaces; with its bytes, properties and times.
void move_flat(WriteTxn& tx, const blob::Protection& protection, const blob::Place& from, const blob::Place& to);

}  // namespace lazulite::datalake
