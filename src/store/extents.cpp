#include "store/extents.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "store/content_codec.hpp"
#include "store/extent_files.hpp"
#include "store/extent_pool.hpp"
#include "store/write_back.hpp"

namespace lazulite {

namespace {

constexpr std::size_t kHeads = 16;  // packed extents written at the same time; io threads beyond that share
constexpr std::uint64_t kUnknownLength = std::numeric_limits<std::uint64_t>::max();

std::uint64_t aligned_up(std::uint64_t offset) {
    return (offset + Extents::kAlignment - 1) / Extents::kAlignment * Extents::kAlignment;
}

std::size_t thread_number() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return number;
}

/// An extent that this process writes.
struct Extent {
    /// Packed: many uploads. Exclusive: one. Lent: one at a time, of unknown length, in memory.
    enum class Use { packed, exclusive, lent };

    Extent(std::uint64_t number, Use how, std::shared_ptr<File> opened)
        : id(number), use(how), file(std::move(opened)), sealed(how == Use::exclusive) {}
    const std::uint64_t id;
    const Use use;
    const std::shared_ptr<File> file;
    std::uint64_t tail = Extents::kHeaderBytes;  // by its head, or by its only upload
    std::atomic<bool> failed{false};             // a sync failed: nothing more is written to it
    std::atomic<bool> unsynced{false};           // stands in State::unsynced
    std::atomic<std::uint64_t> on_their_way{0};  // small uploads before this offset were sent to the disk
    // Under State::mutex.
    std::size_t pending = 0;
    bool sealed;
    bool kept = false;
};

/// What the pool and its pending uploads share.
struct State {
    State(FileSystem& system, ExtentPool::Options chosen)
        : files(system),
          options(std::move(chosen)),
          open(in_memory() ? std::numeric_limits<std::size_t>::max() / 2 : options.open_files),
          syncs([this](File& file) { return reaches_disk(file); }),
          next_id(options.first_id) {}

    FileSystem& files;
    const ExtentPool::Options options;
    OpenFiles open;
    std::atomic<bool> folder_changed{false};  // since it was last synced
    std::mutex folder_mutex;
    WriteBack write_back;
    SyncThread syncs;

    std::mutex mutex;
    std::uint64_t next_id;
    std::unordered_map<std::uint64_t, std::shared_ptr<Extent>> mine;  // still written to, or with uploads in flight
    std::set<std::uint64_t> begun;                                    // ids whose files are being made
    std::vector<std::shared_ptr<Extent>> to_lend;
    bool closed = false;

    std::mutex unsynced_mutex;
    std::vector<std::shared_ptr<Extent>> unsynced;

    [[nodiscard]] bool in_memory() const { return options.durability == Durability::none; }
    [[nodiscard]] std::string path(std::uint64_t id) const { return extent_path(options.directory, id); }

    StorageError problem(const char* what, std::uint64_t id, std::error_code code) const {
        if (code == std::errc::no_space_on_device || code.value() == EDQUOT || code == std::errc::file_too_large) {
            return in_memory() ? ErrorCode::memory_extent_store_at_size_limit : ErrorCode::insufficient_storage;
        }
        log::error("extent " + path(id) + ": cannot " + what + ": " + code.message());
        return ErrorCode::internal_error;
    }

    IoResult<std::unique_ptr<File>> make_file(std::uint64_t id) {
        auto file = files.open(path(id), FileSystem::Open::extent_new);
        if (file || file.error() != std::errc::no_such_file_or_directory) return file;
        if (auto made = files.make_directories(options.directory); !made) return tl::unexpected(made.error());
        return files.open(path(id), FileSystem::Open::extent_new);
    }

