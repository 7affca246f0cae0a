#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

Plan prepared(std::string_view sql) {
    return *prepare(sql, DelimitedFormat(), DelimitedFormat());
}

TEST(Scan, Aggregates) {
    constexpr std::string_view kBlob = "10,a\n2,\n2.5,c\n";
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"SELECT COUNT(*) FROM BlobStorage", "3\n"},
        {"SELECT COUNT(NULLIF(_2, '')) FROM BlobStorage", "2\n"},
        {"SELECT COUNT(*) FROM BlobStorage WHERE _1 > 2", "2\n"},
        {"SELECT COUNT(*) FROM BlobStorage WHERE FALSE", "0\n"},
        {"SELECT SUM(_1) FROM BlobStorage", "14.5\n"},
        {"SELECT SUM(_1) FROM BlobStorage WHERE _1 <> 2.5", "12\n"},
        {"SELECT SUM(_1) FROM BlobStorage WHERE FALSE", "\n"},
        {"SELECT AVG(_1) FROM BlobStorage WHERE _1 <> 10", "2.25\n"},
        {"SELECT AVERAGE(_1) FROM BlobStorage WHERE _1 <> 2.5", "6\n"},
        {"SELECT MIN(_1) FROM BlobStorage", "10\n"},  // texts, as everything in a line
        {"SELECT MIN(CAST(_1 AS FLOAT)) FROM BlobStorage", "2\n"},
        {"SELECT MAX(CAST(_1 AS FLOAT)) AS most FROM BlobStorage", "10\n"},
        {"SELECT MAX(_2) FROM BlobStorage", "c\n"},
        {"SELECT COUNT(*) FROM BlobStorage LIMIT 1", "3\n"},
        {"SELECT COUNT(*) FROM BlobStorage LIMIT 0", ""},
    };
    for (const auto& [sql, value] : cases) EXPECT_EQ(ask(sql, kBlob).data, value) << sql;
}

TEST(Scan, AnAggregateLeavesOutWhatCannotBeAdded) {
    const Answer answer = ask("SELECT SUM(_1) FROM BlobStorage", "1\nx\n2\n");
    EXPECT_EQ(answer.data, "3\n");
    EXPECT_EQ(answer.errors,
              (std::vector<Answer::Error>{{false, "InvalidTypeConversion", "Invalid type conversion.", 2}}));
}

TEST(Scan, TellsItsProgressPieceByPiece) {
    const Answer answer = ask_in_pieces(prepared("SELECT * FROM BlobStorage"), "a\nb\nc\n", 2);
    EXPECT_EQ(answer.data, "a\nb\nc\n");
    EXPECT_EQ(answer.scanned, (std::vector<std::uint64_t>{2, 4, 6}));
    EXPECT_EQ(answer.total, 6U);
    EXPECT_TRUE(answer.ended);
}

TEST(Scan, DataComesBeforeErrors) {
    Scan scan(prepared("SELECT _2 FROM BlobStorage"), 2, kNow, "0123456789abcdef");
    scan.feed("a\n", true);
    const std::string file = scan.take();
    const std::string messages = file.substr(file.find("0123456789abcdef") + 16);
    EXPECT_EQ(messages.substr(0, 4), std::string("\x02\x04\0\0", 4));
    EXPECT_EQ(read_answer(file, "0123456789abcdef").errors.size(), 1U);
}

TEST(Scan, StopsAtTheLimit) {
    Scan scan(prepared("SELECT * FROM BlobStorage LIMIT 1"), 1000, kNow, "0123456789abcdef");
    scan.feed("a\nb\nc\n", false);
    const std::string file = scan.take();
    EXPECT_TRUE(scan.done());
    EXPECT_FALSE(scan.hungry());
    EXPECT_EQ(read_answer(file, "0123456789abcdef").data, "a\n");
}

TEST(Scan, ARecordHasAtMostOneMebibyte) {
    const std::string longest = std::string((1 << 20) - 1, 'x') + "\n";
    const Plan query = prepared("SELECT CHAR_LENGTH(_1) FROM BlobStorage");
    EXPECT_EQ(ask_in_pieces(query, longest + "y\n", 1 << 16).data, "1048575\n1\n");
    for (const std::size_t piece : {std::size_t{1} << 16, std::size_t{4} << 20}) {
        const Answer answer = ask_in_pieces(query, "y\nx" + longest + "y\n", piece);
        EXPECT_EQ(answer.data, "1\n");
        EXPECT_EQ(answer.errors,
                  (std::vector<Answer::Error>{{true, "RecordTooLarge", "The record is larger than supported.", 2}}));
    }
}

TEST(Scan, GivesTheAnswerInParts) {
    // 100 bytes of the blob make 10 MB of the answer.
    std::string sql = "SELECT '" + std::string(200'000, 'x') + "' FROM BlobStorage";
    Scan scan(prepared(sql), 100, kNow, "0123456789abcdef");
    scan.feed(std::string(50, 'a') + "\n" + std::string(49, '\n'), true);
    std::size_t longest = 0;
    std::string file;
    do {
        const std::string part = scan.take();
        longest = std::max(longest, part.size());
        file += part;
    } while (!scan.done());
    EXPECT_LT(longest, 500'000U);
    EXPECT_EQ(read_answer(file, "0123456789abcdef").data.size(), 50U * 200'001);
}

TEST(Scan, SplitsAtRecords) {
    const std::string line = std::string(99'999, 'x') + "\n";
    std::string blob;
    for (int i = 0; i < 210; ++i) blob += line;
    // 105 lines are the first that fill 10 MiB.
    EXPECT_EQ(ask_in_pieces(prepared("SELECT sys.split(10485760) FROM BlobStorage"), blob + "rest", 1 << 20).data,
              "10500000\n10500000\n4\n");
    EXPECT_EQ(ask("SELECT sys.split(10485760)FROM BlobStorage", "a\nb\n").data, "4\n");
}

}  // namespace
}  // namespace lazulite::blob::query
