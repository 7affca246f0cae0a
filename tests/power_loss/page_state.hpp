#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

struct sqlite3;

namespace lazulite {
class FileSystem;
}

namespace lazulite::power_loss {

/// A database as whoever reads it now sees it: a number for all its pages, those in the WAL first.
class PageState {
  public:
    PageState(FileSystem& files, const std::string& database);
    ~PageState();
    PageState(const PageState&) = delete;
    PageState& operator=(const PageState&) = delete;
    /// Throws where SQLite cannot read them.
    [[nodiscard]] std::uint64_t now() const;

  private:
    std::shared_ptr<const std::string> vfs_;
    sqlite3* db_ = nullptr;
};

}  // namespace lazulite::power_loss
