#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace lazulite {
class FileSystem;
}

namespace lazulite::power_loss {

/// A database as whoever reads it now sees it: a number for all its pages, those in the WAL first. SQLite says how much of the
/// WAL counts; no schema is read, which would take most of the time.
class PageState {
  public:
    PageState(FileSystem& files, const std::string& database);
    ~PageState();
    PageState(const PageState&) = delete;
    PageState& operator=(const PageState&) = delete;
    /// Throws where SQLite cannot read it.
    [[nodiscard]] std::uint64_t now() const;

  private:
    FileSystem& files_;
    const std::string database_;
    std::shared_ptr<const std::string> vfs_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* look_ = nullptr;
};

}  // namespace lazulite::power_loss
