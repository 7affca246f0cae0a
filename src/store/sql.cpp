#include "store/sql.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include "store/vfs.hpp"

namespace lazulite {
namespace {

/// How long a statement waits for a lock: other connections hold one only while they recover the WAL or restart it.
constexpr int kPatienceMs = 5'000;
/// How long a checkpoint that wants the WAL for itself waits for readers, which stay for 10 ms at most.
constexpr int kCheckpointPatienceMs = 100;

[[noreturn]] void raise(sqlite3* db, const char* sql) {
    if (db == nullptr) throw SqlError(SQLITE_NOMEM, "out of memory");
    const int code = sqlite3_extended_errcode(db);
    std::string what = sqlite3_errmsg(db);
    if (const int primary = code & 0xff; primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
        what += " (" + std::generic_category().message(last_file_error()) + ")";
    }
    throw SqlError(code, what + ": " + sql);
}

/// Two connections that turn a new database to WAL mode at once would wait for each other, so SQLite tells both "busy"
/// without asking the busy handler. Neither holds a lock then: each tries again until one was first.
void enter_wal_mode(Connection& connection, const std::string& path) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    for (;;) {
        try {
            Cursor mode = connection.query("PRAGMA journal_mode=WAL");
            if (!mode.next() || mode.bytes(0) != "wal") throw SqlError(SQLITE_ERROR, path + ": no WAL mode");
            return;
        } catch (const SqlError& error) {
            if ((error.code() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > until) throw;
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }
}

/// How much is mapped is the VFS's affair.
constexpr const char* kMapAll = ";PRAGMA mmap_size=1000000000000";
constexpr const char* kTestType = "lazulite::RowTest";

/// `wanted(test, column, ...)`
void wanted(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
    auto* const test = static_cast<RowTest*>(sqlite3_value_pointer(values[0], kTestType));
    sqlite3_result_int(context, test != nullptr && test->wants(RowValues(values + 1)) ? 1 : 0);
}

}  // namespace

std::int64_t RowValues::integer(int index) const { return sqlite3_value_int64(values_[index]); }

std::string_view RowValues::bytes(int index) const {
    const void* data = sqlite3_value_blob(values_[index]);  // before the size: it may convert
    const int size = sqlite3_value_bytes(values_[index]);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool SqlError::full() const { return (code_ & 0xff) == SQLITE_FULL; }  // the VFS says so wherever there is no room

// ---- Cursor -----------------------------------------------------------------------------------------------------

Cursor::~Cursor() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Cursor::next() {
    if (statement_ == nullptr) return false;
    const int rc = sqlite3_step(statement_);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) raise(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
    // Stepping once more would run the statement again; and a finished read lets go of its snapshot now.
    const Cursor finished(std::move(*this));
    return false;
}

std::int64_t Cursor::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Cursor::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);  // before the size: it may convert
    const int size = sqlite3_column_bytes(statement_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Cursor::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// ---- Connection -------------------------------------------------------------------------------------------------

Connection::Connection(FileSystem& files, const std::string& path, const Options& options) : vfs_(vfs_for(files)) {
    const int access = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int opened = sqlite3_open_v2(path.c_str(), &db_, access | SQLITE_OPEN_NOMUTEX, vfs_->c_str());
    try {
        if (opened != SQLITE_OK) raise(db_, path.c_str());
        sqlite3_extended_result_codes(db_, 1);
        sqlite3_busy_timeout(db_, kPatienceMs);
        // Checkpoints happen when the store says so, not when the last connection closes.
        sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        const std::string settings = "PRAGMA page_size=" + std::to_string(options.page_size) +
                                     ";PRAGMA cache_size=-" + std::to_string(options.cache_kib) +
                                     ";PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA secure_delete=OFF" +
                                     ";PRAGMA cell_size_check=OFF" +
                                     (options.read_only ? kMapAll : "");
        script(settings.c_str());
        if (options.full_sync) sqlite3_file_control(db_, "main", kCommitsWait, nullptr);
        sqlite3_create_function_v2(db_, "wanted", -1, SQLITE_UTF8, nullptr, wanted, nullptr, nullptr, nullptr);
        if (!options.read_only) enter_wal_mode(*this, path);
        // Also ends autocheckpoint, which is a hook itself.
        sqlite3_wal_hook(
            db_,
            [](void* connection, sqlite3*, const char*, int frames) {
                static_cast<Connection*>(connection)->wal_frames_ = static_cast<std::uint32_t>(frames);
                return SQLITE_OK;
            },
            this);
    } catch (...) {
        close();
        throw;
    }
}

Connection::~Connection() { close(); }

void Connection::close() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
}

sqlite3_stmt* Connection::prepare(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr) {
        if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
            statements_.erase(sql);
            raise(db_, sql);
        }
    } else if (sqlite3_stmt_busy(statement) != 0) {
        throw SqlError(SQLITE_MISUSE, std::string("a cursor of this statement is still open: ") + sql);
    }
    return statement;
}

namespace {

void check_bind(int rc, sqlite3_stmt* statement) {
    if (rc != SQLITE_OK) raise(sqlite3_db_handle(statement), sqlite3_sql(statement));
}

}  // namespace

void Connection::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
    check_bind(sqlite3_bind_int64(statement, index, value), statement);
}

void Connection::bind(sqlite3_stmt* statement, int index, std::string_view bytes) {
    const char* data = bytes.data() == nullptr ? "" : bytes.data();  // a null pointer would bind NULL
    check_bind(sqlite3_bind_blob64(statement, index, data, bytes.size(), nullptr), statement);  // nullptr: no copy
}

void Connection::bind(sqlite3_stmt* statement, int index, std::nullptr_t) {
    check_bind(sqlite3_bind_null(statement, index), statement);
}

void Connection::bind(sqlite3_stmt* statement, int index, RowTest* test) {
    check_bind(sqlite3_bind_pointer(statement, index, test, kTestType, nullptr), statement);
}

void Connection::script(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) raise(db_, sql);
}

std::int64_t Connection::total_changes() const { return sqlite3_total_changes64(db_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

bool Connection::checkpoint(Checkpoint how, const std::function<bool()>& sync_wal) {
    int mode = SQLITE_CHECKPOINT_PASSIVE;
    if (how == Checkpoint::restart) mode = SQLITE_CHECKPOINT_RESTART;
    if (how == Checkpoint::truncate) mode = SQLITE_CHECKPOINT_TRUNCATE;
    int frames = 0;
    int copied = 0;
    const WalSync syncing(sync_wal);
    sqlite3_busy_timeout(db_, kCheckpointPatienceMs);
    const int rc = sqlite3_wal_checkpoint_v2(db_, nullptr, mode, &frames, &copied);
    sqlite3_busy_timeout(db_, kPatienceMs);
    wal_copied_ = 0;
    if ((rc & 0xff) == SQLITE_BUSY) return false;
    if (rc != SQLITE_OK) raise(db_, "checkpoint");
    wal_frames_ = how == Checkpoint::passive ? static_cast<std::uint32_t>(frames) : 0;
    wal_copied_ = how == Checkpoint::passive ? static_cast<std::uint32_t>(copied) : 0;
    return frames == copied;
}

}  // namespace lazulite
