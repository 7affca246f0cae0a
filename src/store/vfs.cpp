#include "store/vfs.hpp"

#include <sqlite3.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "store/file_system.hpp"
#include "store/wal_buffer.hpp"

namespace lazulite {
namespace {

/// The eight locks of a wal-index, one byte each in one word: 0 free, 1..254 readers, 255 held exclusively. So taking
/// several of them is one atomic step, and readers that come and go never meet a mutex.
class SlotLocks {
  public:
    bool lock_shared(int slot) {
        std::uint64_t seen = word_.load(std::memory_order_relaxed);
        do {
            if ((seen >> (8 * slot) & 0xff) >= 0xfe) return false;
        } while (!word_.compare_exchange_weak(seen, seen + one(slot), std::memory_order_acq_rel));
        return true;
    }
    void unlock_shared(int slot) { word_.fetch_sub(one(slot), std::memory_order_acq_rel); }

    bool lock_exclusive(int first, int count) {
        const std::uint64_t wanted = all(first, count);
        std::uint64_t seen = word_.load(std::memory_order_relaxed);
        do {
            if ((seen & wanted) != 0) return false;
        } while (!word_.compare_exchange_weak(seen, seen | wanted, std::memory_order_acq_rel));
        return true;
    }
    void unlock_exclusive(int first, int count) { word_.fetch_and(~all(first, count), std::memory_order_acq_rel); }

  private:
    static_assert(SQLITE_SHM_NLOCK == 8);
    static std::uint64_t one(int slot) { return std::uint64_t{1} << (8 * slot); }
    static std::uint64_t all(int first, int count) {
        const std::uint64_t ones = count == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
        return ones << (8 * first);
    }
    std::atomic<std::uint64_t> word_{0};
};

/// What the connections of this process to one database share: SQLite's five lock levels and the wal-index.
struct Database {
    int users = 0;  // guarded by Vfs::mutex

    std::mutex mutex;                 // guards what follows, up to the slots
    int shared = 0;                   // connections at SHARED or above
    const void* writer = nullptr;     // the connection at RESERVED or above
    bool pending = false;             // ... which is past RESERVED, so nobody may begin to read
    int attached = 0;                 // connections that use the wal-index
    std::shared_ptr<const Mapping> mapping;  // of the database's file, the largest so far
    std::vector<std::unique_ptr<std::byte[]>> regions;

    SlotLocks slots;

    std::atomic<bool> commits_wait{false};      // for the disk
    std::atomic<WalBuffer*> gathered{nullptr};  // what the holder of the write lock wrote last
};

struct Vfs {
    sqlite3_vfs base{};
    FileSystem& files;
    std::string name;
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<Database>> databases;

    explicit Vfs(FileSystem& of);
    ~Vfs();
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;
};

/// A file of the WAL.
struct Wal {
    std::shared_ptr<Database> database;
    WalBuffer gathered;
    bool header_unsynced = false;

    ~Wal() {
        WalBuffer* own = &gathered;
        database->gathered.compare_exchange_strong(own, nullptr);
    }
};

/// An open file as SQLite holds it, in memory that SQLite allocates. Only main databases have a `database`.
struct OpenFile {
    sqlite3_file base{};
    Vfs* vfs = nullptr;
    std::unique_ptr<File> file;
    std::string path;
    bool name_unsynced = false;  // created here, and its directory not synced since
    std::unique_ptr<Wal> wal;
    std::shared_ptr<Database> database;
    int level = SQLITE_LOCK_NONE;
    bool attached = false;
    std::uint8_t shared_slots = 0;
    std::uint8_t exclusive_slots = 0;

