#pragma once

#include <cstdint>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite {

/// The end of a WAL between two syncs. SQLite writes a page in two pieces and a commit as many of them; gathered, they cost
/// the file system one call. What is gathered is in no file: whoever reads, measures or syncs the file flushes before. One
/// thread at a time.
class WalBuffer {
  public:
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    /// Keeps what continues what is there, or replaces a part of it; anything else, and what is too much, goes to the file.
    IoResult<> write(File& file, std::uint64_t offset, ByteView bytes);
    /// What fails to be written is gone.
    IoResult<> flush(File& file);
    void clear() { bytes_.clear(); }

  private:
    static constexpr std::size_t kMost = 64 << 10;
    std::uint64_t offset_ = 0;
    std::vector<std::byte> bytes_;
};

}  // namespace lazulite
