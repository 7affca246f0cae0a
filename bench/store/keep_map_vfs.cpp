#include "keep_map_vfs.hpp"

#include <sqlite3.h>

#include <map>
#include <memory>

namespace lazulite::bench {
namespace {

struct File {
    sqlite3_file base;
    sqlite3_int64 mapped_size;  // the file's size when it was last unmapped or first asked for
    sqlite3_file* real;         // lies behind this struct
};

struct Vfs {
    sqlite3_vfs base{};
    std::string name;
    sqlite3_vfs* real = nullptr;
};

File* self(sqlite3_file* f) { return reinterpret_cast<File*>(f); }
sqlite3_file* real(sqlite3_file* f) { return self(f)->real; }
const sqlite3_io_methods* methods(sqlite3_file* f) { return real(f)->pMethods; }

int close(sqlite3_file* f) { return methods(f)->xClose(real(f)); }
int read(sqlite3_file* f, void* p, int n, sqlite3_int64 at) { return methods(f)->xRead(real(f), p, n, at); }
int write(sqlite3_file* f, const void* p, int n, sqlite3_int64 at) { return methods(f)->xWrite(real(f), p, n, at); }
int truncate(sqlite3_file* f, sqlite3_int64 size) { return methods(f)->xTruncate(real(f), size); }
int sync(sqlite3_file* f, int flags) { return methods(f)->xSync(real(f), flags); }
int file_size(sqlite3_file* f, sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); }
int lock(sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); }
int check_reserved(sqlite3_file* f, int* out) { return methods(f)->xCheckReservedLock(real(f), out); }
int control(sqlite3_file* f, int op, void* arg) { return methods(f)->xFileControl(real(f), op, arg); }
int sector_size(sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return methods(f)->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int at, int n, int flags) { return methods(f)->xShmLock(real(f), at, n, flags); }
void shm_barrier(sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); }
int fetch(sqlite3_file* f, sqlite3_int64 at, int n, void** out) { return methods(f)->xFetch(real(f), at, n, out); }

int unfetch(sqlite3_file* f, sqlite3_int64 at, void* page) {
    if (page != nullptr) return methods(f)->xUnfetch(real(f), at, page);
    sqlite3_int64 size = 0;
    if (const int rc = file_size(f, &size); rc != SQLITE_OK) return rc;
    if (size == self(f)->mapped_size) return SQLITE_OK;
    self(f)->mapped_size = size;
    return methods(f)->xUnfetch(real(f), 0, nullptr);
}

constexpr sqlite3_io_methods kMethods{3, close, read, write, truncate, sync, file_size, lock, unlock, check_reserved,
                                      control, sector_size, characteristics, shm_map, shm_lock, shm_barrier, shm_unmap,
                                      fetch, unfetch};

int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out_flags) {
    sqlite3_vfs* below = reinterpret_cast<Vfs*>(v)->real;
    self(f)->base.pMethods = nullptr;
    self(f)->mapped_size = -1;
    self(f)->real = reinterpret_cast<sqlite3_file*>(self(f) + 1);
    const int rc = below->xOpen(below, name, real(f), flags, out_flags);
    if (real(f)->pMethods != nullptr) self(f)->base.pMethods = &kMethods;
    return rc;
}

}  // namespace

std::string keep_map_vfs(const std::string& base) {
    static std::map<std::string, std::unique_ptr<Vfs>> registered;
    std::unique_ptr<Vfs>& vfs = registered[base];
    if (!vfs) {
        vfs = std::make_unique<Vfs>();
        vfs->real = sqlite3_vfs_find(base.c_str());
        vfs->name = base + "-keep-map";
        vfs->base = *vfs->real;  // everything but xOpen is the real one's own; pAppData is what it needs for that
        vfs->base.zName = vfs->name.c_str();
        vfs->base.szOsFile = static_cast<int>(sizeof(File)) + vfs->real->szOsFile;
        vfs->base.xOpen = open;
        vfs->base.pNext = nullptr;
        sqlite3_vfs_register(&vfs->base, 0);
    }
    return vfs->name;
}

}  // namespace lazulite::bench
