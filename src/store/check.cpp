#include "store/check.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>

#include "base/ids.hpp"
#include "store/barrier.hpp"
#include "store/content_codec.hpp"
#include "store/contents.hpp"
#include "store/database_files.hpp"
#include "store/extent_pool.hpp"
#include "store/formats.hpp"
#include "store/ledger.hpp"
#include "store/reclaim_work.hpp"
#include "store/registry.hpp"
#include "store/span_map.hpp"

namespace lazulite {

namespace {

constexpr std::size_t kReadBytes = 1 << 20;

class StoreCheck {
  public:
    StoreCheck(Connection& connection, FileSystem& files, const std::string& directory, const StoreKind& kind,
               const std::string& place, CheckReport& report)
        : connection_(connection), files_(files), directory_(directory), kind_(kind), place_(place), report_(report) {}

    void run() {
        ++report_.stores;
        gather_rows();
        gather_contents();
        gather_queue();
        check_references();
        check_ranges();
        check_extents();
        check_files();
        check_service();
    }

  private:
    /// A transaction over the connection that looks.
    struct Look final : ReadTxn {
        using ReadTxn::ReadTxn;
    };
    struct Name {
        Range range;
        bool freed = false;  // stands in the reclaim queue
        bool part = false;   // of a range that was cut: its checksum is not known, its blocks may be shared
        [[nodiscard]] auto place() const { return std::tuple(range.extent, range.offset, range.length); }
        [[nodiscard]] std::uint64_t end() const { return range.offset + range.length; }
    };
    struct Content {
        std::int64_t refs;      // as stored
        std::int64_t names = 0; // as counted
        bool drained = false;
    };
    struct Sums {
        std::uint64_t live = 0, freed = 0, end = 0;
    };

    void problem(const std::string& what) { report_.problems.push_back(place_ + ": " + what); }
    static std::string text(const Range& range) {
        return "extent " + std::to_string(range.extent) + " [" + std::to_string(range.offset) + ", " +
               std::to_string(range.offset + range.length) + ")";
    }

    void add_ref(const ContentRef& ref) {
        if (const Range* range = ref.range()) names_.push_back({*range});
        if (const auto id = ref.content_id()) ++named_contents_[*id];
    }
    void add_source(std::string_view bytes) {
        const Source source = contents::decode_source(bytes);
        if (const auto* range = std::get_if<Range>(&source)) names_.push_back({*range});
    }

    /// What the service's own rows name.
    void gather_rows() {
        for (const char* sql : kind_.named_contents) {
            Cursor cursor = connection_.query(sql);
            while (cursor.next()) {
                if (cursor.is_null(0)) continue;
                guarded("a row", [&] { add_ref(ContentRef::decode(cursor.bytes(0))); });
            }
        }
        for (const char* sql : kind_.named_sources) {
            Cursor cursor = connection_.query(sql);
            while (cursor.next()) {
                if (cursor.is_null(0)) continue;
                guarded("a row", [&] { add_source(cursor.bytes(0)); });
            }
        }
    }

    void gather_contents() {
        Cursor cursor = connection_.query("SELECT content_id, kind, refs, size, base_id, body FROM contents");
        while (cursor.next()) {
            const std::int64_t id = cursor.integer(0);
            const std::string what = "content " + std::to_string(id);
            contents_.emplace(id, Content{cursor.integer(2)});
            if (!cursor.is_null(4)) ++named_contents_[cursor.integer(4)];
            const auto size = static_cast<std::uint64_t>(cursor.integer(3));
            guarded(what, [&] {
                switch (static_cast<ContentKind>(cursor.integer(1))) {
                    case ContentKind::inline_bytes:
                        if (cursor.bytes(5).size() != size) problem(what + " is not as long as its bytes");
                        break;
                    case ContentKind::range:
                        add_source(cursor.bytes(5));
                        break;
                    case ContentKind::list:
                        gather_list(id, size, cursor.integer(2) == 0);
                        break;
                    case ContentKind::map:
                        gather_map(id, size, cursor.integer(2) == 0);
                        break;
                    default:
                        problem(what + " is of unknown kind");
                }
            });
        }
        Cursor stray = connection_.query(
            "SELECT DISTINCT content_id FROM list_chunks WHERE content_id NOT IN (SELECT content_id FROM contents)");
        while (stray.next()) problem("content " + std::to_string(stray.integer(0)) + " has chunks but no row");
        Cursor lost = connection_.query(
            "SELECT DISTINCT content_id FROM map_spans WHERE content_id NOT IN (SELECT content_id FROM contents)");
        while (lost.next()) problem("content " + std::to_string(lost.integer(0)) + " has spans but no row");
    }

