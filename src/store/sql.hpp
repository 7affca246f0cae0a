#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace lazulite {

class FileSystem;

/// SQLite failed (disk full, I/O error, corruption, a bug in a statement). Rows code never catches it: the writer rolls
/// its group back and answers every member, a read answers 500, and SQLITE_FULL becomes insufficient_storage.
class SqlError : public std::runtime_error {
  public:
    SqlError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
    [[nodiscard]] int code() const { return code_; }  ///< extended result code
    [[nodiscard]] bool full() const;                  ///< SQLITE_FULL, or an I/O error that came from ENOSPC

  private:
    int code_;
};

/// Values that a statement hands to a RowTest; valid during the call.
class RowValues {
  public:
    explicit RowValues(sqlite3_value** values) : values_(values) {}
    [[nodiscard]] std::int64_t integer(int index) const;
    [[nodiscard]] std::string_view bytes(int index) const;

  private:
    sqlite3_value** values_;
};

/// Says of a row, inside the statement that walks there, whether it is to come out: `wanted(?n, column, ...)`. A row that
/// is not wanted costs half of what it would cost the one who steps.
class RowTest {
  public:
    [[nodiscard]] virtual bool wants(const RowValues& row) noexcept = 0;

  protected:
    ~RowTest() = default;
};

/// A running statement: bound, stepped, and reset when it goes out of scope. Integers bind as INTEGER, std::string_view
/// as BLOB without a copy (names and packed properties are blobs, compared byte by byte), nullptr and nothing as NULL, a RowTest as
/// itself. So what is bound must live as long as the cursor, and a cursor that is being stepped must end before its
/// statement is run again.
class Cursor {
  public:
    explicit Cursor(sqlite3_stmt* statement) : statement_(statement) {}
    Cursor(Cursor&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    [[nodiscard]] bool next();  ///< true while there is a row
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const;  ///< valid until next() or the end of the cursor
    [[nodiscard]] bool is_null(int column) const;

  private:
    sqlite3_stmt* statement_;
};

/// One SQLite connection with its prepared statements, used by one thread at a time. `sql` must be a string literal (or
/// live as long as the connection): statements are cached by its address.
class Connection {
  public:
    struct Options {
        bool read_only = false;  ///< and reads from a map of the database, where the file system has one
        int page_size = 4096;   ///< for a new database
        int cache_kib = 2048;   ///< page cache of this connection
        bool full_sync = false; ///< a commit waits for the disk (`power`), else for the kernel
    };
    /// Opens (and creates, unless read-only) the database `path` of `files` through lazulite's own VFS, in WAL mode, with
    /// wal_autocheckpoint off, secure_delete off, temp_store in memory. Closing never checkpoints: the WAL stays, and the
    /// next connection reads it. Throws SqlError.
    Connection(FileSystem& files, const std::string& path, const Options& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    template <class... Values>
    Cursor query(const char* sql, const Values&... values) {
        sqlite3_stmt* statement = prepare(sql);
        int index = 0;
        (bind(statement, ++index, values), ...);
        return Cursor(statement);
    }
    /// Runs a statement that answers no rows.
    template <class... Values>
    void execute(const char* sql, const Values&... values) {
        Cursor cursor = query(sql, values...);
        while (cursor.next()) {
        }
    }
    void script(const char* sql);  ///< several statements, not cached

    [[nodiscard]] std::int64_t total_changes() const;
    [[nodiscard]] bool in_transaction() const;  ///< false after SQLite rolled back by itself
    /// Frames in the WAL as of the last commit or checkpoint of this connection.
    [[nodiscard]] std::uint32_t wal_frames() const { return wal_frames_; }
    /// So many of them, from the first on, were in the database after the last checkpoint of this connection.
    [[nodiscard]] std::uint32_t wal_copied() const { return wal_copied_; }
    enum class Checkpoint { passive, restart, truncate };
    /// False when readers or the writer kept it from finishing; restart and truncate wait for them for 100 ms. `sync_wal`
    /// puts the WAL on the disk before the first page is copied; where it is empty, or fails to, SQLite does, or stops.
    bool checkpoint(Checkpoint how, const std::function<bool()>& sync_wal = {});

  private:
    void close();
    sqlite3_stmt* prepare(const char* sql);
    static void bind(sqlite3_stmt* statement, int index, std::int64_t value);
    static void bind(sqlite3_stmt* statement, int index, std::string_view bytes);
    static void bind(sqlite3_stmt* statement, int index, std::nullptr_t);
    static void bind(sqlite3_stmt* statement, int index, const std::optional<std::int64_t>& value) {
        if (value) return bind(statement, index, *value);
        bind(statement, index, nullptr);
    }
    static void bind(sqlite3_stmt* statement, int index, RowTest* test);
    template <class T>
        requires std::is_integral_v<T> && (!std::is_same_v<T, std::int64_t>)
    static void bind(sqlite3_stmt* statement, int index, T value) {
        bind(statement, index, static_cast<std::int64_t>(value));
    }

    std::shared_ptr<const std::string> vfs_;  // a VfsHandle
    sqlite3* db_ = nullptr;
    std::uint32_t wal_frames_ = 0;
    std::uint32_t wal_copied_ = 0;
    std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace lazulite
