#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "azurite/document.hpp"
#include "base/hash.hpp"

namespace lazulite::azurite {

/// A data folder of Azurite, which is read and never written to.
class Folder {
  public:
    /// Throws where the folder holds no file of Azurite.
    explicit Folder(std::filesystem::path path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] bool has(std::string_view file) const;

    /// Called with the name of a collection and each of its documents, in the order of the file; no more than one document
    /// is in memory. Throws where the file cannot be read or is not whole.
    using Each = std::function<void(std::string_view collection, Document& document)>;
    void read(std::string_view file, const Each& each) const;

  private:
    std::filesystem::path path_;
};

inline constexpr std::string_view kBlobFile = "__azurite_db_blob__.json";
inline constexpr std::string_view kBlobExtentFile = "__azurite_db_blob_extent__.json";
inline constexpr std::string_view kBlobStorage = "__blobstorage__";
inline constexpr std::string_view kQueueFile = "__azurite_db_queue__.json";
inline constexpr std::string_view kQueueExtentFile = "__azurite_db_queue_extent__.json";
inline constexpr std::string_view kQueueStorage = "__queuestorage__";
inline constexpr std::string_view kTableFile = "__azurite_db_table__.json";

/// Where bytes stand that a document names (`persistency`).
struct Chunk {
    std::size_t file = 0;  ///< in the order of the list of files
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    auto operator<=>(const Chunk&) const = default;
};

/// The files of one service that hold bytes. One thread.
class ExtentFiles {
  public:
    ExtentFiles(const Folder& folder, std::string_view list, std::string_view storage);
    ~ExtentFiles();
    ExtentFiles(const ExtentFiles&) = delete;
    ExtentFiles& operator=(const ExtentFiles&) = delete;

    /// Nothing for a stretch of zeros that no file holds. Throws where not all of the bytes are there.
    [[nodiscard]] std::optional<Chunk> find(const Document& persistency) const;
    /// The bytes in pieces of a mebibyte at most.
    void read(const Chunk& chunk, const std::function<void(ByteView)>& each) const;
    [[nodiscard]] std::string read(const Chunk& chunk) const;

  private:
    struct File {
        std::filesystem::path path;
        std::optional<std::uint64_t> size;  ///< nothing: it is not there
    };
    struct Open {
        std::size_t file = 0;
        int descriptor = -1;
    };
    [[nodiscard]] int open(std::size_t file) const;

    std::filesystem::path list_;
    std::vector<File> files_;
    std::map<std::string, std::size_t, std::less<>> by_id_;
    mutable std::array<Open, 16> open_;  ///< Azurite writes to several files in turn
};

}  // namespace lazulite::azurite
