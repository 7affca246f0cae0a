#include "page_state.hpp"

#include <sqlite3.h>

#include "base/hash.hpp"
#include "store/vfs.hpp"

namespace lazulite::power_loss {

PageState::PageState(FileSystem& files, const std::string& database) : vfs_(vfs_for(files)) {
    const int rc = sqlite3_open_v2(database.c_str(), &db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs_->c_str());
    if (rc == SQLITE_OK) return;
    sqlite3_close(db_);
    throw std::runtime_error(database + " cannot be opened: " + sqlite3_errstr(rc));
}

PageState::~PageState() { sqlite3_close(db_); }

std::uint64_t PageState::now() const {
    sqlite3_int64 size = 0;
    unsigned char* const pages = sqlite3_serialize(db_, "main", &size, 0);
    if (pages == nullptr) throw std::runtime_error(std::string("cannot be read: ") + sqlite3_errmsg(db_));
    const std::uint64_t state = Crc64::of({reinterpret_cast<const std::byte*>(pages), static_cast<std::size_t>(size)});
    sqlite3_free(pages);
    return state;
}

}  // namespace lazulite::power_loss
