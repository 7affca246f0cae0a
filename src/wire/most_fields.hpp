#pragma once

#include <cstddef>

namespace lazulite {

/// A request, or a part of a multipart body, with more header fields is refused: what is done with them takes time that
/// grows with the square of their number.
inline constexpr std::size_t kMostFields = 1000;

}  // namespace lazulite