    void gather_map(std::int64_t id, std::uint64_t size, bool draining) {
        const std::string what = "content " + std::to_string(id);
        Cursor cursor = connection_.query(
            "SELECT \"end\", start, source, crc FROM map_spans WHERE content_id = ? ORDER BY \"end\"", id);
        std::uint64_t at = 0;
        while (cursor.next()) {
            const Span span = contents::read_span(cursor);
            if (span.start < at) problem(what + " has spans that overlap at " + std::to_string(span.start));
            at = span.end;
            const auto* range = std::get_if<Range>(&span.from);
            if (range != nullptr) names_.push_back({*range, false, range->crc64 == 0});
        }
        if (at > size && !draining) problem(what + " has spans behind its end");
    }

    void gather_list(std::int64_t id, std::uint64_t size, bool draining) {
        const std::string what = "content " + std::to_string(id);
        Cursor cursor =
            connection_.query("SELECT start, entries FROM list_chunks WHERE content_id = ? ORDER BY start", id);
        std::optional<std::uint64_t> at;
        if (!draining) at = 0;
        std::vector<Block> blocks;
        while (cursor.next()) {
            const auto start = static_cast<std::uint64_t>(cursor.integer(0));
            if (at && *at != start) problem(what + " has a gap before " + std::to_string(start));
            at = start;
            blocks.clear();
            decode_chunk(cursor.bytes(1), blocks);
            for (const Block& block : blocks) {
                *at += block.length;
                if (const auto* range = std::get_if<Range>(&block.source)) names_.push_back({*range});
            }
        }
        if (at.value_or(size) != size) problem(what + " is not as long as its blocks");
    }

    void gather_queue() {
        Cursor cursor = connection_.query("SELECT seq, work FROM reclaim");
        while (cursor.next()) {
            guarded("reclaim row " + std::to_string(cursor.integer(0)), [&] {
                const ReclaimWork work = ReclaimWork::decode(cursor.bytes(1));
                for (const auto& released : work.released) {
                    names_.push_back({released.range, true, released.freed.has_value()});
                    if (released.freed && released.freed->length != 0) punched_.push_back(*released.freed);
                }
                for (const auto& drain : work.drains) {
                    if (drain.kind == WriteTxn::Drain::merge) {
                        merged_.insert(drain.id);
                        continue;
                    }
                    if (drain.kind != WriteTxn::Drain::content) {
                        drained_.insert(drain.id);
                        continue;
                    }
                    const auto found = contents_.find(drain.id);
                    if (found == contents_.end()) {
                        problem("a content that does not exist is queued: " + std::to_string(drain.id));
                    } else {
                        found->second.drained = true;
                    }
                }
            });
        }
    }

    void check_references() {
        for (const auto& [id, count] : named_contents_) {
            const auto found = contents_.find(id);
            if (found == contents_.end()) {
                problem("content " + std::to_string(id) + " is named but does not exist");
            } else {
                found->second.names = count;
            }
        }
        for (const auto& [id, content] : contents_) {
            const std::string what = "content " + std::to_string(id);
            if (content.refs != content.names) {
                problem(what + " has refs " + std::to_string(content.refs) + " but is named " +
                        std::to_string(content.names) + " times");
            }
            if (content.drained && content.refs != 0) problem(what + " is named and queued for removal");
            if (!content.drained && content.refs == 0) problem(what + " is not named and not queued");
            Look look(connection_, Instant());
            if (contents::mergeable(look, id) && !merged_.contains(id)) {
                problem(what + " stands on one that nobody else needs, and is not queued");
            }
        }
    }