    bool maps = true;  // until the file system says otherwise
    std::shared_ptr<const Mapping> mapping;
    std::uint64_t mapped = 0;  // bytes of it that lie within the file
    int fetched = 0;           // pages of it that SQLite holds
};

OpenFile& self(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
Vfs& self(sqlite3_vfs* vfs) { return *static_cast<Vfs*>(vfs->pAppData); }

thread_local int last_errno = 0;
thread_local const std::function<bool()>* wal_sync = nullptr;

/// The result code for an error of the file system: SQLITE_FULL for every kind of "no room", else `otherwise`.
int code_of(const std::error_code& error, int otherwise) {
    last_errno = error.value();
    if (out_of_space(error)) return SQLITE_FULL;
    if (error == std::errc::not_enough_memory) return SQLITE_IOERR_NOMEM;
    return otherwise;
}

/// Exceptions must not pass through C.
template <class Call>
int guarded(Call call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    } catch (...) {
        return SQLITE_IOERR;
    }
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// ---- an open file: bytes ----------------------------------------------------------------------------------------

int flush(OpenFile& file) {
    if (!file.wal) return SQLITE_OK;
    const auto flushed = file.wal->gathered.flush(*file.file);
    return flushed ? SQLITE_OK : code_of(flushed.error(), SQLITE_IOERR_WRITE);
}

int read(sqlite3_file* handle, void* to, int size, sqlite3_int64 offset) {
    return guarded([&] {
        if (const int flushed = flush(self(handle)); flushed != SQLITE_OK) return flushed;
        const auto wanted = static_cast<std::size_t>(size);
        const auto got = self(handle).file->read(static_cast<std::uint64_t>(offset), to, wanted);
        if (!got) return code_of(got.error(), SQLITE_IOERR_READ);
        if (*got == wanted) return SQLITE_OK;
        std::memset(static_cast<std::byte*>(to) + *got, 0, wanted - *got);
        return SQLITE_IOERR_SHORT_READ;
    });
}

int write(sqlite3_file* handle, const void* from, int size, sqlite3_int64 offset) {
    return guarded([&] {
        const OpenFile& file = self(handle);
        const ByteView bytes(static_cast<const std::byte*>(from), static_cast<std::size_t>(size));
        const auto at = static_cast<std::uint64_t>(offset);
        if (file.wal) {
            file.wal->header_unsynced |= offset == 0;
            file.wal->database->gathered = &file.wal->gathered;
        }
        const auto written = file.wal ? file.wal->gathered.write(*file.file, at, bytes) : file.file->write(at, bytes);
        return written ? SQLITE_OK : code_of(written.error(), SQLITE_IOERR_WRITE);
    });
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    return guarded([&] {
        if (const int flushed = flush(self(handle)); flushed != SQLITE_OK) return flushed;
        const auto done = self(handle).file->truncate(static_cast<std::uint64_t>(size));
        return done ? SQLITE_OK : code_of(done.error(), SQLITE_IOERR_TRUNCATE);
    });
}

/// A commit ends with one of its WAL, which makes a single write of it, and in `process` mode no more than that.
int sync(sqlite3_file* handle, int) {
    return guarded([&] {
        OpenFile& file = self(handle);
        if (const int flushed = flush(file); flushed != SQLITE_OK) return flushed;
        if (file.wal) {
            const bool checkpoint = wal_sync != nullptr;
            if (checkpoint && *wal_sync) return (*wal_sync)() ? SQLITE_OK : SQLITE_IOERR_FSYNC;
            if (!checkpoint && !file.wal->header_unsynced && !file.wal->database->commits_wait) return SQLITE_OK;
            file.wal->header_unsynced = false;
        }
        const auto synced = file.file->sync();
        if (!synced) return code_of(synced.error(), SQLITE_IOERR_FSYNC);
        if (!file.name_unsynced) return SQLITE_OK;
        const auto named = file.vfs->files.sync_directory(parent_of(file.path));
        if (!named) return code_of(named.error(), SQLITE_IOERR_DIR_FSYNC);
        file.name_unsynced = false;
        return SQLITE_OK;
    });
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
    return guarded([&] {
        if (const int flushed = flush(self(handle)); flushed != SQLITE_OK) return flushed;
        const auto known = self(handle).file->size();
        if (!known) return code_of(known.error(), SQLITE_IOERR_FSTAT);
        *size = static_cast<sqlite3_int64>(*known);
        return SQLITE_OK;
    });
}

// ---- an open file: database locks -------------------------------------------------------------------------------

int lock(sqlite3_file* handle, int level) {
    OpenFile& file = self(handle);
    if (file.level >= level || !file.database) return SQLITE_OK;
    Database& database = *file.database;
    const std::lock_guard guard(database.mutex);
    if (level == SQLITE_LOCK_SHARED) {
        if (database.pending) return SQLITE_BUSY;
        ++database.shared;
    } else {
        if (database.writer != nullptr && database.writer != &file) return SQLITE_BUSY;
        database.writer = &file;
        if (level == SQLITE_LOCK_EXCLUSIVE) {
            database.pending = true;
            file.level = SQLITE_LOCK_PENDING;
            if (database.shared > 1) return SQLITE_BUSY;
        }
    }
    file.level = level;
    return SQLITE_OK;
}

int unlock(sqlite3_file* handle, int level) {
    OpenFile& file = self(handle);
    if (file.level <= level || !file.database) return SQLITE_OK;
    Database& database = *file.database;
    const std::lock_guard guard(database.mutex);
    if (database.writer == &file) {
        database.writer = nullptr;
        database.pending = false;
    }
    if (level == SQLITE_LOCK_NONE) --database.shared;
    file.level = level;
    return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* handle, int* out) {
    const OpenFile& file = self(handle);
    *out = 0;
    if (!file.database) return SQLITE_OK;
    const std::lock_guard guard(file.database->mutex);
    *out = file.database->writer != nullptr ? 1 : 0;
    return SQLITE_OK;
}

int file_control(sqlite3_file* handle, int operation, void* argument) {
    switch (operation) {
        case SQLITE_FCNTL_LOCKSTATE: *static_cast<int*>(argument) = self(handle).level; return SQLITE_OK;
        case SQLITE_FCNTL_HAS_MOVED: *static_cast<int*>(argument) = 0; return SQLITE_OK;
        case kCommitsWait: self(handle).database->commits_wait = true; return SQLITE_OK;
        default: return SQLITE_NOTFOUND;
    }
}

int sector_size(sqlite3_file*) { return 4096; }

/// A write that is cut off by a power loss leaves the bytes beside it alone (true for every disk with sectors of 512 or
/// 4,096 bytes), so the WAL needs no padding. Files stay while they are open because nobody else removes them.
int device_characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

// ---- an open file: the wal-index --------------------------------------------------------------------------------

int shm_map(sqlite3_file* handle, int region, int size, int extend, void volatile** out) {
    return guarded([&] {
        OpenFile& file = self(handle);
        Database& database = *file.database;
        const std::lock_guard guard(database.mutex);
        if (!file.attached) {
            file.attached = true;
            ++database.attached;
        }
        const auto wanted = static_cast<std::size_t>(region);
        *out = nullptr;
        while (extend != 0 && database.regions.size() <= wanted) {
            database.regions.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(size)));
        }
        if (wanted < database.regions.size()) *out = database.regions[wanted].get();
        return SQLITE_OK;
    });
}

constexpr int kWriteLock = 0;

/// What the transaction did not commit. Reads and later transactions must not meet it.
void forget_gathered(Database& database) {
    if (WalBuffer* const gathered = database.gathered.exchange(nullptr)) gathered->clear();
}

int shm_lock(sqlite3_file* handle, int first, int count, int flags) {
    OpenFile& file = self(handle);
    SlotLocks& slots = file.database->slots;
    const auto mask = static_cast<std::uint8_t>(((1U << count) - 1) << first);
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        if ((file.exclusive_slots & mask) != 0) {
            if (first <= kWriteLock && kWriteLock < first + count) forget_gathered(*file.database);
            slots.unlock_exclusive(first, count);
            file.exclusive_slots = static_cast<std::uint8_t>(file.exclusive_slots & ~mask);
        } else if ((file.shared_slots & mask) != 0) {
            slots.unlock_shared(first);
            file.shared_slots = static_cast<std::uint8_t>(file.shared_slots & ~mask);
        }
        return SQLITE_OK;
    }
    if ((flags & SQLITE_SHM_SHARED) != 0) {
        if ((file.shared_slots & mask) != 0) return SQLITE_OK;
        if (!slots.lock_shared(first)) return SQLITE_BUSY;
        file.shared_slots = static_cast<std::uint8_t>(file.shared_slots | mask);
        return SQLITE_OK;
    }
    if (!slots.lock_exclusive(first, count)) return SQLITE_BUSY;
    file.exclusive_slots = static_cast<std::uint8_t>(file.exclusive_slots | mask);
    return SQLITE_OK;
}

