#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite::power_loss {

/// What one process sees of the disk. Once it is killed, nothing that it still does has any effect.
class ProcessFiles final : public FileSystem {
  public:
    /// `before` is called before each write, sync and truncation, with the path and whether it is a sync.
    using Before = std::function<void(const std::string& path, bool sync)>;
    ProcessFiles(FileSystem& under, Before before) : under_(under), before_(std::move(before)) {}

    void kill() { killed_ = true; }

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override {
        auto file = under_.open(path, how);
        if (!file) return file;
        return std::make_unique<Handle>(*this, *std::move(file), path);
    }
    IoResult<bool> exists(const std::string& path) override { return under_.exists(path); }
    IoResult<> remove(const std::string& path) override { return killed_ ? IoResult<>() : under_.remove(path); }
    IoResult<> rename(const std::string& from, const std::string& to) override {
        return killed_ ? IoResult<>() : under_.rename(from, to);
    }
    IoResult<> make_directories(const std::string& path) override {
        return killed_ ? IoResult<>() : under_.make_directories(path);
    }
    IoResult<std::vector<std::string>> list(const std::string& path) override { return under_.list(path); }
    IoResult<> sync_directory(const std::string& path) override {
        return killed_ ? IoResult<>() : under_.sync_directory(path);
    }

  private:
    class Handle final : public File {
      public:
        Handle(ProcessFiles& files, std::unique_ptr<File> under, std::string path)
            : files_(files), under_(std::move(under)), path_(std::move(path)) {}
        IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
            return under_->read(offset, to, size);
        }
        IoResult<> write(std::uint64_t offset, ByteView bytes) override {
            return lives(false) ? under_->write(offset, bytes) : IoResult<>();
        }
        IoResult<> sync() override { return lives(true) ? under_->sync() : IoResult<>(); }
        IoResult<> truncate(std::uint64_t size) override { return lives(false) ? under_->truncate(size) : IoResult<>(); }
        IoResult<std::uint64_t> size() override { return under_->size(); }
        IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
            return lives(false) ? under_->punch(offset, length) : IoResult<>();
        }
        IoResult<std::uint64_t> links() override { return under_->links(); }
        [[nodiscard]] int descriptor() const override { return under_->descriptor(); }

      private:
        bool lives(bool sync) {
            if (files_.killed_) return false;
            files_.before_(path_, sync);
            return true;
        }
        ProcessFiles& files_;
        std::unique_ptr<File> under_;
        const std::string path_;
    };

    FileSystem& under_;
    const Before before_;
    bool killed_ = false;
};

}  // namespace lazulite::power_loss
