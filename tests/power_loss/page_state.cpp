#include "page_state.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <vector>

#include "base/hash.hpp"
#include "store/file_system.hpp"
#include "store/vfs.hpp"

namespace lazulite::power_loss {
namespace {

std::string all_of(FileSystem& files, const std::string& path) {
    const auto file = files.open(path, FileSystem::Open::existing);
    if (!file) return {};
    std::string bytes((*file)->size().value(), '\0');
    bytes.resize((*file)->read(0, bytes.data(), bytes.size()).value());
    return bytes;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes.at(i));
    return value;
}

}  // namespace

PageState::PageState(FileSystem& files, const std::string& database)
    : files_(files), database_(database), vfs_(vfs_for(files)) {
    int rc = sqlite3_open_v2(database.c_str(), &db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs_->c_str());
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db_, "PRAGMA data_version", -1, &look_, nullptr);
    if (rc == SQLITE_OK) return;
    sqlite3_close(db_);
    throw std::runtime_error(database + " cannot be opened: " + sqlite3_errstr(rc));
}

PageState::~PageState() {
    sqlite3_finalize(look_);
    sqlite3_close(db_);
}

/// Files as https://sqlite.org/fileformat2.html describes them: 1.3 and 4.1.
std::uint64_t PageState::now() const {
    if (sqlite3_step(look_) != SQLITE_ROW) throw std::runtime_error(std::string("cannot be read: ") + sqlite3_errmsg(db_));
    const auto position = wal_position(files_, database_);
    sqlite3_reset(look_);
    const std::string pages = all_of(files_, database_);
    const std::string wal = all_of(files_, database_ + "-wal");
    const std::size_t frames = position ? position->frames : 0;
    std::size_t size = pages.size() < 18 ? 0 : static_cast<unsigned char>(pages[16]) << 8 | static_cast<unsigned char>(pages[17]);
    if (size == 1) size = 65536;
    if (frames != 0) size = big_endian(wal, 8);
    if (size == 0) throw std::runtime_error("has no pages");

    std::vector<const char*> newest(pages.size() / size);
    for (std::size_t i = 0; i < newest.size(); ++i) newest[i] = pages.data() + i * size;
    for (std::size_t i = 0; i < frames; ++i) {
        const std::size_t at = 32 + i * (24 + size);
        const std::size_t page = big_endian(wal, at) - 1;
        if (at + 24 + size > wal.size()) throw std::runtime_error("has a WAL that ends early");
        if (newest.size() <= page) newest.resize(page + 1);
        newest[page] = wal.data() + at + 24;
        if (i + 1 == frames) newest.resize(big_endian(wal, at + 4));
    }
    Crc64 state;
    for (const char* page : newest) {
        if (page == nullptr) throw std::runtime_error("lacks a page");
        state.update({reinterpret_cast<const std::byte*>(page), size});
    }
    return state.value();
}

}  // namespace lazulite::power_loss
