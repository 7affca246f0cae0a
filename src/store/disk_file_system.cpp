#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "store/file_system.hpp"

namespace lazulite {
namespace {

/// Calls until the call was not interrupted by a signal.
template <class Call>
auto uninterrupted(Call call) {
    auto outcome = call();
    while (outcome < 0 && errno == EINTR) outcome = call();
    return outcome;
}

/// ELOOP, in words that help.
class LinkCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "link"; }
    [[nodiscard]] std::string message(int /*value*/) const override {
        return "a symbolic link is in its place or in that of a folder above it, and links are not followed within the data folder";
    }
    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        return {value, std::generic_category()};
    }
};

tl::unexpected<std::error_code> link_failure() {
    static const LinkCategory kCategory;
    return tl::unexpected(std::error_code(ELOOP, kCategory));
}

IoResult<> checked(int outcome) {
    if (outcome < 0) return io_failure(errno);
    return {};
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

class DiskMapping final : public Mapping {
  public:
    DiskMapping(const void* start, std::size_t size) : bytes_(static_cast<const std::byte*>(start), size) {}
    DiskMapping(const DiskMapping&) = delete;
    DiskMapping& operator=(const DiskMapping&) = delete;
    ~DiskMapping() override { ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()); }
    [[nodiscard]] ByteView bytes() const override { return bytes_; }

  private:
    ByteView bytes_;
};

