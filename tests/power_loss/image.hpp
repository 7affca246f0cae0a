#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/file_system.hpp"

namespace lazulite::power_loss {

using Bytes = std::shared_ptr<const std::string>;

/// What a disk holds, by path; a directory has no bytes.
struct Image {
    struct Entry {
        Bytes bytes;
        bool extent = false;
    };
    std::map<std::string, Entry> entries;

    /// The same in a file system of memory, with descriptors for extents.
    [[nodiscard]] std::unique_ptr<FileSystem> in_memory() const;
};

/// An image as a file system: what is written to it is copied first, and seen by its handles alone. Any thread.
class ImageFiles final : public FileSystem {
  public:
    explicit ImageFiles(const Image& image);

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override;
    IoResult<bool> exists(const std::string& path) override;
    IoResult<> remove(const std::string& path) override;
    IoResult<> rename(const std::string& from, const std::string& to) override;
    IoResult<> make_directories(const std::string& path) override;
    IoResult<std::vector<std::string>> list(const std::string& path) override;
    IoResult<> sync_directory(const std::string& /*path*/) override { return {}; }

    struct Node {
        Bytes shared;     ///< null for a directory, and once there is something of its own
        std::string own;
        bool directory = false;
        [[nodiscard]] const std::string& bytes() const { return shared ? *shared : own; }
        std::string& changed() {
            if (shared) own = *shared;
            shared = nullptr;
            return own;
        }
        std::mutex mutex;
    };

  private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Node>> nodes_;
};

}  // namespace lazulite::power_loss