void shm_barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

/// The wal-index goes with its last user; the next one rebuilds it from the WAL.
int shm_unmap(sqlite3_file* handle, int) {
    OpenFile& file = self(handle);
    if (!file.attached) return SQLITE_OK;
    for (int slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) shm_lock(handle, slot, 1, SQLITE_SHM_UNLOCK);
    const std::lock_guard guard(file.database->mutex);
    file.attached = false;
    if (--file.database->attached == 0) file.database->regions.clear();
    return SQLITE_OK;
}

// ---- an open file: its map --------------------------------------------------------------------------------------

// A database never gets shorter while it is open (nothing vacuums), and its pages are written in place only where no
// reader needs the old ones. So a map stays good over commits and checkpoints, where SQLite would let go of it and pay
// for every page anew; and it may reach beyond the end of the file, so that a file which grows is not mapped again.

constexpr std::uint64_t kLeastMap = 64 << 20;
/// SQLite may look a little past a page that is damaged.
constexpr std::uint64_t kReadBehind = 256;

/// Takes in how long the file is by now.
void update_map(OpenFile& file) {
    const auto size = file.file->size();
    if (!size || *size <= file.mapped) return;
    if (!file.mapping || file.mapping->bytes().size() < *size) {
        if (file.fetched != 0) return;
        const std::lock_guard guard(file.database->mutex);
        std::shared_ptr<const Mapping>& known = file.database->mapping;
        if (!known || known->bytes().size() < *size) known = file.file->map(std::max(kLeastMap, 4 * *size));
        file.mapping = known;
    }
    file.maps = file.mapping != nullptr;
    file.mapped = file.maps ? *size : 0;
}

