#include "allocations.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "one_server.hpp"

namespace {

thread_local std::uint64_t allocations_left = 0;  // until some fail, in a row
thread_local std::uint64_t failures_left = 0;
thread_local bool allocation_failed = false;
thread_local bool here = false;  // the thread that called fail_every
thread_local std::uint64_t count = 0;
std::atomic<std::uint64_t> every_one{0};
std::atomic<std::uint64_t> run_length{1};

bool fails_now() {
    const std::uint64_t every = every_one.load(std::memory_order_relaxed);
    if (every != 0 && !here) return ++count % every < run_length.load(std::memory_order_relaxed);
    if (!lazulite::OneServer::serving || failures_left == 0) return false;
    if (allocations_left > 0 && --allocations_left > 0) return false;
    --failures_left;
    allocation_failed = true;
    return true;
}

void* allocate(std::size_t size, std::size_t alignment) {
    if (fails_now()) throw std::bad_alloc();
    void* const memory = alignment == 0 ? std::malloc(size) : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

sqlite3_mem_methods real_memory;

/// SQLite asks for memory by itself.
const bool kSqliteToo = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods counted = real_memory;
    counted.xMalloc = [](int size) { return fails_now() ? nullptr : real_memory.xMalloc(size); };
    counted.xRealloc = [](void* memory, int size) { return fails_now() ? nullptr : real_memory.xRealloc(memory, size); };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
    return true;
}();

}  // namespace

void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new[](std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, static_cast<std::size_t>(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return allocate(size, static_cast<std::size_t>(alignment)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace lazulite {

void fail_allocations(std::uint64_t before, std::uint64_t in_a_row) {
    allocation_failed = false;
    allocations_left = before + 1;
    failures_left = in_a_row;
}

bool allocations_failed() {
    failures_left = 0;
    return allocation_failed;
}

void fail_every(std::uint64_t number, std::uint64_t in_a_row) {
    here = true;
    run_length = in_a_row;
    every_one = number;
}

std::string all_rights() { return OneServer::sas(); }

}  // namespace lazulite
