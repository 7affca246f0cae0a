#include "store/fault_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>

#include "store/crash_image.hpp"

namespace lazulite {
namespace {

using Kind = FileOperation::Kind;

/// For set-up, where a failure means that the test is broken.
template <class T>
T must(IoResult<T> result, const std::string& what) {
    if (!result) throw std::runtime_error(what + ": " + result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

// ---- what a crash leaves ----------------------------------------------------------------------------------------

namespace {

/// A trace read again, up to the crash: what every name meant at the time, and what was asked of every file.
class Replay {
  public:
    struct Known {
        bool directory = false;
        bool extent = false;
        const std::string* original = nullptr;  // bytes at the start
        std::vector<const FileOperation*> operations;
        std::vector<std::size_t> positions;  // of each operation
        std::size_t covered = 0;             // up to this position they are on the disk
    };

    void begin_with(const std::string& path, std::uint64_t file, Known known) {
        now_.set(now_.resolve(NameTree::parent_of(path)), NameTree::name_of(path), file);
        at_start_ = now_;
        files_[file] = std::move(known);
    }

    void follow(std::size_t at, const FileOperation& operation) {
        Known& file = files_[operation.file];
        switch (operation.kind) {
            case Kind::open:
            case Kind::make_directory:
                file.extent = operation.extent;
                file.directory = operation.kind == Kind::make_directory;
                change(at, operation.path, operation.file);
                break;
            case Kind::remove: change(at, operation.path, std::nullopt); break;
            case Kind::rename:
                change(at, operation.path, std::nullopt);
                change(at, operation.to, operation.file);
                break;
            case Kind::sync_directory: synced_[now_.resolve(operation.path)] = at; break;
            case Kind::sync: file.covered = std::max(file.covered, operation.covers); break;
            case Kind::write:
            case Kind::truncate:
            case Kind::punch:
                file.operations.push_back(&operation);
                file.positions.push_back(at);
                break;
            case Kind::read:
            case Kind::list: break;
        }
    }

    [[nodiscard]] const Known& file(std::uint64_t id) const { return files_.at(id); }

    /// The names on the disk: those of synced directories, and the others as far as its journal got.
    [[nodiscard]] NameTree names(std::size_t journal) const {
        std::set<std::size_t> durable;  // positions, so that both halves of a rename go together
        for (const NameChange& each : changes_) {
            const auto synced = synced_.find(each.directory);
            if (synced != synced_.end() && synced->second > each.position) durable.insert(each.position);
        }
        NameTree names = at_start_;
        for (const NameChange& each : changes_) {
            if (each.position >= journal && !durable.contains(each.position)) continue;
            if (each.id) names.set(each.directory, each.name, *each.id);
            else names.erase(each.directory, each.name);
        }
        return names;
    }

    [[nodiscard]] static FileImage image(const Known& file, Loss loss, std::mt19937_64& dice) {
        const auto covered = std::lower_bound(file.positions.begin(), file.positions.end(), file.covered);
        const auto synced = static_cast<std::size_t>(covered - file.positions.begin());
        const FileImage::Operations all(file.operations);
        return {file.original != nullptr ? *file.original : std::string(), all.first(synced), all.subspan(synced), loss,
                dice};
    }

  private:
    void change(std::size_t at, const std::string& path, std::optional<std::uint64_t> id) {
        const std::uint64_t directory = now_.resolve(NameTree::parent_of(path));
        const std::string name = NameTree::name_of(path);
        changes_.push_back({at, directory, name, id});
        if (id) now_.set(directory, name, *id);
        else now_.erase(directory, name);
    }

    NameTree at_start_;
    NameTree now_;
    std::vector<NameChange> changes_;
    std::map<std::uint64_t, std::size_t> synced_;  // directory -> its last sync
    std::map<std::uint64_t, Known> files_;
};

}  // namespace

std::unique_ptr<FileSystem> FaultFileSystem::rebuild(std::size_t position, const std::uint64_t* seed) const {
    const std::lock_guard guard(mutex_);
    position = std::min(position, trace_.size());
    std::mt19937_64 dice(seed != nullptr ? *seed : 0);
    std::optional<Loss> loss;  // of everything; without it each file has its own
    if (seed == nullptr) loss = Loss::nothing;
    else if (const std::uint64_t drawn = dice() % 8; drawn < 2) loss = drawn == 0 ? Loss::nothing : Loss::everything;
    std::size_t journal = dice() % (position + 1);
    if (loss) journal = *loss == Loss::nothing ? position : 0;

    Replay replay;
    for (const Original& original : originals_) {
        Replay::Known known;
        known.directory = !original.bytes;
        known.extent = original.extent;
        known.original = original.bytes.get();
        replay.begin_with(original.path, original.file, std::move(known));
    }
    for (std::size_t at = 0; at < position; ++at) replay.follow(at, trace_[at]);

    const NameTree names = replay.names(journal);
    auto memory = make_memory_file_system(std::numeric_limits<std::uint64_t>::max());
    std::vector<std::pair<std::string, std::uint64_t>> waiting{{std::string(), NameTree::kRoot}};
    while (!waiting.empty()) {
        const auto [path, directory] = std::move(waiting.back());
        waiting.pop_back();
        for (const auto& [name, id] : names.entries(directory)) {
            const std::string child = path.empty() ? name : path + '/' + name;
            const Replay::Known& known = replay.file(id);
            if (known.directory) {
                must(memory->make_directories(child), child);
                waiting.emplace_back(child, id);
                continue;
            }
            const FileImage image = Replay::image(known, loss ? *loss : static_cast<Loss>(dice() % 4), dice);
            auto file = must(memory->open(child, known.extent ? Open::extent_new : Open::create_new), child);
            must(file->write(0, as_bytes(image.bytes())), child);
        }
    }
    return memory;
}

std::unique_ptr<FileSystem> FaultFileSystem::after_kill(std::size_t position) const {
    return rebuild(position, nullptr);
}

std::unique_ptr<FileSystem> FaultFileSystem::after_power_loss(std::size_t position, std::uint64_t seed) const {
    return rebuild(position, &seed);
}

std::vector<std::string> FaultFileSystem::rewrites(std::string_view path_part) const {
    const std::lock_guard guard(mutex_);
    std::vector<std::string> breaches;
    std::set<std::uint64_t> earlier;
    for (const Original& original : originals_) earlier.insert(original.file);
    std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>> written;  // file -> first -> last
    for (const FileOperation& operation : trace_) {
        if (operation.kind != Kind::write || operation.path.find(path_part) == std::string::npos) continue;
        const std::uint64_t first = operation.offset;
        const std::uint64_t last = first + operation.length;
        const std::string range = operation.path + " [" + std::to_string(first) + ", " + std::to_string(last) + ")";
        if (earlier.contains(operation.file)) breaches.push_back(range + ": written to a file made earlier");
        auto& ranges = written[operation.file];
        const auto next = ranges.lower_bound(first);
        const bool meets_next = next != ranges.end() && next->first < last;
        const bool meets_previous = next != ranges.begin() && std::prev(next)->second > first;
        if (meets_next || meets_previous) breaches.push_back(range + ": written before");
        std::uint64_t& end = ranges[first];
        end = std::max(end, last);
    }
    return breaches;
}

// ---- faults and the trace ---------------------------------------------------------------------------------------

/// A file that tells what is done to it.
class TracedFile final : public File {
  public:
    TracedFile(FaultFileSystem& files, std::unique_ptr<File> file, std::string path, std::uint64_t id)
        : files_(files), file_(std::move(file)), path_(std::move(path)), id_(id) {}

    IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
        if (const auto fault = files_.strike(Kind::read, path_)) return io_failure(fault->error);
        return file_->read(offset, to, size);
    }
    IoResult<> write(std::uint64_t offset, ByteView bytes) override {
        const auto fault = files_.strike(Kind::write, path_);
        if (fault) bytes = bytes.first(fault->half_written ? bytes.size() / 2 : 0);
        if (!bytes.empty()) {
            if (auto written = file_->write(offset, bytes); !written) return written;
            FileOperation operation = about(Kind::write);
            operation.offset = offset;
            operation.length = bytes.size();
            operation.bytes =
                std::make_shared<const std::string>(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            files_.record(std::move(operation));
        }
        if (fault) return io_failure(fault->error);
        return {};
    }
    IoResult<> sync() override {
        FileOperation operation = about(Kind::sync);
        operation.covers = files_.position();
        if (const auto fault = files_.strike(Kind::sync, path_)) return io_failure(fault->error);
        return noted(file_->sync(), std::move(operation));
    }
    void start_writing(std::uint64_t offset, std::uint64_t length) override { file_->start_writing(offset, length); }
    void wait_written(std::uint64_t offset, std::uint64_t length) override { file_->wait_written(offset, length); }
    IoResult<> truncate(std::uint64_t size) override {
        if (const auto fault = files_.strike(Kind::truncate, path_)) return io_failure(fault->error);
        FileOperation operation = about(Kind::truncate);
        operation.offset = size;
        return noted(file_->truncate(size), std::move(operation));
    }
    IoResult<std::uint64_t> size() override { return file_->size(); }
    IoResult<> punch(std::uint64_t offset, std::uint64_t length) override {
        if (const auto fault = files_.strike(Kind::punch, path_)) return io_failure(fault->error);
        FileOperation operation = about(Kind::punch);
        operation.offset = offset;
        operation.length = length;
        return noted(file_->punch(offset, length), std::move(operation));
    }
    IoResult<std::uint64_t> links() override { return file_->links(); }
    [[nodiscard]] int descriptor() const override { return file_->descriptor(); }

  private:
    [[nodiscard]] FileOperation about(Kind kind) const {
        FileOperation operation;
        operation.kind = kind;
        operation.path = path_;
        operation.file = id_;
        return operation;
    }
    IoResult<> noted(IoResult<> outcome, FileOperation operation) {
        if (outcome) files_.record(std::move(operation));
        return outcome;
    }

    FaultFileSystem& files_;
    std::unique_ptr<File> file_;
    std::string path_;
    std::uint64_t id_;
};

FaultFileSystem::FaultFileSystem(FileSystem& under) : under_(under) { take_over(std::string()); }

FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::take_over(const std::string& directory) {
    for (const std::string& name : must(under_.list(directory), directory)) {
        const std::string path = directory.empty() ? name : directory + '/' + name;
        Original original{.path = path, .file = ++last_file_, .extent = false, .bytes = nullptr};
        names_[path] = original.file;
        auto file = under_.open(path, Open::existing);
        if (!file && file.error() == std::errc::is_a_directory) {
            originals_.push_back(std::move(original));
            take_over(path);
            continue;
        }
        const std::unique_ptr<File> opened = must(std::move(file), path);
        std::string bytes(must(opened->size(), path), '\0');
        must(opened->read(0, bytes.data(), bytes.size()), path);
        original.extent = opened->descriptor() >= 0;
        original.bytes = std::make_shared<const std::string>(std::move(bytes));
        originals_.push_back(std::move(original));
    }
}

void FaultFileSystem::inject(const Fault& fault) {
    const std::lock_guard guard(mutex_);
    armed_.push_back({fault, 0});
}

void FaultFileSystem::heal() {
    const std::lock_guard guard(mutex_);
    armed_.clear();
}

std::uint64_t FaultFileSystem::failures() const {
    const std::lock_guard guard(mutex_);
    return failures_;
}

std::uint64_t FaultFileSystem::calls(Kind kind) const {
    const std::lock_guard guard(mutex_);
    const auto known = calls_.find(kind);
    return known == calls_.end() ? 0 : known->second;
}

std::vector<FileOperation> FaultFileSystem::trace() const {
    const std::lock_guard guard(mutex_);
    return trace_;
}

std::size_t FaultFileSystem::position() const {
    const std::lock_guard guard(mutex_);
    return trace_.size();
}

std::vector<std::size_t> FaultFileSystem::sync_points(std::size_t first) const {
    const std::lock_guard guard(mutex_);
    std::vector<std::size_t> points;
    for (std::size_t at = first; at < trace_.size(); ++at) {
        if (trace_[at].kind == Kind::sync) points.push_back(at + 1);
    }
    return points;
}

std::unique_ptr<FaultFileSystem::Fault> FaultFileSystem::strike(Kind kind, const std::string& path) {
    const std::lock_guard guard(mutex_);
    ++calls_[kind];
    for (Armed& armed : armed_) {
        const Fault& fault = armed.fault;
        if (std::find(fault.kinds.begin(), fault.kinds.end(), kind) == fault.kinds.end()) continue;
        if (path.find(fault.path_part) == std::string::npos) continue;
        ++armed.seen;
        if (armed.seen == fault.nth || (armed.seen > fault.nth && fault.from_then_on)) {
            ++failures_;
            return std::make_unique<Fault>(fault);
        }
    }
    return nullptr;
}

void FaultFileSystem::record(FileOperation operation) {
    const std::lock_guard guard(mutex_);
    trace_.push_back(std::move(operation));
}

IoResult<std::unique_ptr<File>> FaultFileSystem::open(const std::string& path, Open how) {
    if (const auto fault = strike(Kind::open, path)) return io_failure(fault->error);
    const std::lock_guard guard(names_mutex_);
    auto file = under_.open(path, how);
    if (!file) return file;
    std::uint64_t& id = names_[path];
    if (id == 0) {
        id = ++last_file_;
        FileOperation operation;
        operation.kind = Kind::open;
        operation.path = path;
        operation.file = id;
        operation.extent = how == Open::extent_new;
        record(std::move(operation));
    }
    return std::make_unique<TracedFile>(*this, std::move(*file), path, id);
}

IoResult<bool> FaultFileSystem::exists(const std::string& path) { return under_.exists(path); }

IoResult<> FaultFileSystem::remove(const std::string& path) {
    if (const auto fault = strike(Kind::remove, path)) return io_failure(fault->error);
    const std::lock_guard guard(names_mutex_);
    if (auto removed = under_.remove(path); !removed) return removed;
    FileOperation operation;
    operation.kind = Kind::remove;
    operation.path = path;
    operation.file = names_[path];
    names_.erase(path);
    record(std::move(operation));
    return {};
}

IoResult<> FaultFileSystem::rename(const std::string& from, const std::string& to) {
    if (const auto fault = strike(Kind::rename, from)) return io_failure(fault->error);
    const std::lock_guard guard(names_mutex_);
    if (auto renamed = under_.rename(from, to); !renamed) return renamed;
    FileOperation operation;
    operation.kind = Kind::rename;
    operation.path = from;
    operation.to = to;
    operation.file = names_[from];
    record(std::move(operation));
    if (from == to) return {};
    std::map<std::string, std::uint64_t> moved;
    for (auto entry = names_.lower_bound(from); entry != names_.end() && entry->first.starts_with(from);) {
        const bool below = entry->first.size() == from.size() || entry->first[from.size()] == '/';
        if (below) moved[to + entry->first.substr(from.size())] = entry->second;
        entry = below ? names_.erase(entry) : std::next(entry);
    }
    for (const auto& [path, id] : moved) names_[path] = id;
    return {};
}

IoResult<> FaultFileSystem::make_directories(const std::string& path) {
    if (const auto fault = strike(Kind::make_directory, path)) return io_failure(fault->error);
    const std::lock_guard guard(names_mutex_);
    if (auto made = under_.make_directories(path); !made) return made;
    for (std::size_t end = 0; end != std::string::npos && !path.empty();) {
        end = path.find('/', end + 1);
        std::uint64_t& id = names_[path.substr(0, end)];
        if (id != 0) continue;
        id = ++last_file_;
        FileOperation operation;
        operation.kind = Kind::make_directory;
        operation.path = path.substr(0, end);
        operation.file = id;
        record(std::move(operation));
    }
    return {};
}

IoResult<std::vector<std::string>> FaultFileSystem::list(const std::string& path) {
    if (const auto fault = strike(Kind::list, path)) return io_failure(fault->error);
    return under_.list(path);
}

IoResult<> FaultFileSystem::sync_directory(const std::string& path) {
    if (const auto fault = strike(Kind::sync_directory, path)) return io_failure(fault->error);
    const std::lock_guard guard(names_mutex_);
    if (auto synced = under_.sync_directory(path); !synced) return synced;
    FileOperation operation;
    operation.kind = Kind::sync_directory;
    operation.path = path;
    record(std::move(operation));
    return {};
}

}  // namespace lazulite
