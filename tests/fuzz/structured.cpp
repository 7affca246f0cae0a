// Structured bodies: any frame, cut into pieces of any size (the first byte).

#include "input.hpp"
#include "wire/structured_body.hpp"

using namespace lazulite;

namespace {

class Pieces final : public BodyReader {
  public:
    Pieces(ByteView bytes, std::size_t most) : bytes_(bytes), most_(most) {}
    Task<Result<ByteView>> read() override {
        const ByteView piece = bytes_.first(std::min(most_, bytes_.size()));
        bytes_ = bytes_.subspan(piece.size());
        co_return piece;
    }

  private:
    ByteView bytes_;
    std::size_t most_;
};

Task<void> drain(StructuredReader& reader) {
    while (true) {
        const Result<ByteView> piece = co_await reader.read();
        if (!piece || piece->empty()) co_return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes = as_bytes(text_of(data + 1, size - 1));
    Pieces pieces(bytes, std::size_t{data[0]} + 1);
    StructuredReader reader(pieces, bytes.size(), bytes.size() > 39 ? bytes.size() - 39 : 0);
    spawn(drain(reader), [] {});
    return 0;
}
