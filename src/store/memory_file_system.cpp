#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <utility>

#include "store/file_system.hpp"

namespace lazulite {
namespace {

/// Bytes in use by all files of one file system, against its limit.
class Budget {
  public:
    explicit Budget(std::uint64_t limit) : limit_(limit) {}
    bool take(std::uint64_t bytes) {
        std::uint64_t used = used_.load(std::memory_order_relaxed);
        do {
            if (used > limit_ || bytes > limit_ - used) return false;
        } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return true;
    }
    /// For what must not fail: a deletion writes rows before it frees anything.
    void take_in_any_case(std::uint64_t bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
    [[nodiscard]] bool exhausted() const { return used_.load(std::memory_order_relaxed) >= limit_; }
    void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    const std::uint64_t limit_;
    std::atomic<std::uint64_t> used_{0};
};

/// The contents of a file, shared by its name and everyone who has it open; goes with the last of them.
class Node {
  public:
    explicit Node(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {}
    virtual ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    virtual IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) = 0;
    virtual IoResult<> write(std::uint64_t offset, ByteView bytes) = 0;
    virtual IoResult<> truncate(std::uint64_t size) = 0;
    virtual IoResult<std::uint64_t> size() = 0;
    virtual IoResult<> punch(std::uint64_t offset, std::uint64_t length) = 0;
    [[nodiscard]] virtual int descriptor() const = 0;

    std::atomic<bool> named{true};

  protected:
    std::shared_ptr<Budget> budget_;
};

/// A database file: chunks on the heap, a missing one reads as zeros. The chunk size is the largest page size in use, so
/// a page never spans two, and small enough that a hundred small databases do not add up.
class HeapNode final : public Node {
  public:
    using Node::Node;
    ~HeapNode() override {
        for (const Chunk& chunk : chunks_) drop(chunk);
    }

    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        const std::shared_lock guard(mutex_);
        if (offset >= size_) return std::size_t{0};
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset));
        auto* out = static_cast<std::byte*>(to);
        each_piece(offset, size, [&](std::size_t index, std::size_t begin, std::size_t length) {
            if (index < chunks_.size() && chunks_[index]) {
                std::memcpy(out, chunks_[index].get() + begin, length);
            } else {
                std::memset(out, 0, length);
            }
            out += length;
        });
        return size;
    }

    IoResult<> write(std::uint64_t offset, ByteView bytes) override {
        if (bytes.empty()) return {};
        const std::lock_guard guard(mutex_);
        if (auto made = provide(offset, bytes.size()); !made) return made;
        const std::byte* from = bytes.data();
        each_piece(offset, bytes.size(), [&](std::size_t index, std::size_t begin, std::size_t length) {
            std::memcpy(chunks_[index].get() + begin, from, length);
            from += length;
        });
        size_ = std::max(size_, offset + bytes.size());
        return {};
    }

    IoResult<> truncate(std::uint64_t size) override {
        const std::lock_guard guard(mutex_);
        if (size < size_) clear(size, std::uint64_t{chunks_.size()} * kChunk);
        if (const std::uint64_t needed = (size + kChunk - 1) / kChunk; needed < chunks_.size()) chunks_.resize(needed);
        size_ = size;
        return {};
    }

    IoResult<std::uint64_t> size() override {
        const std::shared_lock guard(mutex_);
        return size_;
    }

    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
        const std::lock_guard guard(mutex_);
        const std::uint64_t end = std::uint64_t{chunks_.size()} * kChunk;
        clear(std::min(offset, end), std::min(offset + length, end));
        return {};
    }

    [[nodiscard]] int descriptor() const override { return -1; }

  private:
    static constexpr std::size_t kChunk = std::size_t{16} * 1024;
    using Chunk = std::unique_ptr<std::byte[]>;

    /// Calls `use(chunk index, begin inside it, length)` for each chunk that a range touches.
    template <class Use>
    static void each_piece(std::uint64_t offset, std::uint64_t size, Use use) {
        while (size > 0) {
            const auto begin = static_cast<std::size_t>(offset % kChunk);
            const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, kChunk - begin));
            use(static_cast<std::size_t>(offset / kChunk), begin, length);
            offset += length;
            size -= length;
        }
    }

    void drop(const Chunk& chunk) const {
        if (chunk) budget_->give_back(kChunk);
    }

    /// Makes every missing chunk of a range, or none and an error.
    IoResult<> provide(std::uint64_t offset, std::uint64_t size) {
        std::uint64_t missing = 0;
        each_piece(offset, size, [&](std::size_t index, std::size_t, std::size_t) {
            if (index >= chunks_.size() || !chunks_[index]) ++missing;
        });
        if (missing == 0) return {};
        budget_->take_in_any_case(missing * kChunk);
        try {
            const std::size_t last = static_cast<std::size_t>((offset + size - 1) / kChunk);
            if (last >= chunks_.size()) chunks_.resize(last + 1);
            each_piece(offset, size, [&](std::size_t index, std::size_t, std::size_t) {
                if (chunks_[index]) return;
                chunks_[index] = std::make_unique<std::byte[]>(kChunk);
                --missing;
            });
        } catch (const std::bad_alloc&) {
            budget_->give_back(missing * kChunk);
            return io_failure(ENOMEM);
        }
        return {};
    }

    /// Frees the whole chunks of [first, last) and zeroes the rest of it.
    void clear(std::uint64_t first, std::uint64_t last) {
        if (first >= last) return;
        each_piece(first, last - first, [&](std::size_t index, std::size_t begin, std::size_t length) {
            if (!chunks_[index]) return;
            if (length < kChunk) {
                std::memset(chunks_[index].get() + begin, 0, length);
            } else {
                drop(chunks_[index]);
                chunks_[index].reset();
            }
        });
    }

    std::shared_mutex mutex_;
    std::uint64_t size_ = 0;
    std::vector<Chunk> chunks_;
};

