#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/fault_file_system.hpp"

namespace lazulite {

/// What becomes of writes that nobody synced.
enum class Loss : std::uint8_t { nothing, everything, pages, sectors };

/// The bytes of one file, from what was there at the start and the operations on it in order.
class FileImage {
  public:
    using Operations = std::span<const FileOperation* const>;

    FileImage(std::string original, Operations synced, Operations unsynced, Loss loss, std::mt19937_64& dice)
        : bytes_(std::move(original)) {
        for (const FileOperation* operation : synced) apply(*operation);
        if (loss == Loss::nothing) {
            for (const FileOperation* operation : unsynced) apply(*operation);
        } else if (loss != Loss::everything) {
            lose(unsynced, loss == Loss::sectors ? 512 : 4096, dice);
        }
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    using Kind = FileOperation::Kind;
    static constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

    static std::uint64_t end_of(const FileOperation& operation) {
        return operation.kind == Kind::truncate ? kEnd : operation.offset + operation.length;
    }
    /// The size of the file after an operation that finds it with `size`.
    static std::uint64_t size_after(const FileOperation& operation, std::uint64_t size) {
        if (operation.kind == Kind::truncate) return operation.offset;
        return operation.kind == Kind::write ? std::max(size, end_of(operation)) : size;
    }

    void apply(const FileOperation& operation) {
        bytes_.resize(size_after(operation, bytes_.size()), '\0');
        apply(operation, 0, kEnd);
    }
    /// Does to the bytes of [first, last) what the operation did, and nothing to the size.
    void apply(const FileOperation& operation, std::uint64_t first, std::uint64_t last) {
        const std::uint64_t begin = std::max(first, operation.offset);
        const std::uint64_t end = std::min({last, end_of(operation), std::uint64_t{bytes_.size()}});
        if (begin >= end) return;
        if (operation.kind == Kind::write) {
            std::memcpy(&bytes_[begin], operation.bytes->data() + (begin - operation.offset), end - begin);
        } else {
            std::memset(&bytes_[begin], 0, end - begin);
        }
    }

    /// Each unit of `unit` bytes ends up in a state of its own: after some number of the operations that touched it. Size
    /// and truncations are one history: no unit shows what a truncation took, or what came after one that is not there.
    void lose(Operations unsynced, std::uint64_t unit, std::mt19937_64& dice) {
        const std::size_t happened = dice() % 2 == 0 ? unsynced.size() : dice() % (unsynced.size() + 1);
        std::uint64_t size = bytes_.size();
        std::uint64_t largest = size;
        for (std::size_t i = 0; i < unsynced.size(); ++i) {
            if (i < happened) size = size_after(*unsynced[i], size);
            largest = std::max({largest, size, size_after(*unsynced[i], 0)});
        }
        bytes_.resize(largest, '\0');

        struct Unit {
            std::vector<const FileOperation*> operations;
            std::size_t least = 0;  // how many of them are there in any case
            bool closed = false;    // no more of them can be there
        };
        std::map<std::uint64_t, Unit> units;
        for (std::size_t i = 0; i < unsynced.size(); ++i) {
            const FileOperation& operation = *unsynced[i];
            const std::uint64_t end = std::min(end_of(operation), largest);
            for (std::uint64_t first = operation.offset / unit * unit; first < end; first += unit) {
                Unit& touched = units[first];
                const bool truncation = operation.kind == Kind::truncate;
                if (truncation && i >= happened) touched.closed = true;
                if (touched.closed) continue;
                touched.operations.push_back(&operation);
                if (truncation) touched.least = touched.operations.size();
            }
        }
        for (const auto& [first, touched] : units) {
            const std::size_t count = touched.least + dice() % (touched.operations.size() - touched.least + 1);
            for (std::size_t i = 0; i < count; ++i) apply(*touched.operations[i], first, first + unit);
        }
        bytes_.resize(size, '\0');
    }

    std::string bytes_;
};

/// Directories as a disk keeps them: entries by directory, not by path.
class NameTree {
  public:
    static constexpr std::uint64_t kRoot = 0;
    using Entries = std::map<std::string, std::uint64_t>;

    [[nodiscard]] static std::string parent_of(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string::npos ? std::string() : path.substr(0, slash);
    }
    [[nodiscard]] static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

    void set(std::uint64_t directory, const std::string& name, std::uint64_t id) { entries_[directory][name] = id; }
    void erase(std::uint64_t directory, const std::string& name) { entries_[directory].erase(name); }
    [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t directory, const std::string& name) const {
        const auto known = entries_.find(directory);
        if (known == entries_.end()) return std::nullopt;
        const auto entry = known->second.find(name);
        return entry == known->second.end() ? std::nullopt : std::optional(entry->second);
    }
    [[nodiscard]] std::uint64_t resolve(const std::string& path) const {
        if (path.empty()) return kRoot;
        return find(resolve(parent_of(path)), name_of(path)).value();
    }
    [[nodiscard]] Entries entries(std::uint64_t directory) const {
        const auto known = entries_.find(directory);
        return known == entries_.end() ? Entries() : known->second;
    }

  private:
    std::map<std::uint64_t, Entries> entries_;
};

/// One change of a name: `id` stands there from then on, or nothing does. A rename is two with the same position.
struct NameChange {
    std::size_t position;
    std::uint64_t directory;
    std::string name;
    std::optional<std::uint64_t> id;
};

}  // namespace lazulite
