#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite {

/// The data folder's file system with room kept for deletions, which write rows before they free anything: a file of 4 MiB,
/// `lazulite/ballast`. When the disk has no room for a row, the file goes, the write is tried once more, and `exhausted` says
/// so until there is room for it again: what brings more is refused then (`Extents::admit`), what only takes away goes on.
/// Extents get none of it, since an upload that does not fit is refused and nothing else. Any thread.
class Ballast final : public FileSystem {
  public:
    static constexpr std::uint64_t kBytes = 4U << 20;
    static constexpr std::uint64_t kBeside = 1U << 20;  ///< that much has to be left when it is made
    static constexpr const char* kFile = "lazulite/ballast";

    /// Null where there is no disk. `under`, which outlives it, has the data folder, and this process has its lock.
    static std::unique_ptr<Ballast> make(FileSystem& under);
    /// Called on the thread that gave it up.
    void when_given_up(std::function<void()> call) { given_up_ = std::move(call); }
    /// True when it is there; makes it where it is missing and there is room. Without room for it the disk is full.
    bool keep() const;

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override;
    IoResult<bool> exists(const std::string& path) override { return under_.exists(path); }
    IoResult<> remove(const std::string& path) override { return under_.remove(path); }
    IoResult<> rename(const std::string& from, const std::string& to) override;
    IoResult<> make_directories(const std::string& path) override;
    IoResult<std::vector<std::string>> list(const std::string& path) override { return under_.list(path); }
    IoResult<> sync_directory(const std::string& path) override { return under_.sync_directory(path); }
    /// Looks whether there is room again.
    [[nodiscard]] bool exhausted() const override { return exhausted_ && !keep(); }

  private:
    class KeptFile;

    explicit Ballast(FileSystem& under) : under_(under) {}
    template <class Call>
    std::invoke_result_t<Call&> with_room(Call call);
    bool give_up(std::uint64_t seen);
    void note_full() const;
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool make_file() const;

    FileSystem& under_;
    std::function<void()> given_up_;
    mutable std::atomic<bool> exhausted_{false};
    std::atomic<std::uint64_t> given_{0};  ///< how often it was given up
    mutable std::mutex mutex_;
    mutable bool there_ = false;
};

}  // namespace lazulite
