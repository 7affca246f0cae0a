#include "store/database_files.hpp"

#include <limits>

#include "store/ledger.hpp"
#include "store/sql.hpp"

namespace lazulite {
namespace {

std::string_view as_text(const Guid& uuid) {
    return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
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

IoResult<bool> DatabaseFiles::create(const EmptyDatabase& empty) const {
    if (auto file = files.open(database(), FileSystem::Open::existing)) {
        const auto size = (*file)->size();
        if (!size) return tl::unexpected(size.error());
        if (*size != 0) return false;  // no bytes: what a power loss may leave of a new file
    } else if (file.error() != std::errc::no_such_file_or_directory) {
        return tl::unexpected(file.error());
    }
    // A WAL without its database would be taken for a part of the new one.
    if (const auto gone = files.remove(wal()); !gone && gone.error() != std::errc::no_such_file_or_directory)
        return tl::unexpected(gone.error());
    const std::string fresh = database() + ".new";
    {
        auto file = files.open(fresh, FileSystem::Open::create);
        if (!file) return tl::unexpected(file.error());
        auto done = (*file)->truncate(0);
        if (done) done = (*file)->write(0, as_bytes(empty.with_uuid(Guid::random())));
        if (!done) return tl::unexpected(done.error());
    }
    if (const auto named = files.rename(fresh, database()); !named) return tl::unexpected(named.error());
    return true;
}

IoResult<> DatabaseFiles::sync() const {
    auto file = files.open(database(), FileSystem::Open::existing);
    if (!file) return tl::unexpected(file.error());
    if (auto synced = (*file)->sync(); !synced) return synced;
    return files.sync_directory(folder);
}

std::uint64_t DatabaseFiles::wal_bytes() const {
    auto file = files.open(wal(), FileSystem::Open::existing);
    return file ? (*file)->size().value_or(0) : 0;
}

void DatabaseFiles::remove() const {
    // The database first: what is left of a store without one is not mistaken for a store.
    for (const char* suffix : {"", "-wal", ".new"}) (void)files.remove(database() + suffix);
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