    /// Invariant 1: every range has one name, or as many as shared_ranges says; none overlap.
    void check_ranges() {
        std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> shared;
        Cursor cursor = connection_.query("SELECT extent_id, offset, refs FROM shared_ranges");
        while (cursor.next()) {
            shared[{static_cast<std::uint64_t>(cursor.integer(0)), static_cast<std::uint64_t>(cursor.integer(1))}] =
                cursor.integer(2);
        }
        std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) { return a.place() < b.place(); });
        const Name* before = nullptr;
        for (std::size_t i = 0; i < names_.size();) {
            const Name& name = names_[i];
            std::int64_t count = 0;
            std::int64_t freed = 0;
            for (; i < names_.size() && names_[i].place() == name.place(); ++i) {
                ++(names_[i].freed ? freed : count);
                if (!names_[i].freed && !name.freed && names_[i].range.crc64 != name.range.crc64) {
                    problem(text(name.range) + " has two checksums");
                }
            }
            if (freed > 1) problem(text(name.range) + " was freed twice");
            if (freed != 0 && count != 0) problem(text(name.range) + " was freed and is still named");
            const auto listed = shared.find({name.range.extent, name.range.offset});
            const std::int64_t expected = listed == shared.end() ? 1 : listed->second;
            if (count != 0 && count != expected) {
                problem(text(name.range) + " has " + std::to_string(count) + " names, not " + std::to_string(expected));
            }
            if (count != 0 && listed != shared.end()) shared.erase(listed);
            check_place(name, before);
            add_to_sums(name.range, count != 0);
            before = &name;
        }
        for (const auto& [place, refs] : shared) {
            problem(text({place.first, place.second, 0, 0}) + " is listed as shared but nobody names it");
        }
        for (const Range& blocks : punched_) check_punched(blocks);
    }

    /// What is about to be punched belongs to nobody: `names_` are in order and do not overlap.
    void check_punched(const Range& blocks) {
        const std::uint64_t end = blocks.offset + blocks.length;
        auto name = std::upper_bound(names_.begin(), names_.end(), blocks, [](const Range& wanted, const Name& a) {
            return std::pair(wanted.extent, wanted.offset) < std::pair(a.range.extent, a.end());
        });
        for (; name != names_.end() && name->range.extent == blocks.extent && name->range.offset < end; ++name) {
            if (!name->freed) problem(text(name->range) + " is about to be punched with " + text(blocks));
        }
    }

    void check_place(const Name& name, const Name* before) {
        if (name.range.offset < Extents::kHeaderBytes) problem(text(name.range) + " lies in the header");
        if (before == nullptr || before->range.extent != name.range.extent) return;
        // Freed blocks are punched as a whole.
        std::uint64_t end = before->end();
        if (before->freed && !before->part) end = (end + Extents::kAlignment - 1) / Extents::kAlignment * Extents::kAlignment;
        if (end > name.range.offset) problem(text(name.range) + " overlaps " + text(before->range));
    }

    void add_to_sums(const Range& range, bool live) {
        Sums& sums = sums_[range.extent];
        (live ? sums.live : sums.freed) += range.length;
        sums.end = std::max(sums.end, range.offset + range.length);
        if (!live) return;
        ++report_.ranges;
        report_.bytes += range.length;
    }

    /// Invariant 2: the row of every extent is the sum of its ranges.
    void check_extents() {
        std::uint64_t ceiling = 0;
        if (!kind_.has_extents && !sums_.empty()) problem("a store without extents names ranges");
        {
            Cursor cursor = connection_.query("SELECT extent_id, live, freed, length FROM extents");
            while (cursor.next()) {
                const auto id = static_cast<std::uint64_t>(cursor.integer(0));
                const Sums sums = sums_[id];
                const auto differs = [&](const char* what, int column, std::uint64_t counted) {
                    const auto stored = static_cast<std::uint64_t>(cursor.integer(column));
                    if (stored == counted) return;
                    problem("extent " + std::to_string(id) + " has " + what + " " + std::to_string(cursor.integer(column)) +
                            ", not " + std::to_string(counted));
                };
                differs("live", 1, sums.live);
                differs("freed", 2, sums.freed);
                differs("length", 3, std::max(sums.end, static_cast<std::uint64_t>(cursor.integer(3))));
                rows_.insert(id);
                ceiling = std::max(ceiling, id + 1);
                ++report_.extents;
            }
        }
        for (const auto& [id, sums] : sums_) {
            if (!rows_.contains(id)) problem("extent " + std::to_string(id) + " is named but has no row");
        }
        if (next_extent_id(connection_) < ceiling) problem("extent ids up to the ceiling could come twice");
    }

