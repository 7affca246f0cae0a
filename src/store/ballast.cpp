#include "store/ballast.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <random>
#include <utility>

#include "base/log.hpp"

namespace lazulite {
namespace {

constexpr const char* kLockFile = "lazulite/lock";
constexpr std::size_t kPiece = 64U << 10;

/// What may be written to the disk of an open file.
std::uint64_t room_beside(int descriptor) {
    struct statvfs disk {};
    if (::fstatvfs(descriptor, &disk) != 0) return 0;
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

/// Where blocks cannot be had for the asking they are written, with bytes that no file system makes smaller.
bool fill(File& file) {
    if (::fallocate(file.descriptor(), 0, 0, static_cast<off_t>(Ballast::kBytes)) == 0) return true;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return false;
    std::mt19937_64 random;  // NOLINT: any bytes will do
    std::vector<std::uint64_t> piece(kPiece / sizeof(std::uint64_t));
    for (std::uint64_t offset = 0; offset < Ballast::kBytes; offset += kPiece) {
        for (std::uint64_t& word : piece) word = random();
        if (!file.write(offset, {reinterpret_cast<const std::byte*>(piece.data()), kPiece})) return false;
    }
    return true;
}

}  // namespace

template <class Call>
std::invoke_result_t<Call&> Ballast::with_room(Call call) {
    const std::uint64_t seen = given_.load();
    auto outcome = call();
    if (outcome || !out_of_space(outcome.error()) || !give_up(seen)) return outcome;
    return call();
}

/// A file that no client's bytes are in.
class Ballast::KeptFile final : public File {
  public:
    KeptFile(Ballast& ballast, std::unique_ptr<File> file) : ballast_(ballast), file_(std::move(file)) {}
    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        return file_->read(offset, to, size);
    }
    IoResult<> write(std::uint64_t offset, ByteView bytes) override {
        return ballast_.with_room([&] { return file_->write(offset, bytes); });
    }
    IoResult<> sync() override { return ballast_.with_room([&] { return file_->sync(); }); }
    void start_writing(std::uint64_t offset, std::uint64_t length) override { file_->start_writing(offset, length); }
    void wait_written(std::uint64_t offset, std::uint64_t length) override { file_->wait_written(offset, length); }
    IoResult<> truncate(std::uint64_t size) override {
        return ballast_.with_room([&] { return file_->truncate(size); });
    }
    IoResult<std::uint64_t> size() override { return file_->size(); }
    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override { return file_->punch(offset, length); }
    IoResult<std::uint64_t> links() override { return file_->links(); }
    [[nodiscard]] std::shared_ptr<const Mapping> map(std::uint64_t size) override { return file_->map(size); }
    [[nodiscard]] int descriptor() const override { return file_->descriptor(); }

  private:
    Ballast& ballast_;
    std::unique_ptr<File> file_;
};

std::unique_ptr<Ballast> Ballast::make(FileSystem& under) {
    const auto lock = under.open(kLockFile, Open::existing);
    if (!lock || (*lock)->descriptor() < 0) return nullptr;
    return std::unique_ptr<Ballast>(new Ballast(under));
}

/// True when there is more room than when it had been given up `seen` times.
bool Ballast::give_up(std::uint64_t seen) {
    {
        const std::lock_guard lock(mutex_);
        note_full();
        if (given_.load() != seen) return true;
        if (!there_) return false;
        there_ = false;
        if (!under_.remove(kFile)) return false;
        ++given_;
    }
    if (given_up_) given_up_();
    return true;
}

bool Ballast::keep() const {
    const std::lock_guard lock(mutex_);
    if (there_) return true;
    if (!has_room()) {
        note_full();
        return false;
    }
    there_ = make_file();
    if (there_ && exhausted_.exchange(false)) log::warning("store: the disk has room again");
    return there_;
}

void Ballast::note_full() const {
    if (!exhausted_.exchange(true)) log::error("store: the disk is full; reads and deletions go on");
}

bool Ballast::has_room() const {
    if (under_.exists(kFile).value_or(false)) return true;
    const auto lock = under_.open(kLockFile, Open::existing);
    return !lock || room_beside((*lock)->descriptor()) >= kBytes + kBeside;
}

bool Ballast::make_file() const {
    {
        const auto file = under_.open(kFile, Open::create);
        if (!file) return false;
        if (fill(**file)) return true;
    }
    (void)under_.remove(kFile);
    return false;
}

IoResult<std::unique_ptr<File>> Ballast::open(const std::string& path, Open how) {
    if (how == Open::extent_new || path.find("/extents-") != std::string::npos) return under_.open(path, how);
    auto file = with_room([&] { return under_.open(path, how); });
    if (!file) return file;
    return std::make_unique<KeptFile>(*this, *std::move(file));
}

IoResult<> Ballast::rename(const std::string& from, const std::string& to) {
    return with_room([&] { return under_.rename(from, to); });
}

IoResult<> Ballast::make_directories(const std::string& path) {
    return with_room([&] { return under_.make_directories(path); });
}

}  // namespace lazulite
