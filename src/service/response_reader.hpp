#pragma once

#include <memory>

#include "wire/message.hpp"

namespace lazulite {

/// A body that is always empty.
class NoBody final : public BodyReader {
  public:
    Task<Result<ByteView>> read() override { co_return ByteView(); }
};

/// The body of an answer that goes to nobody's connection, as if it had come over one.
[[nodiscard]] std::unique_ptr<BodyReader> reader_of(Response response);

}  // namespace lazulite
