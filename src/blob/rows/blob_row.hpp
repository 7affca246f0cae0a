#pragma once

#include <string>

#include "blob/rows/blobs.hpp"

namespace lazulite::blob {

/// The `props` of a row of `blobs` or `history`.
[[nodiscard]] std::string pack_props(const Blob& blob);
/// A blob from the columns kind, size, created, tick, content and props, which begin at `at`.
[[nodiscard]] Blob read_blob(const Cursor& row, int at);

}  // namespace lazulite::blob