    /// Invariant 3: every named byte is there.
    void check_files() {
        const std::vector<std::string> found = files_.list(directory_).value_or(std::vector<std::string>());
        std::set<std::uint64_t> present;
        for (const std::string& name : found) {
            if (const auto id = extent_id(name)) {
                present.insert(*id);
            } else {
                problem("the extents hold a file that is none: " + name);
            }
        }
        for (const std::uint64_t id : present) {
            if (!rows_.contains(id)) ++report_.orphans;
        }
        std::unique_ptr<File> file;
        std::uint64_t open = 0;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const Range& range = names_[i].range;
            if (names_[i].freed || (i > 0 && names_[i - 1].place() == names_[i].place())) continue;
            if (i == 0 || open != range.extent) {
                open = range.extent;
                file = open_extent(range.extent, present.contains(range.extent));
            }
            if (file) check_bytes(*file, range, !names_[i].part);
        }
    }

    /// What the service itself asks of its rows.
    void check_service() {
        for (const char* sql : kind_.faults) {
            Cursor cursor = connection_.query(sql);
            while (cursor.next()) problem(std::string(cursor.bytes(0)));
        }
        if (kind_.check == nullptr) return;
        Look look(connection_, Instant());
        kind_.check(look, drained_, [&](const std::string& what) { problem(what); });
    }

    std::unique_ptr<File> open_extent(std::uint64_t id, bool present) {
        const std::string what = "extent " + std::to_string(id);
        if (!present) {
            problem(what + " has no file");
            return nullptr;
        }
        auto file = files_.open(extent_path(directory_, id), FileSystem::Open::existing);
        if (!file) {
            problem(what + " cannot be opened: " + file.error().message());
            return nullptr;
        }
        std::string header(Extents::kHeaderBytes, '\0');
        const auto got = (*file)->read(0, header.data(), header.size());
        if (const auto format = newer_extent_format(header)) {
            problem(refuse_format(what, *format, kExtentFormat));
        } else if (!got || *got != header.size() || header != extent_header(uuid(), id)) {
            problem(what + " has a header that is not its own");
        }
        return *std::move(file);
    }

    void check_bytes(File& file, const Range& range, bool whole) {
        Crc64 crc;
        std::vector<std::byte> buffer(std::min<std::uint64_t>(range.length, kReadBytes));
        for (std::uint64_t done = 0; done < range.length;) {
            const std::size_t wanted = std::min<std::uint64_t>(range.length - done, buffer.size());
            const auto got = file.read(range.offset + done, buffer.data(), wanted);
            if (!got) return problem(text(range) + " cannot be read: " + got.error().message());
            if (*got != wanted) return problem(text(range) + " lies beyond the end of its file");
            crc.update({buffer.data(), wanted});
            done += wanted;
        }
        if (whole && crc.value() != range.crc64) problem(text(range) + " does not match its checksum");
    }

    Guid uuid() {
        Guid store;
        Cursor cursor = connection_.query("SELECT value FROM meta WHERE name = 'uuid'");
        if (!cursor.next()) return store;
        const std::string_view bytes = cursor.bytes(0);
        std::copy_n(bytes.begin(), std::min(bytes.size(), store.bytes.size()), store.bytes.begin());
        return store;
    }

    void guarded(const std::string& what, const std::function<void()>& read) {
        try {
            read();
        } catch (const SqlError& damage) {
            problem(what + ": " + damage.what());
        }
    }

    Connection& connection_;
    FileSystem& files_;
    const std::string& directory_;
    const StoreKind& kind_;
    const std::string& place_;
    CheckReport& report_;

    std::vector<Name> names_;
    std::vector<Range> punched_;      // blocks in the reclaim queue that go beside the ranges
    std::set<std::int64_t> merged_;   // contents that are about to take over what stands below
    std::map<std::int64_t, std::int64_t> named_contents_;
    std::map<std::int64_t, Content> contents_;
    std::set<std::int64_t> drained_;  // ids whose rows are about to go
    std::map<std::uint64_t, Sums> sums_;
    std::set<std::uint64_t> rows_;
};

