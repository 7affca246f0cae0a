#include "store/barrier.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "store/content_codec.hpp"

namespace lazulite {
namespace {

// ---- the record ---------------------------------------------------------------------------------------------------

// Two of them in turn, each in a page of its own: one that was cut off while it was written leaves the other.
constexpr std::uint64_t kSlotBytes = 4096;
constexpr std::string_view kRecordTitle = "barrier";                // and the digit of the format
constexpr std::uint64_t kRecordFormat = 0x31'72'65'69'72'72'61'62;  // "barrier1"
constexpr std::size_t kRecordBytes = 7 * sizeof(std::uint64_t);

std::string encode(const BarrierRecord& record) {
    std::string text;
    for (const std::uint64_t field :
         {kRecordFormat, record.number, record.boot, record.wal, record.frames, record.first_open}) {
        put_fixed64(text, field);
    }
    put_fixed64(text, Crc64::of(as_bytes(text)));
    return text;
}

std::optional<BarrierRecord> decode(std::string_view text) {
    if (text.size() != kRecordBytes) return std::nullopt;
    ByteReader reader(text);
    if (reader.fixed64() != kRecordFormat) return std::nullopt;
    BarrierRecord record;
    for (std::uint64_t* field : {&record.number, &record.boot, &record.wal, &record.frames, &record.first_open}) {
        *field = reader.fixed64();
    }
    const bool whole = reader.fixed64() == Crc64::of(as_bytes(text.substr(0, kRecordBytes - sizeof(std::uint64_t))));
    return whole ? std::optional(record) : std::nullopt;
}

IoResult<> sync_file(FileSystem& files, const std::string& path) {
    auto file = files.open(path, FileSystem::Open::existing);
    if (!file) return tl::unexpected(file.error());
    return (*file)->sync();
}

// ---- the WAL as a file: https://sqlite.org/walformat.html, 1 ----------------------------------------------------------

constexpr std::uint64_t kWalHeaderBytes = 32;
constexpr std::size_t kPageSizeAt = 8;
constexpr std::size_t kSaltsAt = 16;
constexpr std::uint64_t kFrameHeaderBytes = 24;

/// Cuts the WAL after `frames` frames, if it is the one that has these salts; any other has nothing worth keeping.
IoResult<> cut_wal(FileSystem& files, const std::string& path, std::uint64_t salts, std::uint64_t frames) {
    auto file = files.open(path, FileSystem::Open::existing);
    if (!file && file.error() == std::errc::no_such_file_or_directory) return {};
    if (!file) return tl::unexpected(file.error());
    std::string header(kWalHeaderBytes, '\0');
    const auto got = (*file)->read(0, header.data(), header.size());
    if (!got) return tl::unexpected(got.error());
    std::uint64_t kept = 0;
    ByteReader at_salts(std::string_view(header).substr(kSaltsAt));
    if (*got == header.size() && at_salts.fixed64() == salts) {
        std::uint64_t page = 0;
        for (const char byte : header.substr(kPageSizeAt, 4)) page = page << 8 | static_cast<unsigned char>(byte);
        kept = kWalHeaderBytes + frames * (page + kFrameHeaderBytes);
    }
    const auto size = (*file)->size();
    if (!size) return tl::unexpected(size.error());
    if (*size <= kept) return {};
    return (*file)->truncate(kept);
}

}  // namespace

std::uint64_t this_boot() {
    static const std::uint64_t boot = [] {
        std::ifstream file("/proc/sys/kernel/random/boot_id");
        std::string id;
        std::getline(file, id);
        return Crc64::of(as_bytes(id));
    }();
    return boot;
}

std::optional<BarrierRecord> BarrierRecord::load(const DatabaseFiles& paths) {
    auto file = paths.files.open(paths.barrier(), FileSystem::Open::existing);
    if (!file) return std::nullopt;
    std::optional<BarrierRecord> newest;
    for (std::uint64_t slot = 0; slot < 2; ++slot) {
        std::string text(kRecordBytes, '\0');
        text.resize((*file)->read(slot * kSlotBytes, text.data(), text.size()).value_or(0));
        const auto record = decode(text);
        if (record && (!newest || record->number > newest->number)) newest = record;
    }
    return newest;
}

std::optional<std::uint64_t> BarrierRecord::newer_format(const DatabaseFiles& paths) {
    auto file = paths.files.open(paths.barrier(), FileSystem::Open::existing);
    if (!file) return std::nullopt;
    for (std::uint64_t slot = 0; slot < 2; ++slot) {
        std::string text(kRecordTitle.size() + 1, '\0');
        text.resize((*file)->read(slot * kSlotBytes, text.data(), text.size()).value_or(0));
        if (!text.starts_with(kRecordTitle) || text.size() == kRecordTitle.size()) continue;
        const char digit = text.back();
        if (digit > '0' + static_cast<char>(kFormat) && digit <= '9') return static_cast<std::uint64_t>(digit - '0');
    }
    return std::nullopt;
}

IoResult<> BarrierRecord::save(const DatabaseFiles& paths) const {
    auto file = paths.files.open(paths.barrier(), FileSystem::Open::create);
    if (!file) return tl::unexpected(file.error());
    return (*file)->write(number % 2 * kSlotBytes, as_bytes(encode(*this)));
}

// ---- after a power failure ------------------------------------------------------------------------------------------

IoResult<> Barrier::recover(const DatabaseFiles& paths, std::uint64_t boot) {
    const auto there = paths.files.exists(paths.database());
    if (!there) return tl::unexpected(there.error());
    if (!*there) return {};
    const auto record = BarrierRecord::load(paths);
    if (!record) {
        if (paths.has_barrier()) paths.remove();  // it was about to be made
        return {};
    }
    if (record->boot == boot || record->frames == BarrierRecord::kEverything) return {};
    if (record->number == BarrierRecord::kBorn) {
        paths.remove();
        return {};
    }
    return cut_wal(paths.files, paths.wal(), record->wal, record->frames);
}

Barrier::Barrier(const Place& place)
    : place_(place), always_(place.durability != Durability::process), earlier_from_(place.first_extent) {}

IoResult<> Barrier::adopt(bool born) {
    if (place_.durability == Durability::none) return {};
    const std::lock_guard lock(mutex_);
    const bool power = place_.durability == Durability::power;
    const auto known = born ? std::nullopt : BarrierRecord::load(place_.paths);
    if (born) {
        last_ = {BarrierRecord::kBorn, place_.boot, 0, 0, place_.first_extent};
        if (!power) return last_.save(place_.paths);
    } else if (!known) {
        last_ = {BarrierRecord::kBorn, place_.boot, 0, 0, 1};  // from before there were barriers
    } else {
        last_ = *known;
        if (known->boot != place_.boot) last_.first_open = place_.first_extent;  // what is there came from the disk
    }
    earlier_from_ = last_.first_open;
    const bool everything = known && known->frames == BarrierRecord::kEverything;
    // Where the record never says how much of the WAL it is, the mode that it comes from is not known either.
    const bool told = place_.keeps_extents || (known && known->boot != place_.boot);
    const bool holds = known && (power ? everything && told : !place_.keeps_extents || !everything);
    if (!holds) return put_on_disk();
    if (last_.boot == place_.boot) return {};
    // Killed from here on, the next start finds the WAL whole.
    last_.boot = place_.boot;
    ++last_.number;
    return last_.save(place_.paths);
}

// ---- raising --------------------------------------------------------------------------------------------------------

std::uint64_t Barrier::ticket() {
    const std::uint64_t next = begun_.load() + 1;
    std::uint64_t wanted = wanted_.load();
    while (wanted < next && !wanted_.compare_exchange_weak(wanted, next)) {
    }
    return next;
}

IoResult<> Barrier::raise() {
    if (always_) return {};
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = ++begun_;
    auto done = put_on_disk();
    if (done) completed_ = number;
    return done;
}

IoResult<> Barrier::put_on_disk() {
    FileSystem& files = place_.paths.files;
    BarrierRecord record = last_;
    // What is committed from here on has to wait for the next one, and so have the bytes that only it names.
    const auto position = wal_position(files, place_.paths.database());
    if (!position) return io_failure(EAGAIN);
    if (!first_ && (position->frames == 0 || position == covered_)) return {};  // it is all there
    record.first_open = place_.extents.first_open();
    if (first_) {
        auto done = sync_file(files, place_.paths.database());
        if (done) done = files.sync_directory(place_.paths.folder);
        if (done) done = place_.extents.sync_earlier(earlier_from_);
        if (!done) return done;
    }
    auto done = place_.extents.sync_written();
    if (done) done = sync_file(files, place_.paths.wal());
    if (!done) return done;

    ++record.number;
    record.boot = place_.boot;
    record.wal = position->salts;
    record.frames = position->frames;
    if (always_ || !place_.keeps_extents) record.frames = BarrierRecord::kEverything;
    if (first_ || place_.keeps_extents) {
        done = record.save(place_.paths);
        if (done) done = sync_file(files, place_.paths.barrier());
        if (done && first_) done = files.sync_directory(place_.paths.folder);
        if (!done) return done;
    }
    first_ = false;
    last_ = record;
    covered_ = position;
    return {};
}

}  // namespace lazulite
