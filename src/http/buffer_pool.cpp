#include "http/buffer_pool.hpp"

namespace lazulite {

void Buffer::release() {
    if (data_ != nullptr) pool_->give_back(std::exchange(data_, nullptr), std::exchange(size_, 0));
}

Buffer BufferPool::take(std::size_t wanted) {
    Shelf& shelf = wanted <= kSmall ? shelves_[0] : wanted <= kMedium ? shelves_[1] : shelves_[2];
    if (shelf.free.empty()) return {new std::byte[shelf.size], shelf.size, this};
    std::unique_ptr<std::byte[]> block = std::move(shelf.free.back());
    shelf.free.pop_back();
    return {block.release(), shelf.size, this};
}

void BufferPool::give_back(std::byte* data, std::size_t size) {
    std::unique_ptr<std::byte[]> block(data);
    for (Shelf& shelf : shelves_) {
        if (shelf.size == size && shelf.free.size() < shelf.keep) {
            shelf.free.push_back(std::move(block));
            return;
        }
    }
}

void BufferPool::trim() {
    for (Shelf& shelf : shelves_) shelf.free.clear();
}

}  // namespace lazulite
