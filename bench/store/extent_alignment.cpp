// (f) Bodies in a shared extent file: each at the next 4 KiB boundary, or packed without gaps?

#include "harness.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kBlock = 4'096;

enum class Free {
    own_blocks,       // punch the body's own range; the file system frees the blocks that lie wholly inside
    counted_blocks,   // packed with a count of live bodies per block, kept at hand: the best that packing can get
};

struct Body {
    std::uint64_t at;
    std::uint64_t length;
};

/// Sizes log-uniform between the two bounds: many small, few large.
struct Sizes {
    std::string name;
    std::uint64_t shift_low;    // 2^low ..
    std::uint64_t shift_span;   // .. 2^(low + span)
    [[nodiscard]] std::uint64_t of(std::uint64_t n) const {
        const std::uint64_t base = 1ULL << (shift_low + mix(n) % shift_span);
        return base + mix(n + 1) % base;
    }
};

class Extent {
public:
    Extent(const std::filesystem::path& file, std::uint64_t alignment, Free free)
        : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), alignment_(alignment), free_(free) {
        if (fd_ < 0) throw std::runtime_error(file.string() + ": " + std::strerror(errno));
        ::unlink(file.c_str());
    }
    ~Extent() { ::close(fd_); }
    Extent(const Extent&) = delete;
    Extent& operator=(const Extent&) = delete;

    void write(std::uint64_t length) {
        const std::uint64_t at = (end_ + alignment_ - 1) / alignment_ * alignment_;
        check(::pwrite(fd_, buffer_.data(), length, static_cast<off_t>(at)));
        bodies_.push_back({at, length});
        end_ = at + length;
    }
    void read(std::size_t n) {
        const Body& body = bodies_[n % bodies_.size()];
        check(::pread(fd_, buffer_.data(), body.length, static_cast<off_t>(body.at)));
    }
    void sync() { check(::fdatasync(fd_)); }
    void count_blocks() {
        live_.assign(end_ / kBlock + 1, 0);
        for (const Body& body : bodies_)
            for (std::uint64_t block = body.at / kBlock; block <= (body.at + body.length - 1) / kBlock; ++block) ++live_[block];
    }
    void remove(std::size_t n) {
        const auto [at, length] = bodies_[n];
        if (free_ == Free::own_blocks) return punch(at, std::max(length, alignment_ == kBlock ? kBlock : length));
        std::uint64_t first = at / kBlock;
        std::uint64_t last = (at + length - 1) / kBlock;
        for (std::uint64_t block = first; block <= last; ++block) --live_[block];
        while (first <= last && live_[first] > 0) ++first;   // only the outermost blocks can be shared
        while (last >= first && live_[last] > 0 && last > 0) --last;
        if (first <= last && live_[first] == 0) punch(first * kBlock, (last - first + 1) * kBlock);
    }
    [[nodiscard]] double disk_bytes() const {
        struct stat status{};
        check(::fstat(fd_, &status));
        return static_cast<double>(status.st_blocks) * 512;
    }
    [[nodiscard]] std::size_t count() const { return bodies_.size(); }
    [[nodiscard]] std::uint64_t length_of(std::size_t n) const { return bodies_[n].length; }

private:
    static void check(ssize_t result) {
        if (result < 0) throw std::runtime_error(std::string("extent: ") + std::strerror(errno));
    }
    void punch(std::uint64_t at, std::uint64_t length) {
        if (alignment_ == kBlock) length = (length + kBlock - 1) / kBlock * kBlock;
        check(::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at), static_cast<off_t>(length)));
    }

    int fd_;
    std::uint64_t alignment_;
    Free free_;
    std::uint64_t end_ = kBlock;   // behind the header page
    std::vector<Body> bodies_;
    std::vector<std::uint16_t> live_;
    std::vector<char> buffer_ = std::vector<char>(1 << 20, 'x');
};

std::vector<double> life_of_an_extent(const std::filesystem::path& file, std::uint64_t alignment, Free free, const Sizes& sizes,
                                      std::uint64_t bytes) {
    Extent extent(file, alignment, free);
    double written = 0;
    double cpu = thread_cpu_seconds();
    for (std::uint64_t n = 0; written < static_cast<double>(bytes); ++n) {
        extent.write(sizes.of(n));
        written += static_cast<double>(sizes.of(n));
    }
    const auto count = static_cast<double>(extent.count());
    const double write_us = (thread_cpu_seconds() - cpu) * 1e6 / count;
    auto start = Clock::now();
    extent.sync();
    const double sync_ms = seconds_since(start) * 1e3;
    cpu = thread_cpu_seconds();
    for (std::size_t n = 0; n < extent.count(); ++n) extent.read(mix(n));
    const double read_us = (thread_cpu_seconds() - cpu) * 1e6 / count;
    const double full = extent.disk_bytes() / written;

    extent.count_blocks();
    std::vector<double> figures{write_us, read_us, sync_ms, full};
    double live = written;
    double punch_cpu = 0;
    for (const auto& [from, to] : {std::pair{0u, 5u}, std::pair{5u, 9u}}) {   // delete half, then up to nine in ten
        cpu = thread_cpu_seconds();
        for (std::size_t n = 0; n < extent.count(); ++n) {
            const std::uint64_t dice = mix(n ^ 0x5eed) % 10;
            if (dice < from || dice >= to) continue;
            extent.remove(n);
            live -= static_cast<double>(extent.length_of(n));
        }
        punch_cpu += thread_cpu_seconds() - cpu;
        figures.push_back(extent.disk_bytes() / live);
    }
    figures.push_back(punch_cpu * 1e6 / (count * 0.9));
    return figures;
}

}  // namespace

void extent_alignment(const Settings& settings) {
    const std::filesystem::path file = settings.dir / "extent";
    for (const auto& [sizes, bytes] : {std::pair{Sizes{"1-4 KiB", 10, 2}, settings.pick(8ULL << 20, 24ULL << 20)},
                                       std::pair{Sizes{"1-256 KiB", 10, 8}, settings.pick(24ULL << 20, 64ULL << 20)}}) {
        const auto arm = [&](const std::string& name, std::uint64_t alignment, Free free) {
            return Arm{name, [&, alignment, free] { return life_of_an_extent(file, alignment, free, sizes, bytes); }};
        };
        compare("(f) bodies of " + sizes.name
                    + " in one extent; disk = blocks used / bytes alive, when full, half and 9 in 10 deleted",
                {{"write CPU us", 2}, {"read CPU us", 2}, {"sync ms", 0}, {"disk, full", 2}, {"disk, 50 %", 2},
                 {"disk, 90 %", 2}, {"delete CPU us", 2}},
                {arm("aligned to 4 KiB", kBlock, Free::own_blocks), arm("packed", 1, Free::own_blocks),
                 arm("packed, live count per block", 1, Free::counted_blocks)},
                settings);
    }
}

}  // namespace lazulite::bench
