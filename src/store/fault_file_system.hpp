#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite {

/// Something that a file system was asked to do.
struct FileOperation {
    enum class Kind : std::uint8_t {
        open,  ///< in a trace: a file was made
        read,  ///< never in a trace
        write,
        sync,
        truncate,
        punch,
        remove,
        rename,
        make_directory,
        list,  ///< never in a trace
        sync_directory,
    };
    Kind kind{};
    std::string path;           ///< as it was called then
    std::string to;             ///< rename: the new path
    std::uint64_t file = 0;     ///< stays the same when a file is renamed, is never used again when it is removed
    std::uint64_t offset = 0;   ///< write, punch; truncate: the new size
    std::uint64_t length = 0;   ///< write, punch
    std::size_t covers = 0;     ///< sync: everything before this position of the trace is on the disk
    bool extent = false;        ///< open: made as an extent
    std::shared_ptr<const std::string> bytes;  ///< write
};

/// For tests: passes everything on to another file system, writes down what was done, fails the calls it is told to fail,
/// and answers what a disk would hold after a crash at any point of that trace. Keeps all bytes written in memory. Any
/// thread; `under` outlives it and is changed by nobody else.
class FaultFileSystem final : public FileSystem {
  public:
    using Kind = FileOperation::Kind;

    struct Fault {
        std::vector<Kind> kinds{}; ///< the calls that count
        std::uint64_t nth = 1;     ///< the first of them that fails; 1 is the next
        int error = EIO;
        bool from_then_on = false; ///< all later ones fail too, until heal()
        bool half_written = false; ///< a failing write has written the first half of its bytes
        std::string path_part{};   ///< only calls whose path contains this
    };

    /// Takes over what `under` holds as being safely on the disk.
    explicit FaultFileSystem(FileSystem& under);
    ~FaultFileSystem() override;

    void inject(const Fault& fault);
    void heal();                                    ///< forgets all faults
    [[nodiscard]] std::uint64_t failures() const;   ///< calls failed so far
    [[nodiscard]] std::uint64_t calls(Kind kind) const;

    [[nodiscard]] std::vector<FileOperation> trace() const;
    [[nodiscard]] std::size_t position() const;     ///< length of the trace
    /// Positions right after each sync of a file, from `first` on.
    [[nodiscard]] std::vector<std::size_t> sync_points(std::size_t first = 0) const;

    /// What is there when the process is killed at `position`: everything done until then. In memory, without limit.
    [[nodiscard]] std::unique_ptr<FileSystem> after_kill(std::size_t position) const;
    /// What is there when the power fails at `position`. Of a file: all that was synced, and of each page (4 KiB, with
    /// some seeds each sector of 512 bytes) written since then the state after any of those writes, or before them; its
    /// size at any moment since. Of names: those whose directory was synced, and the others up to one moment. The seed
    /// decides; one in eight loses nothing at all, one in eight everything that was not synced.
    [[nodiscard]] std::unique_ptr<FileSystem> after_power_loss(std::size_t position, std::uint64_t seed) const;

    /// Breaches of "each offset of an extent is written at most once, and only by the process that made it", one line each,
    /// among files whose path contains `path_part`.
    [[nodiscard]] std::vector<std::string> rewrites(std::string_view path_part = "extents-") const;

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override;
    IoResult<bool> exists(const std::string& path) override;
    IoResult<> remove(const std::string& path) override;
    IoResult<> rename(const std::string& from, const std::string& to) override;
    IoResult<> make_directories(const std::string& path) override;
    IoResult<std::vector<std::string>> list(const std::string& path) override;
    IoResult<> sync_directory(const std::string& path) override;
    [[nodiscard]] bool exhausted() const override { return under_.exhausted(); }

  private:
    friend class TracedFile;
    /// What stood there at the start; a directory has no bytes.
    struct Original {
        std::string path;
        std::uint64_t file = 0;
        bool extent = false;
        std::shared_ptr<const std::string> bytes;
    };
    struct Armed {
        Fault fault;
        std::uint64_t seen = 0;
    };

    void take_over(const std::string& directory);
    /// The fault that hits this call, if any.
    [[nodiscard]] std::unique_ptr<Fault> strike(Kind kind, const std::string& path);
    void record(FileOperation operation);
    [[nodiscard]] std::unique_ptr<FileSystem> rebuild(std::size_t position, const std::uint64_t* seed) const;

    FileSystem& under_;
    std::vector<Original> originals_;

    mutable std::mutex names_mutex_;  // held while a name changes below; before mutex_
    std::map<std::string, std::uint64_t> names_;
    std::uint64_t last_file_ = 0;

    mutable std::mutex mutex_;
    std::vector<FileOperation> trace_;
    std::vector<Armed> armed_;
    std::uint64_t failures_ = 0;
    std::map<Kind, std::uint64_t> calls_;
};

}  // namespace lazulite
