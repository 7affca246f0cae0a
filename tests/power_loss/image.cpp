#include "image.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace lazulite::power_loss {
namespace {

class ImageFile final : public File {
  public:
    explicit ImageFile(std::shared_ptr<ImageFiles::Node> node) : node_(std::move(node)) {}
    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        const std::lock_guard lock(node_->mutex);
        const std::string& bytes = node_->bytes();
        if (offset >= bytes.size()) return std::size_t{0};
        size = std::min<std::size_t>(size, bytes.size() - offset);
        std::memcpy(to, bytes.data() + offset, size);
        return size;
    }
    IoResult<> write(std::uint64_t offset, ByteView from) override {
        const std::lock_guard lock(node_->mutex);
        std::string& bytes = node_->changed();
        bytes.resize(std::max<std::size_t>(bytes.size(), offset + from.size()));
        std::memcpy(bytes.data() + offset, from.data(), from.size());
        return {};
    }
    IoResult<> sync() override { return {}; }
    IoResult<> truncate(std::uint64_t size) override {
        const std::lock_guard lock(node_->mutex);
        node_->changed().resize(size);
        return {};
    }
    IoResult<std::uint64_t> size() override {
        const std::lock_guard lock(node_->mutex);
        return node_->bytes().size();
    }
    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
        const std::lock_guard lock(node_->mutex);
        std::string& bytes = node_->changed();
        const std::size_t end = std::min<std::size_t>(bytes.size(), offset + length);
        if (offset < end) std::memset(bytes.data() + offset, 0, end - offset);
        return {};
    }
    IoResult<std::uint64_t> links() override { return 1U; }
    [[nodiscard]] int descriptor() const override { return -1; }

  private:
    std::shared_ptr<ImageFiles::Node> node_;
};

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

std::unique_ptr<FileSystem> Image::in_memory() const {
    auto memory = make_memory_file_system(std::numeric_limits<std::uint64_t>::max());
    for (const auto& [path, entry] : entries) {
        if (!entry.bytes) {
            if (!memory->make_directories(path)) throw std::runtime_error("cannot make " + path);
            continue;
        }
        auto file = memory->open(path, entry.extent ? FileSystem::Open::extent_new : FileSystem::Open::create_new);
        if (!file || !(*file)->write(0, as_bytes(*entry.bytes))) throw std::runtime_error("cannot make " + path);
    }
    return memory;
}

ImageFiles::ImageFiles(const Image& image) {
    for (const auto& [path, entry] : image.entries) {
        auto node = std::make_shared<Node>();
        node->shared = entry.bytes;
        node->directory = !entry.bytes;
        nodes_.emplace_hint(nodes_.end(), path, std::move(node));
    }
}

IoResult<std::unique_ptr<File>> ImageFiles::open(const std::string& path, Open how) {
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(path);
    if (found != nodes_.end()) {
        if (how == Open::create_new || how == Open::extent_new) return io_failure(EEXIST);
        if (found->second->directory) return io_failure(EISDIR);
        return std::make_unique<ImageFile>(found->second);
    }
    const std::string parent = parent_of(path);
    if (how == Open::existing || (!parent.empty() && !nodes_.contains(parent))) return io_failure(ENOENT);
    return std::make_unique<ImageFile>(nodes_.emplace(path, std::make_shared<Node>()).first->second);
}

IoResult<bool> ImageFiles::exists(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return path.empty() || nodes_.contains(path);
}

IoResult<> ImageFiles::remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return io_failure(ENOENT);
    const auto next = nodes_.lower_bound(path + "/");
    if (next != nodes_.end() && next->first.starts_with(path + "/")) return io_failure(ENOTEMPTY);
    nodes_.erase(found);
    return {};
}

IoResult<> ImageFiles::rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(from);
    if (found == nodes_.end()) return io_failure(ENOENT);
    if (found->second->directory) return io_failure(ENOSYS);  // nothing here moves a directory
    nodes_[to] = found->second;
    nodes_.erase(from);
    return {};
}

IoResult<> ImageFiles::make_directories(const std::string& path) {
    const std::lock_guard lock(mutex_);
    for (std::size_t end = 0; end != std::string::npos && !path.empty();) {
        end = path.find('/', end + 1);
        std::shared_ptr<Node>& node = nodes_[path.substr(0, end)];
        if (!node) {
            node = std::make_shared<Node>();
            node->directory = true;
        }
    }
    return {};
}

IoResult<std::vector<std::string>> ImageFiles::list(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!path.empty() && !nodes_.contains(path)) return io_failure(ENOENT);
    const std::string below = path.empty() ? path : path + "/";
    std::vector<std::string> names;
    for (auto node = nodes_.lower_bound(below); node != nodes_.end() && node->first.starts_with(below); ++node) {
        if (node->first.find('/', below.size()) == std::string::npos) names.push_back(node->first.substr(below.size()));
    }
    return names;
}

}  // namespace lazulite::power_loss
