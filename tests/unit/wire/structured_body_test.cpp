#include "wire/structured_body.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace lazulite {
namespace {

// Version 1, 48 bytes, CRC-64 flag, one segment; segment 1 of 9 bytes; "123456789"; its CRC-64, and that of all.
const std::string kCrc("\x88\x98\x79\x0a\x86\x14\x8b\xae", 8);
const std::string kOneSegment = std::string("\x01\x30\0\0\0\0\0\0\0\x01\0\x01\0", 13) +
                                std::string("\x01\0\x09\0\0\0\0\0\0\0", 10) + "123456789" + kCrc + kCrc;
// Version 1, 21 bytes, CRC-64 flag, no segment; the CRC-64 of nothing.
const std::string kEmpty = std::string("\x01\x15\0\0\0\0\0\0\0\x01\0\0\0", 13) + std::string(8, '\0');

// What an empty body is made: 39 bytes, with one empty segment.
const std::string kEmptySegment = std::string("\x01\x27\0\0\0\0\0\0\0\x01\0\x01\0", 13) +
                                  std::string("\x01\0\0\0\0\0\0\0\0\0", 10) + std::string(16, '\0');

class Pieces final : public BodyReader {
  public:
    Pieces(std::string bytes, std::size_t most) : bytes_(std::move(bytes)), most_(most) {}
    Task<Result<ByteView>> read() override {
        const std::size_t size = std::min(most_, bytes_.size() - at_);
        const ByteView piece = as_bytes(std::string_view(bytes_).substr(at_, size));
        at_ += size;
        co_return piece;
    }

  private:
    std::string bytes_;
    std::size_t most_;
    std::size_t at_ = 0;
};

Task<void> read_all(BodyReader& reader, Result<std::string>& result) {
    std::string all;
    while (true) {
        const Result<ByteView> piece = co_await reader.read();
        if (!piece) {
            result = fail(piece.error());
            co_return;
        }
        if (piece->empty()) break;
        all.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    result = std::move(all);
}

Result<std::string> unframed(const std::string& framed, std::uint64_t content_length, std::size_t piece = 1000) {
    Pieces pieces(framed, piece);
    StructuredReader reader(pieces, framed.size(), content_length);
    Result<std::string> result{std::string()};
    spawn(read_all(reader, result), [] {});
    return result;
}

ErrorCode refusal(const std::string& framed, std::uint64_t content_length) {
    const auto result = unframed(framed, content_length);
    EXPECT_FALSE(result.has_value());
    return result ? ErrorCode::internal_error : result.error().code();
}

Task<void> pull(BodySource& source, std::string& all) {
    while (true) {
        const auto slices = co_await source.next();
        if (!slices || slices->empty()) co_return;
        for (const Slice& slice : *slices) all += std::get<std::string>(slice);
    }
}

TEST(StructuredReader, GivesTheContentWhateverTheCuts) {
    for (std::size_t piece = 1; piece <= kOneSegment.size(); ++piece) EXPECT_EQ(unframed(kOneSegment, 9, piece), "123456789");
}

TEST(StructuredReader, TakesNoSegmentAtAll) { EXPECT_EQ(unframed(kEmpty, 0), ""); }

TEST(StructuredReader, RefusesAWrongCrcOfASegment) {
    std::string damaged = kOneSegment;
    damaged[25] = 'x';
    EXPECT_EQ(refusal(damaged, 9), ErrorCode::crc64_mismatch);
}

TEST(StructuredReader, RefusesAWrongCrcOfTheWhole) {
    std::string damaged = kOneSegment;
    damaged.back() = 'x';
    EXPECT_EQ(refusal(damaged, 9), ErrorCode::crc64_mismatch);
}

TEST(StructuredReader, RefusesFramesThatAreNotWellFormed) {
    EXPECT_EQ(refusal(kOneSegment, 8), ErrorCode::invalid_input) << "more content than announced";
    EXPECT_EQ(refusal(kOneSegment, 10), ErrorCode::invalid_input) << "less content than announced";
    EXPECT_EQ(refusal(kOneSegment.substr(0, 40), 9), ErrorCode::invalid_input) << "cut";
    EXPECT_EQ(refusal(kOneSegment + "x", 9), ErrorCode::invalid_input) << "longer than its header says";
    for (const std::size_t at : {0U, 1U, 9U, 13U}) {  // version, length, flags, number of the segment
        std::string damaged = kOneSegment;
        damaged[at] = '\x07';
        EXPECT_EQ(refusal(damaged, 9), ErrorCode::invalid_input) << "byte " << at;
    }
}

TEST(MakeStructured, FramesABody) {
    Response response;
    response.set_body("123456789");
    make_structured(response);
    std::string sent;
    spawn(pull(*std::get<std::unique_ptr<BodySource>>(response.body), sent), [] {});
    EXPECT_EQ(sent, kOneSegment);
    EXPECT_EQ(response.content_length, 48U);
    EXPECT_EQ(response.fields.find("x-ms-structured-content-length"), "9");
}

/// Gives all of its slices at once.
class Slices final : public BodySource {
  public:
    explicit Slices(std::vector<Slice> slices) : slices_(std::move(slices)) {}
    Task<Result<std::vector<Slice>>> next() override { co_return std::exchange(slices_, {}); }

  private:
    std::vector<Slice> slices_;
};

TEST(MakeStructured, FramesABodyOfManySlices) {
    std::FILE* const file = std::tmpfile();
    ASSERT_EQ(std::fwrite("..45.", 1, 5, file), 5U);
    ASSERT_EQ(std::fflush(file), 0);
    std::vector<Slice> slices;
    slices.emplace_back("12");
    slices.emplace_back("3");
    slices.emplace_back(FileSlice{::fileno(file), 2, 2});
    slices.emplace_back("6789");
    Response response;
    response.set_body(std::make_unique<Slices>(std::move(slices)), 9);
    make_structured(response);
    std::string sent;
    spawn(pull(*std::get<std::unique_ptr<BodySource>>(response.body), sent), [] {});
    std::fclose(file);
    EXPECT_EQ(sent, kOneSegment);
}

TEST(MakeStructured, FramesNothing) {
    Response response;
    response.set_body("");
    make_structured(response);
    std::string sent;
    spawn(pull(*std::get<std::unique_ptr<BodySource>>(response.body), sent), [] {});
    EXPECT_EQ(sent, kEmptySegment);
    EXPECT_EQ(response.content_length, 39U);
}

}  // namespace
}  // namespace lazulite