/// An extent: a memfd, to pread and sendfile from. Counts the pages that were written and not punched since.
class ExtentNode final : public Node {
  public:
    ExtentNode(std::shared_ptr<Budget> budget, int descriptor) : Node(std::move(budget)), descriptor_(descriptor) {}
    ~ExtentNode() override {
        ::close(descriptor_);
        forget(0, used_.size());
    }

    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        std::size_t done = 0;
        while (done < size) {
            const ssize_t got = ::pread(descriptor_, static_cast<std::byte*>(to) + done, size - done,
                                        static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return io_failure(errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    IoResult<> write(std::uint64_t offset, ByteView bytes) override {
        if (bytes.empty()) return {};
        if (auto counted = count(offset, bytes.size()); !counted) return counted;
        while (!bytes.empty()) {
            const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0) return io_failure(put < 0 ? errno : EIO);  // counted until punched or removed
            bytes = bytes.subspan(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return {};
    }

    IoResult<> truncate(std::uint64_t size) override {
        if (::ftruncate(descriptor_, static_cast<off_t>(size)) < 0) return io_failure(errno);
        const std::lock_guard guard(mutex_);
        forget(page_after(size), used_.size());
        return {};
    }

    IoResult<std::uint64_t> size() override {
        const off_t end = ::lseek(descriptor_, 0, SEEK_END);  // moves a position that nobody uses
        if (end < 0) return io_failure(errno);
        return static_cast<std::uint64_t>(end);
    }

    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
        if (length == 0) return {};
        if (::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                        static_cast<off_t>(length)) < 0) {
            return io_failure(errno);
        }
        const std::lock_guard guard(mutex_);
        forget(page_after(offset), static_cast<std::size_t>((offset + length) / kPage));
        return {};
    }

    [[nodiscard]] int descriptor() const override { return descriptor_; }

  private:
    static constexpr std::uint64_t kPage = 4096;
    static std::size_t page_after(std::uint64_t offset) {
        return static_cast<std::size_t>((offset + kPage - 1) / kPage);
    }

    IoResult<> count(std::uint64_t offset, std::uint64_t size) {
        const auto first = static_cast<std::size_t>(offset / kPage);
        const std::size_t last = page_after(offset + size);
        const std::lock_guard guard(mutex_);
        if (last > used_.size()) used_.resize(last);
        const auto begin = used_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = used_.begin() + static_cast<std::ptrdiff_t>(last);
        const auto fresh = static_cast<std::uint64_t>(std::count(begin, end, false));
        if (!budget_->take(fresh * kPage)) return io_failure(ENOSPC);
        std::fill(begin, end, true);
        return {};
    }

    void forget(std::size_t first, std::size_t last) {
        last = std::min(last, used_.size());
        if (first >= last) return;
        const auto begin = used_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = used_.begin() + static_cast<std::ptrdiff_t>(last);
        budget_->give_back(static_cast<std::uint64_t>(std::count(begin, end, true)) * kPage);
        std::fill(begin, end, false);
    }

    const int descriptor_;
    std::mutex mutex_;
    std::vector<bool> used_;
};

class MemoryFile final : public File {
  public:
    explicit MemoryFile(std::shared_ptr<Node> node) : node_(std::move(node)) {}
    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        return node_->read(offset, to, size);
    }
    IoResult<> write(std::uint64_t offset, ByteView bytes) override { return node_->write(offset, bytes); }
    IoResult<> sync() override { return {}; }
    IoResult<> truncate(std::uint64_t size) override { return node_->truncate(size); }
    IoResult<std::uint64_t> size() override { return node_->size(); }
    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override { return node_->punch(offset, length); }
    IoResult<std::uint64_t> links() override { return node_->named ? 1U : 0U; }
    [[nodiscard]] int descriptor() const override { return node_->descriptor(); }

  private:
    std::shared_ptr<Node> node_;
};

/// One flat map from path to file; a null node is a directory. The root is always there and has no entry.
class MemoryFileSystem final : public FileSystem {
  public:
    explicit MemoryFileSystem(std::uint64_t limit_bytes) : budget_(std::make_shared<Budget>(limit_bytes)) {}

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override {
        const std::lock_guard guard(mutex_);
        if (auto there = check_parents(path); !there) return tl::unexpected(there.error());
        if (path.empty()) return io_failure(EISDIR);
        if (const auto entry = entries_.find(path); entry != entries_.end()) {
            if (how == Open::create_new || how == Open::extent_new) return io_failure(EEXIST);
            if (!entry->second) return io_failure(EISDIR);
            return std::make_unique<MemoryFile>(entry->second);
        }
        if (how == Open::existing) return io_failure(ENOENT);
        std::shared_ptr<Node> node;
        if (how == Open::extent_new) {
            const int descriptor = ::memfd_create("lazulite-extent", MFD_CLOEXEC);
            if (descriptor < 0) return io_failure(errno);
            node = std::make_shared<ExtentNode>(budget_, descriptor);
        } else {
            node = std::make_shared<HeapNode>(budget_);
        }
        entries_.emplace(path, node);
        return std::make_unique<MemoryFile>(std::move(node));
    }

