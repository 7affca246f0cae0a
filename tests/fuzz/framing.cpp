// Bodies as they come, in pieces of any size (the second byte). The first byte says of what: c chunks of a request,
// a the answer of another server, s a structured body; S a content that is put into a frame and taken out of it
// again. What is read does not depend on how the bytes were cut.

#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "http/answer_parser.hpp"
#include "http/chunk_decoder.hpp"
#include "input.hpp"
#include "wire/structured_body.hpp"

using namespace lazulite;

namespace {

struct Read {
    std::string data;
    std::size_t consumed = 0;
    bool good = false;
    bool operator==(const Read&) const = default;
};

Read read_chunks(std::string_view bytes, std::size_t piece) {
    ChunkDecoder decoder;
    Read read;
    while (read.consumed < bytes.size() && !decoder.complete() && !decoder.malformed()) {
        std::string taken(bytes.substr(read.consumed, piece));
        const auto decoded = decoder.decode(std::as_writable_bytes(std::span(taken)));
        require(decoded.consumed <= taken.size() && decoded.data.size() <= decoded.consumed);
        require(decoded.consumed == taken.size() || decoder.complete() || decoder.malformed());
        read.data.append(reinterpret_cast<const char*>(decoded.data.data()), decoded.data.size());
        read.consumed += decoded.consumed;
    }
    read.good = decoder.complete();
    return read;
}

void check_chunks(std::string_view bytes, std::size_t piece) {
    const Read whole = read_chunks(bytes, bytes.size() + 1);
    require(read_chunks(bytes, piece) == whole && read_chunks(bytes, 1) == whole);
    require(read_chunks(bytes.substr(0, whole.consumed), piece) == whole);
    if (!whole.good) return;
    std::string again;
    if (!whole.data.empty()) {
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", whole.data.size());
        again = size + whole.data + "\r\n";
    }
    require(read_chunks(again + "0\r\n\r\n", piece).data == whole.data);
}

struct Answer {
    int status = 0;
    std::string fields;
    std::string body;
    bool good = true;
    bool done = false;
    bool operator==(const Answer&) const = default;
};

Answer read_answer(std::string_view bytes, std::size_t piece, bool head_only) {
    AnswerParser parser(head_only);
    Answer answer;
    std::size_t at = 0;
    for (std::size_t end = 0; end < bytes.size() && answer.good && !parser.done();) {
        end = std::min(end + piece, bytes.size());
        for (std::size_t taken = 1; taken != 0 && answer.good && !parser.done() && at < end; at += taken) {
            answer.good = parser.put(bytes.substr(at, end - at), taken, answer.body);
            require(taken <= end - at);
        }
    }
    if (answer.good && !parser.done()) answer.good = parser.end();
    answer.done = parser.done();
    if (answer.good && parser.head()) {
        answer.status = parser.head()->status;
        answer.fields = parser.head()->fields.text();
    }
    if (!answer.good) answer.body.clear();
    return answer;
}

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

Task<void> drain(StructuredReader& reader, Read& read) {
    while (true) {
        const Result<ByteView> piece = co_await reader.read();
        read.good = piece.has_value();
        if (!piece || piece->empty()) co_return;
        read.data.append(reinterpret_cast<const char*>(piece->data()), piece->size());
        read.consumed += piece->size();
    }
}

Read read_structured(std::string_view frame, std::uint64_t content, std::size_t piece) {
    Pieces pieces(as_bytes(frame), piece);
    StructuredReader reader(pieces, frame.size(), content);
    Read read;
    spawn(drain(reader, read), [] {});
    if (!read.good) read = {};  // how far it came depends on the pieces
    return read;
}

/// A frame whose header says how long its content is.
void check_structured(std::string_view frame, std::size_t piece) {
    std::uint64_t overhead = 39;
    if (frame.size() > 12 && frame[11] > 1) overhead += static_cast<std::uint64_t>(frame[11] - 1) * 18;
    const std::uint64_t content = frame.size() > overhead ? frame.size() - overhead : 0;
    const Read whole = read_structured(frame, content, frame.size() + 1);
    require(read_structured(frame, content, piece) == whole && read_structured(frame, content, 1) == whole);
    require(!whole.good || whole.data.size() == content);
}

void put_number(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

/// The frame around a content in segments of `piece` bytes, as the SDKs make it.
std::string framed(std::string_view content, std::size_t piece, bool checked) {
    const std::size_t segments = std::max<std::size_t>(1, (content.size() + piece - 1) / piece);
    std::string frame("\1", 1);
    put_number(frame, 13 + content.size() + segments * (checked ? 18 : 10) + (checked ? 8 : 0), 8);
    put_number(frame, checked ? 1 : 0, 2);
    put_number(frame, segments, 2);
    for (std::size_t i = 0; i < segments; ++i) {
        const std::string_view segment = content.substr(i * piece, piece);
        put_number(frame, i + 1, 2);
        put_number(frame, segment.size(), 8);
        frame += segment;
        if (checked) put_number(frame, Crc64::of(as_bytes(segment)), 8);
    }
    if (checked) put_number(frame, Crc64::of(as_bytes(content)), 8);
    return frame;
}

void check_framed(std::string_view content, std::size_t piece) {
    const Read plain = read_structured(framed(content, piece, false), content.size(), 7);
    require(plain.good && plain.data == content);
    std::string frame = framed(content, piece, true);
    const Read read = read_structured(frame, content.size(), piece);
    require(read.good && read.data == content);
    frame[piece * 31 % frame.size()] ^= 1;
    require(!read_structured(frame, content.size(), piece).good);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = std::size_t{data[1]} + 1;
    const std::string_view bytes = text_of(data + 2, size - 2);
    switch (data[0]) {
        case 'c': check_chunks(bytes, piece); break;
        case 'a':
            for (const bool head_only : {false, true}) {
                const Answer whole = read_answer(bytes, bytes.size() + 1, head_only);
                require(read_answer(bytes, piece, head_only) == whole);
            }
            break;
        case 's': check_structured(bytes, piece); break;
        case 'S': check_framed(bytes, piece); break;
        default: break;
    }
    return 0;
}
