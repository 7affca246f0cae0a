#pragma once

#include <cstdint>
#include <string>

namespace lazulite {

/// What the server allocates on this thread, while it runs: after `before` allocations so many in a row fail.
void fail_allocations(std::uint64_t before, std::uint64_t in_a_row);
/// Forgets what was left of that; whether any has failed.
bool allocations_failed();

/// On every other thread so many allocations in a row fail, of each `number`; 0: none.
void fail_every(std::uint64_t number, std::uint64_t in_a_row = 1);

/// A SAS of the account `flat` that may do everything.
std::string all_rights();

}  // namespace lazulite