    /// A new extent with one upload in it.
    Result<std::shared_ptr<Extent>> create(Extent::Use use) {
        while (true) {
            const Begun making(*this);
            const std::uint64_t id = making.id;
            auto file = make_file(id);
            if (!file) {
                if (file.error() == std::errc::file_exists) continue;
                return fail(problem("create it", id, file.error()));
            }
            folder_changed = true;
            if (auto written = (*file)->write(0, as_bytes(extent_header(options.store, id))); !written) {
                (void)files.remove(path(id));
                return fail(problem("write its header", id, written.error()));
            }
            auto extent = std::make_shared<Extent>(id, use, std::move(*file));
            extent->pending = 1;
            note_written(extent);
            open.insert(id, extent->file);
            const std::lock_guard lock(mutex);
            mine.emplace(id, extent);
            return extent;
        }
    }
    /// A new id, from its choice until its extent is known or given up.
    struct Begun {
        explicit Begun(State& of) : state(of) {
            const std::lock_guard lock(state.mutex);
            id = state.next_id++;
            state.begun.insert(id);
        }
        ~Begun() {
            const std::lock_guard lock(state.mutex);
            state.begun.erase(id);
        }
        Begun(const Begun&) = delete;
        Begun& operator=(const Begun&) = delete;
        State& state;
        std::uint64_t id = 0;
    };
    [[nodiscard]] std::uint64_t first_open() {
        const std::lock_guard lock(mutex);
        std::uint64_t first = begun.empty() ? next_id : *begun.begin();
        for (const auto& [id, extent] : mine) first = std::min(first, id);
        return first;
    }

    void enter(Extent& extent) {
        const std::lock_guard lock(mutex);
        ++extent.pending;
    }
    void leave(const std::shared_ptr<Extent>& extent, bool kept) {
        std::unique_lock lock(mutex);
        --extent->pending;
        extent->kept |= kept;
        if (extent->use == Extent::Use::lent && extent->tail < options.packed_limit && !closed) {
            insist([&] { to_lend.push_back(extent); });
        } else {
            extent->sealed |= extent->use == Extent::Use::lent;
            settle(*extent, lock);
        }
    }
    void seal(Extent& extent) {
        std::unique_lock lock(mutex);
        extent.sealed = true;
        settle(extent, lock);
    }
    Result<std::shared_ptr<Extent>> lend() {
        {
            const std::lock_guard lock(mutex);
            if (!to_lend.empty()) {
                std::shared_ptr<Extent> extent = std::move(to_lend.back());
                to_lend.pop_back();
                ++extent->pending;
                return extent;
            }
        }
        return create(Extent::Use::lent);
    }
    void close() {
        std::vector<std::shared_ptr<Extent>> idle;
        {
            const std::lock_guard lock(mutex);
            closed = true;
            idle.swap(to_lend);
        }
        for (const auto& extent : idle) seal(*extent);
    }
    /// Once nobody writes to it any more: nothing was ever named in it, or its rows decide what becomes of it.
    void settle(Extent& extent, std::unique_lock<std::mutex>& lock) {
        if (!extent.sealed || extent.pending != 0) return;
        const std::uint64_t id = extent.id;
        const bool kept = extent.kept;
        const auto held = mine.extract(id);
        lock.unlock();
        if (kept) return;
        open.erase(id);
        insist([&] { (void)files.remove(path(id)); });
    }

    Result<std::shared_ptr<File>> file(std::uint64_t id) {
        if (auto known = open.find(id)) return known;
        auto opened = files.open(path(id), FileSystem::Open::existing);
        if (!opened) return fail(problem("open it", id, opened.error()));
        std::shared_ptr<File> file = std::move(*opened);
        open.insert(id, file);
        return file;
    }

    /// What an upload waits for: its bytes in `power` mode, and else that the disk is not far behind.
    bool reaches_disk(File& file) {
        if (options.durability == Durability::power) return sync(file).has_value();
        write_back.catch_up();
        return true;
    }
    /// `length` more bytes of an upload stand in the kernel. Small uploads go to the disk together.
    void send(Extent& extent, std::uint64_t offset, std::uint64_t length) {
        if (length >= WriteBack::kPiece) return write_back.start(extent.file, offset, length);
        std::uint64_t from = extent.on_their_way.load();
        const std::uint64_t to = offset + length;
        if (to < from + WriteBack::kPiece || !extent.on_their_way.compare_exchange_strong(from, to)) return;
        write_back.start(extent.file, from, to - from);
    }

    IoResult<> sync(File& file) {
        auto synced = sync_folder();
        if (!synced) return synced;
        synced = file.sync();
        if (!synced) log::error("cannot sync an extent of " + options.directory + ": " + synced.error().message());
        return synced;
    }
    /// With its parent, in case it was just made.
    IoResult<> sync_folder() {
        const std::lock_guard lock(folder_mutex);
        if (!folder_changed.exchange(false)) return {};
        const std::size_t slash = options.directory.rfind('/');
        auto synced = files.sync_directory(options.directory);
        if (synced && slash != std::string::npos) synced = files.sync_directory(options.directory.substr(0, slash));
        if (synced) return synced;
        folder_changed = true;
        log::error("cannot sync " + options.directory + ": " + synced.error().message());
        return synced;
    }

