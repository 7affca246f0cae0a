#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "image.hpp"
#include "store/crash_image.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::power_loss {

/// A recording played forward: at each position what is safely on the disk and what is not, so that an image of it costs
/// what is not. What a power failure may leave of that is what FaultFileSystem::after_power_loss says.
class DiskHistory {
  public:
    /// `at_start` was there before the first operation, safely.
    DiskHistory(const Image& at_start, std::vector<FileOperation> operations);

    [[nodiscard]] const std::vector<FileOperation>& operations() const { return operations_; }
    [[nodiscard]] std::size_t position() const { return position_; }
    void go_to(std::size_t position);  ///< never back
    /// After a power failure here. What was lost is what `seed` says. Files of which nothing is in doubt share their bytes with other
    /// images.
    [[nodiscard]] Image after_power_loss(std::uint64_t seed);

  private:
    struct KnownFile {
        bool directory = false;
        bool extent = false;
        std::shared_ptr<std::string> durable;  // nobody else changes it; we neither, once somebody shares it
        std::vector<const FileOperation*> unsynced;
        std::vector<std::size_t> positions;  // of each
        Bytes whole;                         // with all of them, once it was asked for
    };
    /// A rename is two of them.
    struct Renaming {
        std::vector<NameChange> changes;
    };

    void follow(std::size_t at, const FileOperation& operation);
    [[nodiscard]] std::uint64_t id_of(const FileOperation& operation);
    void rename_to(std::vector<NameChange> changes);
    void settle(KnownFile& file, std::size_t covered);
    void settle_names();
    [[nodiscard]] Bytes bytes_of(KnownFile& file, std::optional<Loss> of_all, std::mt19937_64& dice);
    [[nodiscard]] NameTree names(std::optional<Loss> of_all, std::mt19937_64& dice) const;
    [[nodiscard]] bool durable(const Renaming& renaming) const;

    const std::vector<FileOperation> operations_;
    std::size_t position_ = 0;
    std::map<std::uint64_t, std::uint64_t> ids_;  // of a recording -> ours, which those at the start have too
    std::map<std::uint64_t, KnownFile> files_;
    NameTree now_;
    NameTree durable_names_;
    std::deque<Renaming> renamings_;               // not settled, oldest first
    std::map<std::uint64_t, std::size_t> synced_;  // directory -> position of its last sync
};

}  // namespace lazulite::power_loss