    [[nodiscard]] bool exhausted() const override { return budget_->exhausted(); }

    IoResult<bool> exists(const std::string& path) override {
        const std::lock_guard guard(mutex_);
        return path.empty() || entries_.contains(path);
    }

    IoResult<> remove(const std::string& path) override {
        const std::lock_guard guard(mutex_);
        const auto entry = find(path);
        if (!entry) return tl::unexpected(entry.error());
        if (!(*entry)->second && has_children(path)) return io_failure(ENOTEMPTY);
        erase(*entry);
        return {};
    }

    IoResult<> rename(const std::string& from, const std::string& to) override {
        const std::lock_guard guard(mutex_);
        const auto source = find(from);
        if (!source) return tl::unexpected(source.error());
        if (auto there = check_parents(to); !there) return there;
        if (from == to) return {};
        const bool directory = !(*source)->second;
        if (directory && to.starts_with(from + '/')) return io_failure(EINVAL);
        if (const auto target = entries_.find(to); target != entries_.end()) {
            const bool over_directory = !target->second;
            if (directory && !over_directory) return io_failure(ENOTDIR);
            if (!directory && over_directory) return io_failure(EISDIR);
            if (over_directory && has_children(to)) return io_failure(ENOTEMPTY);
            erase(target);
        }
        std::vector<std::string> moved{from};
        if (directory) {
            for (auto child = first_below(from); is_below(child, from); ++child) moved.push_back(child->first);
        }
        for (const std::string& path : moved) {
            auto entry = entries_.extract(path);
            entry.key() = to + path.substr(from.size());
            entries_.insert(std::move(entry));
        }
        return {};
    }

    IoResult<> make_directories(const std::string& path) override {
        const std::lock_guard guard(mutex_);
        for (std::size_t end = 0; end != std::string::npos && !path.empty();) {
            end = path.find('/', end + 1);
            const auto [entry, made] = entries_.try_emplace(path.substr(0, end));
            if (!made && entry->second) return io_failure(ENOTDIR);
        }
        return {};
    }

    IoResult<std::vector<std::string>> list(const std::string& path) override {
        const std::lock_guard guard(mutex_);
        if (auto there = check_directory(path); !there) return tl::unexpected(there.error());
        std::vector<std::string> names;
        const std::size_t skip = path.empty() ? 0 : path.size() + 1;
        for (auto child = first_below(path); is_below(child, path); ++child) {
            std::string name = child->first.substr(skip);
            if (name.find('/') == std::string::npos) names.push_back(std::move(name));
        }
        return names;
    }

    IoResult<> sync_directory(const std::string& path) override {
        const std::lock_guard guard(mutex_);
        return check_directory(path);
    }

  private:
    using Entries = std::map<std::string, std::shared_ptr<Node>>;

    IoResult<Entries::iterator> find(const std::string& path) {
        const auto entry = entries_.find(path);
        if (entry != entries_.end()) return entry;
        if (auto there = check_parents(path); !there) return tl::unexpected(there.error());
        return io_failure(path.empty() ? EBUSY : ENOENT);
    }
    IoResult<> check_directory(const std::string& path) const {
        if (path.empty()) return {};
        const auto entry = entries_.find(path);
        if (entry == entries_.end()) {
            if (auto there = check_parents(path); !there) return there;
            return io_failure(ENOENT);
        }
        if (entry->second) return io_failure(ENOTDIR);
        return {};
    }
    IoResult<> check_parents(const std::string& path) const {
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos) return {};
        return check_directory(path.substr(0, slash));
    }
    Entries::iterator first_below(const std::string& directory) {
        return directory.empty() ? entries_.begin() : entries_.lower_bound(directory + '/');
    }
    bool is_below(Entries::iterator entry, const std::string& directory) {
        return entry != entries_.end() && (directory.empty() || entry->first.starts_with(directory + '/'));
    }
    bool has_children(const std::string& path) { return is_below(first_below(path), path); }
    void erase(Entries::iterator entry) {
        if (entry->second) entry->second->named = false;
        entries_.erase(entry);
    }

    std::mutex mutex_;
    std::shared_ptr<Budget> budget_;
    Entries entries_;
};

}  // namespace

std::unique_ptr<FileSystem> make_memory_file_system(std::uint64_t limit_bytes) {
    return std::make_unique<MemoryFileSystem>(limit_bytes);
}

}  // namespace lazulite
