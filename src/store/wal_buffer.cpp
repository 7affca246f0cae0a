#include "store/wal_buffer.hpp"

#include <algorithm>

namespace lazulite {

IoResult<> WalBuffer::write(File& file, std::uint64_t offset, ByteView bytes) {
    if (!empty() && offset >= offset_ && offset + bytes.size() <= offset_ + bytes_.size()) {
        std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset - offset_));
        return {};
    }
    if (offset != offset_ + bytes_.size() || bytes_.size() + bytes.size() > kMost) {
        if (auto flushed = flush(file); !flushed) return flushed;
    }
    if (bytes.size() > kMost) return file.write(offset, bytes);
    if (empty()) offset_ = offset;
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
}

IoResult<> WalBuffer::flush(File& file) {
    if (empty()) return {};
    auto written = file.write(offset_, bytes_);
    clear();
    return written;
}

}  // namespace lazulite
