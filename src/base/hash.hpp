#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace lazulite {

using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

using Md5Digest = std::array<std::byte, 16>;
using Sha256Digest = std::array<std::byte, 32>;

/// Running MD5, about 0.6 GB/s: computed only where the operation owes it.
class Md5 {
  public:
    Md5();
    ~Md5();
    Md5(Md5&&) noexcept;
    Md5& operator=(Md5&&) noexcept;
    void update(ByteView bytes);
    [[nodiscard]] Md5Digest finish();  ///< once

  private:
    void* context_;  // EVP_MD_CTX, kept out of this header
};

/// CRC-64 as Azure computes it (polynomial 0x9A6C9329AC4BC9B5 reflected, init and final xor all ones, "CRC-64/NVME");
/// on the wire 8 bytes little-endian. Carry-less multiplication where the processor has it, tables otherwise.
class Crc64 {
  public:
    void update(ByteView bytes) { state_ = advance(state_, bytes); }
    [[nodiscard]] std::uint64_t value() const { return ~state_; }
    [[nodiscard]] static std::uint64_t of(ByteView bytes) { return ~advance(~std::uint64_t{0}, bytes); }
    /// The value over A followed by B from the values of both and the length of B in bytes.
    [[nodiscard]] static std::uint64_t combine(std::uint64_t a, std::uint64_t b, std::uint64_t length_b);

  private:
    static std::uint64_t advance(std::uint64_t state, ByteView bytes);
    std::uint64_t state_ = ~std::uint64_t{0};
};

/// HMAC-SHA256 with a fixed key, prepared once per account key. `sign` may be called from any thread; each remembers what
/// it signed lately, because a SAS comes with every request of its client.
class HmacSha256 {
  public:
    explicit HmacSha256(ByteView key);
    [[nodiscard]] Sha256Digest sign(std::string_view message) const;

  private:
    std::shared_ptr<void> prepared_;
};

[[nodiscard]] Sha256Digest sha256(ByteView bytes);

/// In time that depends on the lengths alone.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace lazulite
