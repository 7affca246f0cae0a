#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "datalake/ops/uncommitted.hpp"
#include "lake_account.hpp"

// What is appended in any order is committed in that of the positions.
namespace lazulite::datalake {
namespace {

constexpr int kAppends = 1000;

struct Piece {
    std::size_t position;
    std::string bytes;
};

class Appended : public ::testing::Test {
  protected:
    Appended() {
        EXPECT_EQ(account_.send("PUT", "dir/file", "resource=file").status, 201);
        for (int i = 0; i < kAppends; ++i) {
            const auto length = static_cast<std::size_t>(1 + i * 37 % 301);
            pieces_.push_back({whole_.size(), std::string(length, static_cast<char>('a' + i % 26))});
            whole_ += pieces_.back().bytes;
        }
        std::shuffle(pieces_.begin(), pieces_.end(), std::mt19937_64(7));
    }
    int append(const Piece& piece) {
        const std::string query = "action=append&position=" + std::to_string(piece.position);
        return account_.send("PATCH", "dir/file", query, {}, piece.bytes).status;
    }
    LakeAccount::Answer flush(std::size_t length) {
        return account_.send("PATCH", "dir/file", "action=flush&position=" + std::to_string(length));
    }

    LakeAccount account_;
    std::vector<Piece> pieces_;
    std::string whole_;
};

TEST(PositionIds, AreInOrderOfThePositions) {
    std::string before;
    for (const std::uint64_t position : {0ULL, 1ULL, 255ULL, 256ULL, 65'535ULL, 65'536ULL, 1ULL << 40, ~0ULL}) {
        const std::string id = id_of_position(position);
        EXPECT_EQ(position_of(id), position);
        EXPECT_LT(before, id);
        EXPECT_GT(id.size(), 64U);  // no client of Put Block can send one
        before = id;
    }
}

TEST_F(Appended, InRandomOrderIsTheWhole) {
    for (const Piece& piece : pieces_) ASSERT_EQ(append(piece), 202);
    EXPECT_EQ(account_.send("GET", "dir/file", "").body, "");
    EXPECT_EQ(flush(whole_.size() - 1).code, "InvalidFlushPosition");
    EXPECT_EQ(flush(whole_.size() + 1).code, "InvalidFlushPosition");
    EXPECT_EQ(flush(whole_.size()).status, 200);
    EXPECT_TRUE(account_.send("GET", "dir/file", "").body == whole_);
    EXPECT_EQ(flush(whole_.size()).status, 200);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(Appended, WithAGapIsNotCommitted) {
    const Piece last = pieces_.back();
    pieces_.pop_back();
    for (const Piece& piece : pieces_) ASSERT_EQ(append(piece), 202);
    EXPECT_EQ(flush(whole_.size()).code, "InvalidFlushPosition");
    EXPECT_EQ(account_.send("GET", "dir/file", "").body, "");
    ASSERT_EQ(append(last), 202);
    EXPECT_EQ(flush(whole_.size()).status, 200);
    EXPECT_TRUE(account_.send("GET", "dir/file", "").body == whole_);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(Appended, IsGoneAWeekLater) {
    ASSERT_EQ(append({0, "abc"}), 202);
    account_.advance(std::chrono::hours(7 * 24));
    EXPECT_EQ(flush(3).code, "InvalidFlushPosition");
}

}  // namespace
}  // namespace lazulite::datalake
