#include "store/database_files.hpp"

#include <limits>

#include "store/ledger.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

std::string_view as_text(const Guid& uuid) {
    return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

/// 0 for a file that is not there.
IoResult<std::uint64_t> size_of(FileSystem& files, const std::string& path) {
    auto file = files.open(path, FileSystem::Open::existing);
    if (file) return (*file)->size();
    if (file.error() == std::errc::no_such_file_or_directory) return 0;
    return tl::unexpected(file.error());
}

IoResult<> overwrite(FileSystem& files, const std::string& path, const std::string& text) {
    auto file = files.open(path, FileSystem::Open::create);
    if (!file) return tl::unexpected(file.error());
    if (auto done = (*file)->truncate(0); !done) return done;
    return (*file)->write(0, as_bytes(text));
}

IoResult<> remove_if_there(FileSystem& files, const std::string& path) {
    auto removed = files.remove(path);
    if (!removed && removed.error() == std::errc::no_such_file_or_directory) return {};
    return removed;
}

}  // namespace

EmptyDatabase::EmptyDatabase(const StoreKind& kind) {
    const auto memory = make_memory_file_system(std::numeric_limits<std::uint64_t>::max());
    const std::string path = "empty.db";
    const Guid uuid = Guid::random();
    {
        Connection::Options options;
        options.page_size = kind.page_size;
        Connection connection(*memory, path, options);
        connection.script("BEGIN");
        connection.script(kMechanismSchema);
        connection.script(kind.schema);
        connection.script(("PRAGMA user_version=" + std::to_string(kind.format)).c_str());
        connection.script("PRAGMA application_id=0x6C617A75");  // "lazu"; 0 in those from before there were barriers
        connection.execute("INSERT INTO meta(name, value) VALUES('uuid', ?)", as_text(uuid));
        connection.script("COMMIT");
        connection.checkpoint(Connection::Checkpoint::truncate);
    }
    auto file = memory->open(path, FileSystem::Open::existing).value();
    bytes_.resize(file->size().value());
    bytes_.resize(file->read(0, bytes_.data(), bytes_.size()).value());
    uuid_at_ = bytes_.find(as_text(uuid));
}

std::string EmptyDatabase::with_uuid(const Guid& uuid) const {
    std::string bytes = bytes_;
    bytes.replace(uuid_at_, uuid.bytes.size(), as_text(uuid));
    return bytes;
}

IoResult<DatabaseFiles::Made> DatabaseFiles::create(const GetEmptyDatabase& empty) const {
    const auto present = size_of(files, database());
    if (!present) return tl::unexpected(present.error());
    if (*present != 0) {
        const auto wal_there = files.exists(wal());
        if (!wal_there) return tl::unexpected(wal_there.error());
        if (*wal_there) return Made::nothing;
    } else {
        // Absent, or without bytes as a power loss may leave it.
        const std::string fresh = database() + ".new";
        auto done = overwrite(files, fresh, empty().with_uuid(Guid::random()));
        // A WAL without its database would be taken for a part of the new one.
        if (done) done = remove_if_there(files, wal());
        if (done) done = remove_if_there(files, barrier());
        if (done) done = files.rename(fresh, database());
        if (!done) return tl::unexpected(done.error());
    }
    // Whichever connection comes first would make it, and only that one knew that its name is not on the disk yet.
    const auto made = files.open(wal(), FileSystem::Open::create);
    if (!made) return tl::unexpected(made.error());
    return *present != 0 ? Made::wal : Made::database;
}

IoResult<> DatabaseFiles::sync() const {
    auto file = files.open(database(), FileSystem::Open::existing);
    if (!file) return tl::unexpected(file.error());
    if (auto synced = (*file)->sync(); !synced) return synced;
    return files.sync_directory(folder);
}

bool DatabaseFiles::has_barrier() const {
    // The header of a database file: https://sqlite.org/fileformat2.html, 1.3.
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    constexpr std::size_t kApplicationIdAt = 68;
    std::string header(100, '\0');
    auto file = files.open(database(), FileSystem::Open::existing);
    if (!file || (*file)->read(0, header.data(), header.size()).value_or(0) != header.size()) return true;
    if (!header.starts_with(kMagic)) return true;
    return header.compare(kApplicationIdAt, 4, std::string(4, '\0')) != 0;
}

std::uint64_t DatabaseFiles::wal_bytes() const {
    return size_of(files, wal()).value_or(0);
}

void DatabaseFiles::remove() const {
    // The database first: what is left of a store without one is not mistaken for a store.
    for (const char* suffix : {"", "-wal", ".new"}) (void)files.remove(database() + suffix);
    (void)files.remove(barrier());
    remove_all(files, extents());
}

void remove_all(FileSystem& files, const std::string& path) {
    if (files.remove(path)) return;
    const auto names = files.list(path);
    if (!names) return;
    for (const std::string& name : *names) remove_all(files, path + "/" + name);
    (void)files.remove(path);
}

}  // namespace lazulite
