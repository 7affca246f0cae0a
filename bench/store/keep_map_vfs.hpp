#pragma once

#include <string>

namespace lazulite::bench {

/// Registers a thin VFS over `base` ("unix" or "unix-excl") and returns its name, base + "-keep-map".
///
/// In WAL mode a reader that begins after any commit calls xUnfetch(0), on which os_unix unmaps the whole database
/// file. Through this VFS the call is passed on only when the file's size changed, so the map survives commits.
/// That is safe: the map is MAP_SHARED and so sees what checkpoints write; only a truncation must drop it.
[[nodiscard]] std::string keep_map_vfs(const std::string& base);

}  // namespace lazulite::bench
