#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

template <std::size_t N>
std::string hex(const std::array<std::byte, N>& bytes) {
    std::string text;
    for (const std::byte b : bytes) {
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
    }
    return text;
}

TEST(Md5, OfTheTextsOfRfc1321) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (const auto& [text, digest] : cases) {
        Md5 md5;
        md5.update(as_bytes(text));
        EXPECT_EQ(hex(md5.finish()), digest) << text;
    }
}

TEST(Md5, MovesWithItsState) {
    Md5 first;
    first.update(as_bytes("message "));
    Md5 second = std::move(first);
    second.update(as_bytes("digest"));
    Md5 third;
    third = std::move(second);
    EXPECT_EQ(hex(third.finish()), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Sha256, OfTheTextsOfFips180) {
    EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, OfTheCasesOfRfc4231) {
    struct Case {
        std::string key;
        std::string message;
        std::string_view digest;
    };
    const Case cases[] = {
        {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (const Case& c : cases) EXPECT_EQ(hex(HmacSha256(as_bytes(c.key)).sign(c.message)), c.digest) << c.message;
}

constexpr std::string_view kEmulatorKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

TEST(HmacSha256, SignsLikeTheClients) {
    const HmacSha256 key(as_bytes(*base64_decode(kEmulatorKey)));
    const Sha256Digest signature =
        key.sign("r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/d/b.txt\n\n\n\n2015-04-05\n\n\n\n\ntext/plain");
    EXPECT_EQ(base64_encode(signature), "9FeP4ZqrPBq23HCB8wIbgFB+8OgD/Z+ibKCHQ2dMDeM=");
}

TEST(HmacSha256, SignsFromManyThreadsAtOnce) {
    const HmacSha256 key(as_bytes("Jefe"));
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2000; ++i) {
                if (hex(key.sign("what do ya want for nothing?")) !=
                    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843") {
                    ++wrong[t];
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(HmacSha256, RemembersForOneKeyWhatItSigned) {
    const std::string message = "what do ya want for nothing?";
    std::optional<HmacSha256> key;  // the keys follow one another at one address
    for (int i = 0; i < 3; ++i) {
        key.emplace(as_bytes("Jefe"));
        EXPECT_EQ(hex(key->sign(message)), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        EXPECT_EQ(hex(key->sign(message)), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        key.emplace(as_bytes("other"));
        EXPECT_EQ(hex(key->sign(message)), "e639abb5bbbd7d1acc6375ef59b3252810078c6ce7f17d59eb073fce827f8f16");
    }
}

TEST(HmacSha256, SignsMoreMessagesThanItRemembers) {
    const HmacSha256 key(as_bytes("Jefe"));
    std::set<std::string> digests;
    for (int turn = 0; turn < 2; ++turn) {
        for (int i = 0; i < 500; ++i) digests.insert(hex(key.sign("message " + std::to_string(i))));
    }
    EXPECT_EQ(digests.size(), 500U);
    EXPECT_EQ(hex(key.sign(std::string(513, 'm'))), "4fbe8a4df205ab705be8bf0f3ac8836f6fbdddea1c360a0a83decefc4bc22913");
}

TEST(EqualInConstantTime, ComparesLengthAndBytes) {
    EXPECT_TRUE(equal_in_constant_time(as_bytes("abc"), as_bytes("abc")));
    EXPECT_TRUE(equal_in_constant_time({}, {}));
    EXPECT_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("ab")));
}

}  // namespace
}  // namespace lazulite
