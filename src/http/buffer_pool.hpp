#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lazulite {

class BufferPool;

/// A block of bytes, given back to its pool when it goes away.
class Buffer {
  public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), pool_(other.pool_) {}
    Buffer& operator=(Buffer&& other) noexcept {
        if (this != &other) {
            release();
            data_ = std::exchange(other.data_, nullptr);
            size_ = std::exchange(other.size_, 0);
            pool_ = other.pool_;
        }
        return *this;
    }
    ~Buffer() { release(); }

    void release();
    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }

  private:
    friend class BufferPool;
    Buffer(std::byte* data, std::size_t size, BufferPool* pool) : data_(data), size_(size), pool_(pool) {}
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    BufferPool* pool_ = nullptr;
};

/// Blocks for one io thread, in the sizes that connections use: an idle one holds a small block, a busy one a medium, a
/// large body a large one. A few free blocks of each size are kept.
class BufferPool {
  public:
    static constexpr std::size_t kSmall = 4 * 1024;
    static constexpr std::size_t kMedium = 64 * 1024;
    static constexpr std::size_t kLarge = 1024 * 1024;

    BufferPool() = default;
    ~BufferPool() { trim(); }
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    /// The smallest of the three sizes that holds `wanted`, or the largest. Contents are not initialised.
    [[nodiscard]] Buffer take(std::size_t wanted);
    /// Gives all free blocks back to the system.
    void trim();

  private:
    friend class Buffer;
    struct Shelf {
        std::size_t size;
        std::size_t keep;
        std::vector<std::unique_ptr<std::byte[]>> free;
    };
    void give_back(std::byte* data, std::size_t size);

    Shelf shelves_[3] = {{kSmall, 64, {}}, {kMedium, 8, {}}, {kLarge, 2, {}}};
};

}  // namespace lazulite
