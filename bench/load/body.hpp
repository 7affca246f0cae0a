#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lazulite::bench {

/// What a blob holds, without storing it: a window into one pool of random bytes that repeats without end.
/// The pool's size is prime, so a block that ends up at a wrong offset (off by a multiple of any usual block or
/// page size) does not look right by accident.
class Body {
  public:
    Body() = default;

    /// The body of the blob with this number, in its n-th version.
    Body(std::uint64_t number, std::uint64_t version, std::uint64_t size);

    /// What stands there of a larger one.
    [[nodiscard]] Body part(std::uint64_t offset, std::uint64_t size) const;

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Describes the bytes from `offset` on, as far as the vectors reach; returns how many were filled.
    std::size_t gather(std::uint64_t offset, std::span<iovec> out) const;

    /// The first place, counted from the start of the body, where `bytes`, received at `offset`, are wrong.
    [[nodiscard]] std::optional<std::uint64_t> first_difference(std::uint64_t offset, std::string_view bytes) const;

  private:
    [[nodiscard]] std::string_view run_at(std::uint64_t offset) const;

    std::uint64_t start_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace lazulite::bench
