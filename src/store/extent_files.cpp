#include "store/extent_files.hpp"

#include <algorithm>
#include <charconv>

#include "store/content_codec.hpp"
#include "store/extent_pool.hpp"

namespace lazulite {

namespace {
constexpr std::string_view kMagic = "LAZULITE EXTENT\n";
constexpr std::size_t kNameDigits = 16;
static_assert(kMagic.size() + sizeof(std::uint64_t) == kExtentTitleBytes);
}  // namespace

std::string extent_path(const std::string& directory, std::uint64_t extent) {
    char digits[kNameDigits];
    const char* const end = std::to_chars(digits, digits + kNameDigits, extent, 16).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    return directory + '/' + std::string(kNameDigits - count, '0').append(digits, count);
}

std::optional<std::uint64_t> extent_id(std::string_view file_name) {
    std::uint64_t id = 0;
    const char* const end = file_name.data() + file_name.size();
    const auto parsed = std::from_chars(file_name.data(), end, id, 16);
    if (file_name.size() != kNameDigits || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return id;
}

std::string extent_header(const Guid& store, std::uint64_t extent) {
    std::string page(kMagic);
    put_fixed64(page, kExtentFormat);
    page.append(reinterpret_cast<const char*>(store.bytes.data()), store.bytes.size());
    put_fixed64(page, extent);
    put_fixed64(page, Crc64::of(as_bytes(page)));
    page.resize(Extents::kHeaderBytes);
    return page;
}

std::optional<std::uint64_t> newer_extent_format(std::string_view page) {
    if (!page.starts_with(kMagic) || page.size() < kExtentTitleBytes) return std::nullopt;
    const std::uint64_t format = ByteReader(page.substr(kMagic.size())).fixed64();
    return format > kExtentFormat ? std::optional(format) : std::nullopt;
}

std::shared_ptr<File> OpenFiles::find(std::uint64_t id) {
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_id.find(id);
    if (found == shard.by_id.end()) return nullptr;
    shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
    return found->second->second;
}

void OpenFiles::insert(std::uint64_t id, std::shared_ptr<File> file) {
    std::shared_ptr<File> dropped;  // closed after the lock
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    if (shard.by_id.contains(id)) return;
    shard.recent.emplace_front(id, std::move(file));
    shard.by_id[id] = shard.recent.begin();
    if (shard.recent.size() <= capacity_) return;
    dropped = std::move(shard.recent.back().second);
    shard.by_id.erase(shard.recent.back().first);
    shard.recent.pop_back();
}

void OpenFiles::erase(std::uint64_t id) {
    std::shared_ptr<File> dropped;
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_id.find(id);
    if (found == shard.by_id.end()) return;
    dropped = std::move(found->second->second);
    shard.recent.erase(found->second);
    shard.by_id.erase(found);
}

SyncThread::~SyncThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

bool SyncThread::Wait::await_suspend(std::coroutine_handle<> handle) {
    executor_ = Executor::current();
    if (executor_ == nullptr) {
        synced_ = thread_.sync_(file_);
        return false;
    }
    waiter_ = handle;
    // From here on the waiter may be resumed, and gone, at any time.
    SyncThread& thread = thread_;
    const std::lock_guard lock(thread.mutex_);
    if (!thread.thread_.joinable()) thread.thread_ = std::thread([&thread] { thread.run(); });
    thread.waiting_.push_back(this);
    thread.wake_.notify_one();
    return true;
}

void SyncThread::run() {
    std::vector<Wait*> round;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        round.swap(waiting_);
        lock.unlock();
        serve(round);
        round.clear();
        lock.lock();
    }
}

void SyncThread::serve(std::vector<Wait*>& round) {
    std::sort(round.begin(), round.end(), [](const Wait* a, const Wait* b) { return &a->file_ < &b->file_; });
    const File* last = nullptr;
    bool synced = false;
    for (Wait* wait : round) {
        if (&wait->file_ != last) synced = sync_(wait->file_);
        last = &wait->file_;
        wait->synced_ = synced;
    }
    std::sort(round.begin(), round.end(), [](const Wait* a, const Wait* b) { return a->executor_ < b->executor_; });
    std::vector<std::coroutine_handle<>> handles;
    for (std::size_t i = 0; i < round.size();) {
        Executor* const executor = round[i]->executor_;
        handles.clear();
        for (; i < round.size() && round[i]->executor_ == executor; ++i) handles.push_back(round[i]->waiter_);
        executor->post_all(handles);
    }
}

}  // namespace lazulite
