#include "store/formats.hpp"

#include <optional>

#include "store/barrier.hpp"
#include "store/extent_pool.hpp"
#include "store/registry.hpp"

namespace lazulite {
namespace {

// The header of a database file: https://sqlite.org/fileformat2.html, 1.3.
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kUserVersionAt = 60;

constexpr std::string_view kUseNewer = ": use the newer version";

/// The first bytes of a file, fewer where it is shorter or cannot be read.
std::string beginning(FileSystem& files, const std::string& path, std::size_t size) {
    const auto file = files.open(path, FileSystem::Open::existing);
    if (!file) return {};
    std::string bytes(size, '\0');
    bytes.resize((*file)->read(0, bytes.data(), bytes.size()).value_or(0));
    return bytes;
}

/// The format in the header of a database: what stands in its WAL is not in it yet.
std::optional<int> format_in_header(const DatabaseFiles& paths) {
    const std::string header = beginning(paths.files, paths.database(), kHeaderBytes);
    if (header.size() != kHeaderBytes || !header.starts_with(kMagic)) return std::nullopt;
    std::uint32_t format = 0;
    for (std::size_t i = 0; i < 4; ++i) format = format << 8 | static_cast<unsigned char>(header[kUserVersionAt + i]);
    return static_cast<int>(format);
}

std::string refuse_database(const DatabaseFiles& paths, const StoreKind& kind, int format) {
    return refuse_format(paths.database(), static_cast<std::uint64_t>(format), static_cast<std::uint64_t>(kind.format));
}

}  // namespace

std::string refuse_format(const std::string& what, std::uint64_t format, std::uint64_t known) {
    return what + " has format " + std::to_string(format) + "; this lazulite knows formats up to " +
           std::to_string(known) + std::string(kUseNewer);
}

std::string newer_part(const DatabaseFiles& paths, const StoreKind& kind) {
    const auto format = format_in_header(paths);
    if (format && *format > kind.format) return refuse_database(paths, kind, *format);
    const auto barrier = BarrierRecord::newer_format(paths);
    return barrier ? refuse_format(paths.barrier(), *barrier, BarrierRecord::kFormat) : std::string();
}

std::string newer_part(FileSystem& files, std::span<const StoreKind* const> kinds) {
    const auto accounts = Registry::look(files);
    if (!accounts) return accounts.error();
    for (const Registry::Account& account : *accounts) {
        for (const StoreKind* kind : kinds) {
            const DatabaseFiles paths{files, Registry::path_of(account.folder_of(kind->name)), std::string(kind->name)};
            if (std::string newer = newer_part(paths, *kind); !newer.empty()) return newer;
        }
    }
    return {};
}

int known_format(Connection& connection, const DatabaseFiles& paths, const StoreKind& kind) {
    int format = 0;
    {
        Cursor version = connection.query("PRAGMA user_version");
        if (version.next()) format = static_cast<int>(version.integer(0));
    }
    if (format > kind.format) throw NewerFormat(refuse_database(paths, kind, format));
    const int oldest = kind.upgrades.empty() ? kind.format : kind.upgrades.front().from;
    if (format < oldest) {
        throw std::runtime_error("it has format " + std::to_string(format) + ", which no lazulite has written");
    }
    Cursor newest = connection.query("SELECT max(extent_id) FROM extents");
    if (!kind.has_extents || !newest.next() || newest.is_null(0)) return format;
    const std::string path = extent_path(paths.extents(), static_cast<std::uint64_t>(newest.integer(0)));
    const auto extent = newer_extent_format(beginning(paths.files, path, kExtentTitleBytes));
    if (extent) throw NewerFormat(refuse_format(path, *extent, kExtentFormat));
    return format;
}

void bring_up_to_date(Connection& connection, const StoreKind& kind, int format) {
    if (format == kind.format) return;
    connection.script("BEGIN IMMEDIATE");
    for (const StoreKind::Upgrade& step : kind.upgrades) {
        if (step.from < format) continue;
        if (step.unless != nullptr && connection.query(step.unless).next()) continue;
        connection.script(step.script);
        if (step.then != nullptr) step.then(connection);
    }
    connection.script(("PRAGMA user_version=" + std::to_string(kind.format)).c_str());
    connection.script("COMMIT");
}

}  // namespace lazulite
