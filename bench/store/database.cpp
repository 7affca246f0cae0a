#include "database.hpp"

#include <stdexcept>

namespace lazulite::bench {
namespace {

[[noreturn]] void raise(sqlite3* db, const std::string& what) {
    throw std::runtime_error(what + ": " + (db ? sqlite3_errmsg(db) : "no connection"));
}

}  // namespace

Statement::Statement(sqlite3* db, const std::string& sql) {
    if (sqlite3_prepare_v3(db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK) raise(db, sql);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Statement::bind(int index, Bytes value) {
    sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC);
}

void Statement::bind(int index, const std::string& value) {
    sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC);
}

bool Statement::step() {
    const int rc = sqlite3_step(statement_);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) raise(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
    return false;
}

void Statement::reset() { sqlite3_reset(statement_); }

int Statement::drain() {
    int rows = 0;
    while (step()) ++rows;
    reset();
    return rows;
}

Database::Database(const std::filesystem::path& file, const OpenOptions& options) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | options.mutex_flag;
    if (sqlite3_open_v2(file.c_str(), &db_, flags, options.vfs.c_str()) != SQLITE_OK) raise(db_, file.string());
    sqlite3_busy_timeout(db_, 10'000);
    exec("PRAGMA page_size=" + std::to_string(options.page_size));
    exec("PRAGMA journal_mode=WAL");
    exec("PRAGMA synchronous=" + options.synchronous);
    exec("PRAGMA mmap_size=" + std::to_string(options.mmap_size));
    exec("PRAGMA temp_store=MEMORY");
    exec(std::string("PRAGMA secure_delete=") + (options.secure_delete ? "ON" : "OFF"));
    exec("PRAGMA wal_autocheckpoint=0");
    sqlite3_wal_hook(
        db_,
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<Database*>(self)->wal_frames_ = frames;
            return SQLITE_OK;
        },
        this);
}

Database::~Database() { sqlite3_close(db_); }

void Database::exec(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) raise(db_, sql);
}

std::int64_t Database::number(const std::string& sql) {
    Statement statement(db_, sql);
    return statement.step() ? sqlite3_column_int64(statement.get(), 0) : 0;
}

int Database::checkpoint(int mode, int* copied) {
    const int rc = sqlite3_wal_checkpoint_v2(db_, nullptr, mode, nullptr, copied);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY) raise(db_, "checkpoint");
    return rc;
}

void Database::cap_wal(int cap) {
    if (wal_frames_ >= cap && checkpoint(SQLITE_CHECKPOINT_RESTART) == SQLITE_OK) wal_frames_ = 0;
}

void Database::leave_wal_on_close() {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace lazulite::bench
