#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace lazulite {

/// The body of a request, pulled by whoever answers it; the first pull is what sends `100 Continue`. One reader at a
/// time, on the connection's executor.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    /// The next piece, at most 1 MiB, without its transfer coding; empty at the end. Valid until the next call. Fails with
    /// bad_request when the client leaves early or its chunks are malformed: then no answer will reach it.
    virtual Task<Result<ByteView>> read() = 0;
    /// All of it has arrived: whoever reads it waits for nobody.
    [[nodiscard]] virtual bool here() const { return false; }
};

/// A range of an open file, sent with sendfile where that works. Whoever hands it out keeps the bytes in place.
struct FileSlice {
    int fd = -1;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};
/// Zero bytes that stand nowhere.
struct ZeroSlice {
    std::uint64_t length = 0;
};
using Slice = std::variant<std::string, FileSlice, ZeroSlice>;

/// The length of a response body that ends where its source does. It goes out in chunks, or until the connection closes
/// where the client speaks HTTP/1.0.
inline constexpr std::uint64_t kUnknownLength = ~std::uint64_t{0};

/// A response body too large to hold: pulled window by window on the connection's executor, destroyed when the last
/// byte is out or the client has left, and with it the pin on the bytes.
class BodySource {
  public:
    virtual ~BodySource() = default;
    /// The next slices, in order; empty at the end. A failure closes the connection: the head is already out.
    virtual Task<Result<std::vector<Slice>>> next() = 0;
};

}  // namespace lazulite
