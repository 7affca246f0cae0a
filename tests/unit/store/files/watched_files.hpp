#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/fault_file_system.hpp"
#include "store/file_system.hpp"

namespace lazulite::testing {

/// Passes everything on to another file system and tells `seen` about each read, write and sync of a file and each list
/// of a folder, on the thread that asked: with the bytes, or the number of names.
class WatchedFiles final : public FileSystem {
  public:
    using Kind = FileOperation::Kind;
    using Seen = std::function<void(Kind kind, const std::string& path, std::uint64_t amount)>;
    WatchedFiles(FileSystem& under, Seen seen) : under_(under), seen_(std::move(seen)) {}

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override {
        auto file = under_.open(path, how);
        if (!file) return file;
        return std::make_unique<Watched>(*this, *std::move(file), path);
    }
    IoResult<bool> exists(const std::string& path) override { return under_.exists(path); }
    IoResult<> remove(const std::string& path) override { return under_.remove(path); }
    IoResult<> rename(const std::string& from, const std::string& to) override { return under_.rename(from, to); }
    IoResult<> make_directories(const std::string& path) override { return under_.make_directories(path); }
    IoResult<std::vector<std::string>> list(const std::string& path) override {
        auto names = under_.list(path);
        if (names) seen_(Kind::list, path, names->size());
        return names;
    }
    IoResult<> sync_directory(const std::string& path) override { return under_.sync_directory(path); }

  private:
    class Watched final : public File {
      public:
        Watched(WatchedFiles& files, std::unique_ptr<File> under, std::string path)
            : files_(files), under_(std::move(under)), path_(std::move(path)) {}
        IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
            auto got = under_->read(offset, to, size);
            if (got) files_.seen_(Kind::read, path_, *got);
            return got;
        }
        IoResult<> write(std::uint64_t offset, ByteView bytes) override {
            files_.seen_(Kind::write, path_, bytes.size());
            return under_->write(offset, bytes);
        }
        IoResult<> sync() override {
            files_.seen_(Kind::sync, path_, 0);
            return under_->sync();
        }
        IoResult<> truncate(std::uint64_t size) override { return under_->truncate(size); }
        IoResult<std::uint64_t> size() override { return under_->size(); }
        IoResult<> punch(std::uint64_t offset, std::uint64_t length) override { return under_->punch(offset, length); }
        IoResult<std::uint64_t> links() override { return under_->links(); }
        [[nodiscard]] int descriptor() const override { return under_->descriptor(); }

      private:
        WatchedFiles& files_;
        std::unique_ptr<File> under_;
        const std::string path_;
    };

    FileSystem& under_;
    const Seen seen_;
};

}  // namespace lazulite::testing
