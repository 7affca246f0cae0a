#include "azurite/folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "azurite/walk.hpp"

namespace lazulite::azurite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kZeros = "*ZERO*";  // the id of the file that there is not
constexpr std::size_t kReadAtOnce = 1 << 20;

// How deep in a file stands what: {"collections": [{"name": "...", "data": [{document}, ...]}, ...]}
constexpr int kOfFile = 1;
constexpr int kOfCollection = 3;
constexpr int kDocument = 4;

}  // namespace

Folder::Folder(fs::path path) : path_(std::move(path)) {
    std::error_code problem;
    if (!fs::is_directory(path_, problem)) refuse(path_.string(), "is no folder");
    for (const std::string_view file : {kBlobFile, kQueueFile, kTableFile}) {
        if (has(file)) return;
    }
    refuse(path_.string(), "holds no data of Azurite: neither " + std::string(kBlobFile) + " nor " +
                               std::string(kQueueFile) + " nor " + std::string(kTableFile));
}

bool Folder::has(std::string_view file) const {
    std::error_code problem;
    return fs::exists(path_ / file, problem);
}

void Folder::read(std::string_view file, const Each& each) const {
    const std::string where = (path_ / file).string();
    std::ifstream stream(where, std::ios::binary);
    if (!stream) refuse(where, "cannot be read");
    std::string collection;
    std::string key;
    std::size_t number = 0;
    // What answers false is not kept in memory.
    const auto visit = [&](int depth, Json::parse_event_t event, Json& value) {
        switch (event) {
            case Json::parse_event_t::key:
                if (depth == kOfFile) return value == "collections";
                if (depth != kOfCollection) return true;
                key = value.get<std::string>();
                return key == "name" || key == "data";
            case Json::parse_event_t::value:
                if (depth == kOfCollection && key == "name") {
                    if (!value.is_string()) refuse(where, "a collection has no name");
                    collection = value.get<std::string>();
                    number = 0;
                }
                return true;
            case Json::parse_event_t::object_end:
                if (depth == kDocument) {
                    Document document(value, where + ", " + collection + ", document " + std::to_string(++number));
                    each(collection, document);
                }
                return depth < kOfCollection || depth > kDocument;
            default: return true;
        }
    };
    try {
        const Json rest = Json::parse(stream, visit);
        if (!rest.is_object() || !rest.contains("collections")) refuse(where, "is no database of Azurite: it has no collections");
    } catch (const Json::parse_error& problem) {
        refuse(where, "is not whole: no JSON from byte " + std::to_string(problem.byte) + " on");
    }
}

ExtentFiles::ExtentFiles(const Folder& folder, std::string_view list, std::string_view storage)
    : list_(folder.path() / list) {
    if (!folder.has(list)) return;
    folder.read(list, [&](std::string_view /*collection*/, const Document& extent) {
        const fs::path name = extent.at("path").text();
        if (name.empty() || name != name.filename()) refuse(extent.where(), "path is no name of a file");
        File file{folder.path() / storage / name, {}};
        std::error_code problem;
        const auto size = fs::file_size(file.path, problem);
        if (!problem) file.size = size;
        by_id_[extent.at("id").text()] = files_.size();
        files_.push_back(std::move(file));
    });
}

ExtentFiles::~ExtentFiles() {
    for (const Open& file : open_) {
        if (file.descriptor >= 0) ::close(file.descriptor);
    }
}

std::optional<Chunk> ExtentFiles::find(const Document& persistency) const {
    const std::string id = persistency.at("id").text();
    if (id == kZeros) return std::nullopt;
    Chunk chunk{0, persistency.at("offset").number(), persistency.at("count").number()};
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
        if (chunk.length == 0) return chunk;
        refuse(persistency.where(), "its bytes are lost: " + list_.string() + " does not know " + id);
    }
    chunk.file = found->second;
    const File& file = files_[chunk.file];
    if (chunk.length == 0) return chunk;
    if (!file.size) refuse(persistency.where(), "its bytes are lost: there is no " + file.path.string());
    if (chunk.offset > *file.size || chunk.length > *file.size - chunk.offset) {
        refuse(persistency.where(), "its bytes are lost: " + file.path.string() + " ends at " + std::to_string(*file.size) +
                                        ", they would at " + std::to_string(chunk.offset + chunk.length));
    }
    return chunk;
}

int ExtentFiles::open(std::size_t file) const {
    Open& slot = open_[file % open_.size()];
    if (slot.descriptor >= 0 && slot.file == file) return slot.descriptor;
    if (slot.descriptor >= 0) ::close(slot.descriptor);
    slot = {file, ::open(files_[file].path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (slot.descriptor < 0) refuse(files_[file].path.string(), std::string("cannot be read: ") + std::strerror(errno));
    return slot.descriptor;
}

void ExtentFiles::read(const Chunk& chunk, const std::function<void(ByteView)>& each) const {
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.length, kReadAtOnce)));
    for (std::uint64_t done = 0; done < chunk.length;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.length - done, piece.size()));
        const ssize_t got = ::pread(open(chunk.file), piece.data(), wanted, static_cast<off_t>(chunk.offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) refuse(files_[chunk.file].path.string(), got == 0 ? "ends too early" : std::strerror(errno));
        each(ByteView(piece.data(), static_cast<std::size_t>(got)));
        done += static_cast<std::uint64_t>(got);
    }
}

std::string ExtentFiles::read(const Chunk& chunk) const {
    std::string bytes;
    read(chunk, [&](ByteView piece) { bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size()); });
    return bytes;
}

}  // namespace lazulite::azurite