    /// After the bytes and before anybody names them.
    void note_written(const std::shared_ptr<Extent>& extent) {
        if (options.durability != Durability::process || extent->unsynced.load() || extent->unsynced.exchange(true)) return;
        const std::lock_guard lock(unsynced_mutex);
        unsynced.push_back(extent);
    }
    IoResult<> sync_written() {
        std::vector<std::shared_ptr<Extent>> taken;
        {
            const std::lock_guard lock(unsynced_mutex);
            taken.swap(unsynced);
        }
        IoResult<> outcome;
        for (const auto& extent : taken) {
            extent->unsynced = false;  // what comes from here on stands in the list again
            if (extent->file->links().value_or(1) == 0) continue;
            if (auto synced = sync(*extent->file); !synced) {
                note_written(extent);
                outcome = synced;
            }
        }
        return outcome;
    }
};

class Pending final : public PendingBytes {
  public:
    Pending(std::shared_ptr<State> state, std::shared_ptr<Extent> extent, std::uint64_t offset, std::uint64_t reserved)
        : state_(std::move(state)), extent_(std::move(extent)), offset_(offset), reserved_(reserved) {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() override {
        const std::uint64_t taken = aligned_up(written_);
        if (extent_->use == Extent::Use::lent) extent_->tail = offset_ + taken;
        if (!kept_ && taken != 0 && extent_->use != Extent::Use::exclusive) (void)extent_->file->punch(offset_, taken);
        state_->leave(extent_, kept_);
    }

    Result<> write(ByteView bytes) override {
        if (bytes.size() > reserved_ - written_) {
            log::error("more bytes than were reserved for an upload");
            return fail(ErrorCode::internal_error);
        }
        // Counted before: a write that fails may have written a part.
        const std::uint64_t at = offset_ + written_;
        written_ += bytes.size();
        if (auto done = extent_->file->write(at, bytes); !done) {
            return fail(state_->problem("write to it", extent_->id, done.error()));
        }
        state_->note_written(extent_);
        crc_.update(bytes);
        if (paced() && written_ - sent_ >= WriteBack::kPiece) send();
        return {};
    }

    [[nodiscard]] bool behind() const override { return paced() && state_->write_back.behind(); }
    Task<Result<>> caught_up() override {
        const bool reached = co_await state_->syncs.synced(*extent_->file);
        if (!reached) {
            extent_->failed = true;
            co_return fail(ErrorCode::internal_error);
        }
        co_return Result<>{};
    }

    Task<Result<Range>> finish() override {
        if (paced() && written_ != sent_) send();
        if (behind() || (state_->options.durability == Durability::power && written_ != 0)) {
            LAZ_CO_CHECK(co_await caught_up());
        }
        co_return Range{extent_->id, offset_, written_, crc_.value()};
    }

    void keep() override { kept_ = true; }

  private:
    [[nodiscard]] bool paced() const { return state_->options.durability == Durability::process; }
    void send() {
        state_->send(*extent_, offset_ + sent_, written_ - sent_);
        sent_ = written_;
    }

    const std::shared_ptr<State> state_;
    const std::shared_ptr<Extent> extent_;
    const std::uint64_t offset_;
    const std::uint64_t reserved_;
    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;
    Crc64 crc_;
    bool kept_ = false;
};

class Pool final : public ExtentPool {
  public:
    Pool(FileSystem& files, Options options) : state_(std::make_shared<State>(files, std::move(options))) {}
    ~Pool() override {
        for (Head& head : heads_) {
            if (head.extent) state_->seal(*head.extent);
        }
        state_->close();
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    [[nodiscard]] Result<> admit() const override {
        if (!state_->files.exhausted()) return {};
        return fail(state_->in_memory() ? ErrorCode::memory_extent_store_at_size_limit : ErrorCode::insufficient_storage);
    }

    Result<std::unique_ptr<PendingBytes>> reserve(std::optional<std::uint64_t> length) override {
        const bool in_memory = state_->in_memory();  // where an extent is a descriptor for as long as it lives
        if (!in_memory && (!length || *length > state_->options.exclusive_from)) {
            LAZ_TRY(auto extent, state_->create(Extent::Use::exclusive));
            return std::make_unique<Pending>(state_, extent, kHeaderBytes, length.value_or(kUnknownLength));
        }
        if (!length) {
            LAZ_TRY(auto extent, state_->lend());
            const std::uint64_t offset = extent->tail;
            return std::make_unique<Pending>(state_, std::move(extent), offset, kUnknownLength);
        }
        Head& head = heads_[thread_number() % kHeads];
        const std::uint64_t needed = std::max(aligned_up(*length), kAlignment);
        const std::lock_guard lock(head.mutex);
        if (head.extent && !has_room(*head.extent, needed)) state_->seal(*std::exchange(head.extent, nullptr));
        if (head.extent) {
            state_->enter(*head.extent);
        } else {
            LAZ_TRY(head.extent, state_->create(Extent::Use::packed));
        }
        const std::uint64_t offset = std::exchange(head.extent->tail, head.extent->tail + needed);
        return std::make_unique<Pending>(state_, head.extent, offset, *length);
    }

    Result<Opened> open(std::uint64_t extent) override {
        LAZ_TRY(auto file, state_->file(extent));
        const int descriptor = file->descriptor();
        return Opened{descriptor, std::move(file)};
    }

    Result<> read(std::uint64_t extent, std::uint64_t offset, void* to, std::size_t size) override {
        LAZ_TRY(const auto file, state_->file(extent));
        auto done = file->read(offset, to, size);
        if (!done) return fail(state_->problem("read it", extent, done.error()));
        if (*done == size) return {};
        log::error("extent " + state_->path(extent) + " ends too early");
        return fail(ErrorCode::internal_error);
    }

    bool remove(std::uint64_t extent) override {
        {
            const std::lock_guard lock(state_->mutex);
            if (state_->mine.contains(extent)) return false;
        }
        state_->open.erase(extent);
        auto removed = state_->files.remove(state_->path(extent));
        return removed || removed.error() == std::errc::no_such_file_or_directory;
    }

    void punch(const Range& range) override {
        // A reservation begins at a block and owns it up to the next one, so what follows the bytes goes as well.
        const std::uint64_t first = aligned_up(range.offset);
        const std::uint64_t end = aligned_up(range.offset + range.length);
        if (first >= end) return;
        std::shared_ptr<File> file = state_->open.find(range.extent);
        if (!file) {
            auto opened = state_->files.open(state_->path(range.extent), FileSystem::Open::existing);
            if (!opened) return;
            file = std::move(*opened);
            state_->open.insert(range.extent, file);
        }
        const auto links = file->links();
        if (!links || *links > 1) return;
        (void)file->punch(first, end - first);  // a file system that cannot do it gives the space back with the file
    }

    std::uint64_t first_open() const override { return state_->first_open(); }

    IoResult<> sync_written() override { return state_->sync_written(); }

    IoResult<> sync_earlier(std::uint64_t first) override {
        IoResult<> outcome;
        for (const std::uint64_t id : found_at_start()) {
            if (id < first) continue;
            auto file = state_->files.open(state_->path(id), FileSystem::Open::existing);
            if (!file && file.error() == std::errc::no_such_file_or_directory) continue;
            auto synced = file ? (*file)->sync() : tl::unexpected(file.error());
            if (!synced) outcome = synced;
            state_->folder_changed = true;
        }
        if (outcome) outcome = state_->sync_folder();
        return outcome;
    }

    std::vector<std::uint64_t> found_at_start() override {
        std::vector<std::uint64_t> found;
        const auto names = state_->files.list(state_->options.directory);
        if (!names) return found;
        for (const std::string& name : *names) {
            const auto id = extent_id(name);
            if (id && *id < state_->options.first_id) found.push_back(*id);
        }
        return found;
    }

  private:
    struct alignas(64) Head {
        std::mutex mutex;
        std::shared_ptr<Extent> extent;
    };

    [[nodiscard]] bool has_room(const Extent& extent, std::uint64_t needed) const {
        if (extent.failed) return false;
        return extent.tail + needed <= state_->options.packed_limit || extent.tail == kHeaderBytes;
    }

    const std::shared_ptr<State> state_;
    std::array<Head, kHeads> heads_;
};

}  // namespace

std::unique_ptr<ExtentPool> make_extents(FileSystem& files, ExtentPool::Options options) {
    return std::make_unique<Pool>(files, std::move(options));
}

}  // namespace lazulite
