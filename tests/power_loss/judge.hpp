#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image.hpp"
#include "life.hpp"

namespace lazulite::power_loss {

/// Opens what a power failure left of a life and says whether that may be.
class Judge {
  public:
    explicit Judge(const LifeLog& log, const std::vector<FileOperation>& operations);

    /// Where a store stands: which of its commits is its last. None: it is not there, or was made anew.
    using Found = std::optional<std::size_t>;
    /// Of each store of the life, after a power failure at `position`. Throws on what may not be.
    std::vector<Found> judge(const Image& image, std::size_t position);
    /// The same folder opened by the engine itself, written to, closed and checked.
    void open_whole(const Image& image);

    [[nodiscard]] std::uint64_t opened() const { return opened_; }  ///< stores; the others were as in an earlier image

  private:
    using Files = std::vector<std::pair<std::string, Bytes>>;
    /// What was found out of some files, and of one commit, kept for as long as they may come again.
    template <class Value>
    struct Seen {
        Files files;
        std::size_t what;
        Value value;
    };
    struct OfStore {
        std::deque<Seen<Found>> opened;  // by the files of the database
        std::deque<Seen<bool>> sound;    // by the extents
        std::map<std::string, std::string> written;  // extents by path: every byte that was ever written to them
    };
    [[nodiscard]] const std::map<std::string, std::string>& accounts_in(const Image& image);
    Found open(const StoreLog& log, OfStore& of, const Image& image);
    void expect_sound(const StoreLog& log, const OfStore& of, FileSystem& files, std::size_t commit);
    void expect_parts(Connection& connection, FileSystem& files, const StoreLog& log, const OfStore& of);
    [[nodiscard]] bool registered(const std::string& account, std::size_t position) const;

    const LifeLog& log_;
    std::vector<OfStore> stores_;
    std::deque<Seen<std::map<std::string, std::string>>> registries_;
    std::uint64_t opened_ = 0;
};

}  // namespace lazulite::power_loss
