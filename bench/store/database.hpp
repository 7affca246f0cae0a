#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lazulite::bench {

using Bytes = std::span<const unsigned char>;

/// Throws std::runtime_error with SQLite's message on any failure: in a benchmark every failure is a bug.
class Statement {
public:
    Statement(sqlite3* db, const std::string& sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    void bind(int index, std::int64_t value);
    void bind(int index, Bytes value);  // not copied: must live until reset
    void bind(int index, const std::string& value);

    /// Binds the arguments, steps to the end, resets. Returns the number of rows seen.
    template <class... Args>
    int run(const Args&... args) {
        int index = 0;
        (bind(++index, args), ...);
        return drain();
    }
    [[nodiscard]] bool step();
    void reset();
    [[nodiscard]] sqlite3_stmt* get() const { return statement_; }

private:
    int drain();
    sqlite3_stmt* statement_ = nullptr;
};

struct OpenOptions {
    std::string vfs = "unix-excl";
    int page_size = 4096;
    std::int64_t mmap_size = 0;
    std::string synchronous = "OFF";
    bool secure_delete = false;
    int mutex_flag = SQLITE_OPEN_NOMUTEX;
};

/// A connection in WAL mode with no automatic checkpoint.
class Database {
public:
    explicit Database(const std::filesystem::path& file, const OpenOptions& options = {});
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void exec(const std::string& sql);
    [[nodiscard]] std::int64_t number(const std::string& sql);
    /// Frames in the WAL after this connection's last commit.
    [[nodiscard]] int wal_frames() const { return wal_frames_; }
    /// Returns SQLITE_OK or SQLITE_BUSY; `copied` receives how many frames of the WAL are in the database by now.
    int checkpoint(int mode, int* copied = nullptr);
    /// The usual housekeeping of a writer: starts the WAL over once it holds `cap` frames.
    void cap_wal(int cap);
    void leave_wal_on_close();
    [[nodiscard]] sqlite3* get() const { return db_; }

private:
    sqlite3* db_ = nullptr;
    int wal_frames_ = 0;
};

}  // namespace lazulite::bench
