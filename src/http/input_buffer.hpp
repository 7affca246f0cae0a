#pragma once

#include <algorithm>
#include <cassert>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "http/buffer_pool.hpp"

namespace lazulite {

/// What has arrived and nobody has taken yet: a head, the beginning of its body, the requests behind it.
class InputBuffer {
  public:
    explicit InputBuffer(BufferPool& pool) : pool_(pool), block_(pool.take(BufferPool::kSmall)) {}

    [[nodiscard]] std::span<std::byte> unread() const { return block_.bytes().subspan(begin_, end_ - begin_); }
    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(block_.data()) + begin_, end_ - begin_};
    }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::span<std::byte> space() const { return block_.bytes().subspan(end_); }
    [[nodiscard]] std::size_t capacity() const { return block_.size(); }

    void filled(std::size_t bytes) { end_ += bytes; }
    void consume(std::size_t bytes) { begin_ += bytes; }

    /// Unread bytes to the front; views into the buffer die.
    void rewind() {
        if (begin_ == 0) return;
        std::memmove(block_.data(), block_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    /// Changes to a block of at least `size` bytes; views into the buffer die.
    void move_to(std::size_t size) {
        Buffer larger = pool_.take(size);
        const std::span<std::byte> kept = unread();
        assert(kept.size() <= larger.size());
        std::memcpy(larger.data(), kept.data(), kept.size());
        end_ = kept.size();
        begin_ = 0;
        block_ = std::move(larger);
    }
    /// `bytes` as if they had just arrived, in an empty buffer. At most BufferPool::kSmall of them.
    void refill(std::span<const std::byte> bytes) {
        assert(empty() && bytes.size() <= capacity());
        begin_ = 0;
        end_ = bytes.size();
        std::memcpy(block_.data(), bytes.data(), bytes.size());
    }

  private:
    BufferPool& pool_;
    Buffer block_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace lazulite
