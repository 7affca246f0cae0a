#pragma once

#include <string>

#include "blob/rows/blobs.hpp"

namespace lazulite::blob {

/// The `props` of a row of `blobs`.
[[nodiscard]] std::string pack_props(const Blob& blob);
/// All of a new blob but its content, from the columns kind, size, created, tick, one more, and props.
void read_properties(const Cursor& row, int at, Blob& blob);
/// A blob from the columns kind, size, created, tick, content and props, which begin at `at`.
[[nodiscard]] Blob read_blob(const Cursor& row, int at);
/// The same where `child_dir_id` follows them.
[[nodiscard]] Blob read_current(const Cursor& row, int at);
/// Whether a row is of a blob that has expired, by its columns flags and props.
[[nodiscard]] bool is_expired(ReadTxn& tx, const Cursor& row, int flags_at, int props_at);

// The same of a former state, a row of `history` or `retained`, which keeps its ETag beside its id.

[[nodiscard]] std::string pack_former(Blob blob, Instant id);
[[nodiscard]] Blob read_former(const Cursor& row, int at, HistoryClass kind);

}  // namespace lazulite::blob