int fetch(sqlite3_file* handle, sqlite3_int64 offset, int size, void** out) {
    *out = nullptr;  // "read it"
    return guarded([&] {
        OpenFile& file = self(handle);
        const std::uint64_t end = static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(size) + kReadBehind;
        if (end > file.mapped && file.database && file.maps) update_map(file);
        if (end > file.mapped) return SQLITE_OK;
        ++file.fetched;
        *out = const_cast<std::byte*>(file.mapping->bytes().data() + offset);  // SQLite reads only
        return SQLITE_OK;
    });
}

int unfetch(sqlite3_file* handle, sqlite3_int64 /*offset*/, void* page) {
    if (page != nullptr) --self(handle).fetched;
    return SQLITE_OK;
}

int close(sqlite3_file* handle) {
    OpenFile& file = self(handle);
    if (file.database) {
        shm_unmap(handle, 0);
        unlock(handle, SQLITE_LOCK_NONE);
        const std::lock_guard guard(file.vfs->mutex);
        if (--file.database->users == 0) file.vfs->databases.erase(file.path);
    }
    file.~OpenFile();
    return SQLITE_OK;
}

constexpr sqlite3_io_methods kFileMethods{
    .iVersion = 3,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = fetch,
    .xUnfetch = unfetch,
};

// ---- the file system --------------------------------------------------------------------------------------------

IoResult<std::unique_ptr<File>> open_file(Vfs& vfs, const std::string& path, int flags, bool& created) {
    auto file = vfs.files.open(path, FileSystem::Open::existing);
    if (file || (flags & SQLITE_OPEN_CREATE) == 0 || file.error() != std::errc::no_such_file_or_directory) return file;
    created = true;
    return vfs.files.open(path, FileSystem::Open::create);
}

/// Which the connection has open that opens its WAL.
std::shared_ptr<Database> database_of_wal(Vfs& vfs, std::string_view path) {
    const std::lock_guard guard(vfs.mutex);
    return vfs.databases.at(std::string(path.substr(0, path.size() - std::string_view("-wal").size())));
}

int open(sqlite3_vfs* handle, const char* name, sqlite3_file* to, int flags, int* out_flags) {
    to->pMethods = nullptr;
    return guarded([&] {
        Vfs& vfs = self(handle);
        static std::atomic<std::uint64_t> temporary{0};
        const bool nameless = name == nullptr;
        std::string path = nameless ? "temporary-" + std::to_string(++temporary) : name;
        bool created = false;
        auto file = open_file(vfs, path, nameless ? flags | SQLITE_OPEN_CREATE : flags, created);
        if (!file) return code_of(file.error(), SQLITE_CANTOPEN);
        if (nameless || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0) {
            // Gone by name at once, and by content with the last handle.
            if (const auto removed = vfs.files.remove(path); !removed) return code_of(removed.error(), SQLITE_CANTOPEN);
            created = false;
        }
        std::shared_ptr<Database> database;
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
            const std::lock_guard guard(vfs.mutex);
            std::shared_ptr<Database>& known = vfs.databases[path];
            if (!known) known = std::make_shared<Database>();
            ++known->users;
            database = known;
        }
        std::unique_ptr<Wal> wal;
        if ((flags & SQLITE_OPEN_WAL) != 0) {
            wal = std::make_unique<Wal>();
            wal->database = database_of_wal(vfs, path);
        }
        auto* opened = new (to) OpenFile;
        opened->vfs = &vfs;
        opened->file = std::move(*file);
        opened->path = std::move(path);
        opened->name_unsynced = created;
        opened->wal = std::move(wal);
        opened->database = std::move(database);
        to->pMethods = &kFileMethods;
        if (out_flags != nullptr) *out_flags = flags;
        return SQLITE_OK;
    });
}