class DiskFile final : public File {
  public:
    explicit DiskFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        std::size_t done = 0;
        while (done < size) {
            const ssize_t got = uninterrupted([&] {
                return ::pread(descriptor(), static_cast<std::byte*>(to) + done, size - done,
                               static_cast<off_t>(offset + done));
            });
            if (got < 0) return io_failure(errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    IoResult<> write(std::uint64_t offset, ByteView bytes) override {
        while (!bytes.empty()) {
            const ssize_t put = uninterrupted(
                [&] { return ::pwrite(descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
            if (put < 0) return io_failure(errno);
            if (put == 0) return io_failure(EIO);  // would loop for ever
            bytes = bytes.subspan(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return {};
    }

    void start_writing(std::uint64_t offset, std::uint64_t length) override {
        ::sync_file_range(descriptor(), static_cast<off_t>(offset), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
    }

    void wait_written(std::uint64_t offset, std::uint64_t length) override {
        ::sync_file_range(descriptor(), static_cast<off_t>(offset), static_cast<off_t>(length),
                          SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    }

    IoResult<> sync() override {
        return checked(uninterrupted([&] { return ::fdatasync(descriptor()); }));
    }

    IoResult<> truncate(std::uint64_t size) override {
        return checked(uninterrupted([&] { return ::ftruncate(descriptor(), static_cast<off_t>(size)); }));
    }

    IoResult<std::uint64_t> size() override {
        struct stat status {};
        if (::fstat(descriptor(), &status) < 0) return io_failure(errno);
        return static_cast<std::uint64_t>(status.st_size);
    }

    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
        if (length == 0) return {};
        const int outcome = uninterrupted([&] {
            return ::fallocate(descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                               static_cast<off_t>(length));
        });
        if (outcome < 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) return {};  // see File::punch
        return checked(outcome);
    }

    IoResult<std::uint64_t> links() override {
        struct stat status {};
        if (::fstat(descriptor(), &status) < 0) return io_failure(errno);
        return static_cast<std::uint64_t>(status.st_nlink);
    }

    std::shared_ptr<const Mapping> map(std::uint64_t size) override {
        void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, descriptor(), 0);
        if (start == MAP_FAILED) return nullptr;
        return std::make_shared<DiskMapping>(start, size);
    }

    [[nodiscard]] int descriptor() const override { return descriptor_.number(); }

  private:
    Descriptor descriptor_;
};

/// Every call is relative to a descriptor of the root, so a relative root survives chdir and the root may be renamed.
class DiskFileSystem final : public FileSystem {
  public:
    explicit DiskFileSystem(Descriptor root) : root_(std::move(root)) {}

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override {
        int flags = O_RDWR | O_CLOEXEC;
        if (how != Open::existing) flags |= O_CREAT;
        if (how == Open::create_new || how == Open::extent_new) flags |= O_EXCL;
        Descriptor file = open_at(path, flags);
        if (!file) return open_failure();
        return std::make_unique<DiskFile>(std::move(file));
    }

    IoResult<bool> exists(const std::string& path) override {
        struct stat status {};
        if (::fstatat(root_.number(), relative(path), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return io_failure(errno);
    }

    IoResult<> remove(const std::string& path) override {
        const Place place(*this, path);
        if (!place) return open_failure();
        if (::unlinkat(place.folder(), place.name(), 0) == 0) return {};
        if (errno != EISDIR && errno != EPERM) return io_failure(errno);
        return checked(::unlinkat(place.folder(), place.name(), AT_REMOVEDIR));
    }

    IoResult<> rename(const std::string& from, const std::string& to) override {
        const Place before(*this, from);
        if (!before) return open_failure();
        const Place after(*this, to);
        if (!after) return open_failure();
        return checked(::renameat(before.folder(), before.name(), after.folder(), after.name()));
    }

    IoResult<> make_directories(const std::string& path) override {
        for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
            if (auto made = make_directory(path.substr(0, end)); !made) return made;
        }
        return make_directory(path);
    }

    IoResult<std::vector<std::string>> list(const std::string& path) override {
        Descriptor directory = open_at(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (!directory) return open_failure();
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.number()), ::closedir);
        if (!stream) return io_failure(errno);
        directory.release();  // closedir closes it
        std::vector<std::string> names;
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(stream.get());
            if (entry == nullptr) break;
            std::string name = static_cast<const char*>(entry->d_name);
            if (name != "." && name != "..") names.push_back(std::move(name));
        }
        if (errno != 0) return io_failure(errno);
        return names;
    }

    IoResult<> sync_directory(const std::string& path) override {
        const Descriptor directory = open_at(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (!directory) return open_failure();
        return checked(uninterrupted([&] { return ::fsync(directory.number()); }));
    }

  private:
    /// A name in its folder, which was reached without a link. What removes or renames does not follow the name itself.
    class Place {
      public:
        Place(const DiskFileSystem& files, const std::string& path)
            : root_(files.root_.number()),
              slash_(path.rfind('/')),
              name_(slash_ == std::string::npos ? relative(path) : path.c_str() + slash_ + 1),
              folder_(slash_ == std::string::npos
                          ? Descriptor(-1)
                          : files.open_at(path.substr(0, slash_), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
        explicit operator bool() const { return slash_ == std::string::npos || folder_; }
        [[nodiscard]] int folder() const { return slash_ == std::string::npos ? root_ : folder_.number(); }
        [[nodiscard]] const char* name() const { return name_; }

      private:
        int root_;
        std::size_t slash_;
        const char* name_;
        Descriptor folder_;
    };

    static const char* relative(const std::string& path) { return path.empty() ? "." : path.c_str(); }

    static tl::unexpected<std::error_code> open_failure() {
        if (errno == ELOOP) return link_failure();
        return io_failure(errno);
    }

    /// No component of the path may be a symbolic link; where the kernel cannot see to that, the last one may not.
    [[nodiscard]] Descriptor open_at(const std::string& path, int flags) const {
        if (!openat2_works_) {
            return Descriptor(uninterrupted([&] { return ::openat(root_.number(), relative(path), flags | O_NOFOLLOW, 0666); }));
        }
        return Descriptor(uninterrupted([&] { return open_beneath(root_.number(), relative(path), flags); }));
    }

    static int open_beneath(int root, const char* path, int flags) {
        open_how how{};
        how.flags = static_cast<unsigned>(flags);
        how.mode = (flags & O_CREAT) != 0 ? 0666 : 0;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
        return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    }

    [[nodiscard]] IoResult<> make_directory(const std::string& path) const {
        if (path.empty() || ::mkdirat(root_.number(), path.c_str(), 0777) == 0) return {};
        if (errno != EEXIST) return io_failure(errno);
        struct stat status {};
        if (::fstatat(root_.number(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return io_failure(errno);
        if (S_ISLNK(status.st_mode)) return link_failure();
        if (!S_ISDIR(status.st_mode)) return io_failure(ENOTDIR);
        return {};
    }

    Descriptor root_;
    /// Not before Linux 5.6, nor where a container's rules forbid it.
    const bool openat2_works_ = static_cast<bool>(Descriptor(open_beneath(root_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
};

}  // namespace

IoResult<std::unique_ptr<FileSystem>> open_disk(const std::string& root) {
    std::error_code problem;
    std::filesystem::create_directories(root, problem);
    if (problem) return tl::unexpected(std::error_code(problem.value(), std::generic_category()));
    Descriptor directory(uninterrupted([&] { return ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!directory) return io_failure(errno);
    return std::make_unique<DiskFileSystem>(std::move(directory));
}

}  // namespace lazulite
