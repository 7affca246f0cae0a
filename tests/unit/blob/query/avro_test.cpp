#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::string_view kSync = "................";

std::string after_header(AvroWriter& writer) {
    const std::string file = writer.take();
    return file.substr(file.find(kSync) + kSync.size());
}

TEST(Avro, NumbersAreZigzagVarintsAndEveryMessageIsABlock) {
    AvroWriter writer(kSync);
    writer.progress(64, 300);
    writer.end(300);
    EXPECT_EQ(after_header(writer),
              "\x02\x0a\x04\x80\x01\xd8\x04................"
              "\x02\x06\x06\xd8\x04................");
}

TEST(Avro, ErrorsCarryFatalNameDescriptionAndPosition) {
    AvroWriter writer(kSync);
    writer.error(true, "N", "text", 3);
    EXPECT_EQ(after_header(writer), "\x02\x14\x02\x01\x02N\x08text\x06................");
}

TEST(Avro, ResultsAreBytes) {
    AvroWriter writer(kSync);
    writer.result_data(std::string(70, 'x'));
    EXPECT_EQ(after_header(writer),
              "\x02\x92\x01" + std::string("\0\x8c\x01", 3) + std::string(70, 'x') + std::string(kSync));
}

}  // namespace
}  // namespace lazulite::blob::query