int remove(sqlite3_vfs* handle, const char* name, int sync_directory) {
    return guarded([&] {
        FileSystem& files = self(handle).files;
        const auto removed = files.remove(name);
        if (!removed && removed.error() == std::errc::no_such_file_or_directory) return SQLITE_IOERR_DELETE_NOENT;
        if (!removed) return code_of(removed.error(), SQLITE_IOERR_DELETE);
        if (sync_directory == 0) return SQLITE_OK;
        const auto synced = files.sync_directory(parent_of(name));
        return synced ? SQLITE_OK : code_of(synced.error(), SQLITE_IOERR_DIR_FSYNC);
    });
}

int access(sqlite3_vfs* handle, const char* name, int, int* out) {
    return guarded([&] {
        const auto there = self(handle).files.exists(name);
        if (!there) return code_of(there.error(), SQLITE_IOERR_ACCESS);
        *out = *there ? 1 : 0;
        return SQLITE_OK;
    });
}

int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
    const std::string_view path(name);
    if (path.size() >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, path.size() + 1);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* out) {
    const ssize_t got = ::getrandom(out, static_cast<std::size_t>(size), 0);
    return got < 0 ? 0 : static_cast<int>(got);
}

int sleep(sqlite3_vfs*, int microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    return microseconds;
}

int current_time(sqlite3_vfs*, sqlite3_int64* out) {
    constexpr sqlite3_int64 kUnixEpoch = 210'866'760'000'000;  // in milliseconds since noon of 24 November 4714 BC
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    *out = kUnixEpoch + std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    return SQLITE_OK;
}

int get_last_error(sqlite3_vfs*, int, char*) { return last_errno; }

// ---- registration -----------------------------------------------------------------------------------------------

struct KnownVfs {
    std::mutex mutex;
    std::unordered_map<const FileSystem*, std::weak_ptr<Vfs>> known;
};
KnownVfs& known_vfs() {
    static auto* instance = new KnownVfs;  // connections of static lifetime may outlive any static object
    return *instance;
}

/// Fails when the program around us has used SQLite before; then its settings stay, which costs speed and nothing else.
void configure_sqlite() {
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    });
}

Vfs::Vfs(FileSystem& of) : files(of) {
    static std::atomic<std::uint64_t> counter{0};
    name = "lazulite-" + std::to_string(++counter);
    base.iVersion = 2;
    base.szOsFile = sizeof(OpenFile);
    base.mxPathname = 1024;
    base.zName = name.c_str();
    base.pAppData = this;
    base.xOpen = open;
    base.xDelete = remove;
    base.xAccess = access;
    base.xFullPathname = full_pathname;
    base.xRandomness = randomness;
    base.xSleep = sleep;
    base.xGetLastError = get_last_error;
    base.xCurrentTimeInt64 = current_time;
    if (sqlite3_vfs_register(&base, 0) != SQLITE_OK) throw std::bad_alloc();
}

Vfs::~Vfs() {
    sqlite3_vfs_unregister(&base);
    const std::lock_guard guard(known_vfs().mutex);
    const auto entry = known_vfs().known.find(&files);
    if (entry != known_vfs().known.end() && entry->second.expired()) known_vfs().known.erase(entry);
}

}  // namespace

VfsHandle vfs_for(FileSystem& files) {
    configure_sqlite();
    const std::lock_guard guard(known_vfs().mutex);
    std::weak_ptr<Vfs>& entry = known_vfs().known[&files];
    std::shared_ptr<Vfs> vfs = entry.lock();
    if (!vfs) entry = vfs = std::make_shared<Vfs>(files);
    return {vfs, &vfs->name};
}

std::optional<WalPosition> wal_position(FileSystem& files, const std::string& database) {
    std::shared_ptr<Vfs> vfs;
    {
        const std::lock_guard guard(known_vfs().mutex);
        const auto entry = known_vfs().known.find(&files);
        if (entry != known_vfs().known.end()) vfs = entry->second.lock();
    }
    if (!vfs) return std::nullopt;
    std::shared_ptr<Database> found;
    {
        const std::lock_guard guard(vfs->mutex);
        const auto entry = vfs->databases.find(database);
        if (entry != vfs->databases.end()) found = entry->second;
    }
    if (!found) return std::nullopt;
    const std::lock_guard guard(found->mutex);
    return found->regions.empty() ? std::nullopt : position_in_index(found->regions.front().get());
}

WalSync::WalSync(const std::function<bool()>& sync) { wal_sync = &sync; }

WalSync::~WalSync() { wal_sync = nullptr; }

int last_file_error() { return last_errno; }

}  // namespace lazulite
