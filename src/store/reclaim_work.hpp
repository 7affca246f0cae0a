#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/ledger.hpp"

namespace lazulite {

/// What stands in reclaim.work: ranges that lost their last name, with the key their readers pin, and drains.
struct ReclaimWork {
    static constexpr std::size_t kLimit = 500;  ///< ranges in one row; a group that frees more writes several

    std::vector<Ledger::Release> released;
    std::vector<Ledger::Drain> drains;

    [[nodiscard]] bool empty() const { return released.empty() && drains.empty(); }
    [[nodiscard]] std::string encode() const;
    static ReclaimWork decode(std::string_view bytes);  ///< throws SqlError; the crc64 of ranges is not kept
};

}  // namespace lazulite