/// The bytes of a file, in memory.
void copy_file(FileSystem& from, FileSystem& to, const std::string& path) {
    const auto source = from.open(path, FileSystem::Open::existing);
    if (!source) return;
    const auto copy = to.open(path, FileSystem::Open::create);
    if (!copy) throw SqlError(0, path + " cannot be copied: " + copy.error().message());
    std::vector<std::byte> buffer(kReadBytes);
    for (std::uint64_t done = 0;;) {
        const auto got = (*source)->read(done, buffer.data(), buffer.size());
        if (!got) throw SqlError(0, path + " cannot be read: " + got.error().message());
        if (*got == 0) return;
        (void)(*copy)->write(done, {buffer.data(), *got});
        done += *got;
    }
}

void check_database(FileSystem& files, const DatabaseFiles& paths, const StoreKind& kind, CheckReport& report) {
    const std::string place = paths.folder + "/" + std::string(kind.name);
    try {
        Connection::Options options;
        options.read_only = true;
        // An older format is looked at as what the server will make of it: in memory, since a check makes nothing.
        std::unique_ptr<FileSystem> memory;  // outlives the connection
        auto connection = std::make_unique<Connection>(files, paths.database(), options);
        if (const int format = known_format(*connection, paths, kind); format != kind.format) {
            connection.reset();
            memory = make_memory_file_system(std::numeric_limits<std::uint64_t>::max());
            (void)memory->make_directories(paths.folder);
            for (const std::string& path : {paths.database(), paths.wal()}) copy_file(files, *memory, path);
            options.read_only = false;
            connection = std::make_unique<Connection>(*memory, paths.database(), options);
            bring_up_to_date(*connection, kind, format);
        }
        {
            Cursor cursor = connection->query("PRAGMA quick_check");
            while (cursor.next()) {
                if (cursor.bytes(0) != "ok") report.problems.push_back(place + ": " + std::string(cursor.bytes(0)));
            }
        }
        check_store(*connection, files, paths.extents(), kind, place, report);
    } catch (const NewerFormat& newer) {
        report.problems.emplace_back(newer.what());
    } catch (const std::runtime_error& damage) {
        report.problems.push_back(place + ": " + damage.what());
    }
}

}  // namespace

void check_store(Connection& connection, FileSystem& files, const std::string& extents_directory, const StoreKind& kind,
                 const std::string& place, CheckReport& report) {
    StoreCheck(connection, files, extents_directory, kind, place, report).run();
}

CheckReport check(FileSystem& files, std::span<const StoreKind* const> kinds) {
    CheckReport report;
    // Loading a registry makes what is missing; a check makes nothing.
    const std::string folder = kDataFolder;
    if (!files.exists(folder + "/registry").value_or(false) && !files.exists(folder + "/registry.old").value_or(false)) {
        report.problems.push_back(folder + "/registry is not there");
        return report;
    }
    if (std::string newer = newer_part(files, kinds); !newer.empty()) {
        report.problems.push_back(std::move(newer));
        return report;
    }
    const auto registry = Registry::load(files, false);
    if (!registry) {
        report.problems.push_back(registry.error());
        return report;
    }
    for (const auto& account : (*registry)->accounts()) {
        for (const StoreKind* kind : kinds) {
            const std::string place = Registry::path_of(account.folder_of(kind->name));
            const DatabaseFiles paths{files, place, std::string(kind->name)};
            (void)Barrier::recover(paths, this_boot());  // as the next start would
            if (files.exists(paths.database()).value_or(false)) check_database(files, paths, *kind, report);
        }
    }
    return report;
}

}  // namespace lazulite
