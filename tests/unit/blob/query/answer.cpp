#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::string_view kSync = "0123456789abcdef";

struct Reader {
    std::string_view rest;

    std::string_view bytes(std::size_t count) {
        if (count > rest.size()) throw std::runtime_error("the file is cut");
        const std::string_view taken = rest.substr(0, count);
        rest.remove_prefix(count);
        return taken;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) break;
        }
        if (value & 1) throw std::runtime_error("a negative number");
        return value >> 1;
    }
    std::string text() { return std::string(bytes(number())); }
};

}  // namespace

Answer read_answer(std::string_view file, std::string_view sync) {
    Reader reader{file};
    Answer answer;
    EXPECT_EQ(reader.bytes(4), "Obj\x01");
    EXPECT_EQ(reader.number(), 1U);
    EXPECT_EQ(reader.text(), "avro.schema");
    EXPECT_EQ(reader.text().front(), '[');
    EXPECT_EQ(reader.number(), 0U);
    EXPECT_EQ(reader.bytes(16), sync);
    while (!reader.rest.empty()) {
        EXPECT_FALSE(answer.ended);
        EXPECT_EQ(reader.number(), 1U);
        const std::size_t size = reader.number();
        const std::size_t before = reader.rest.size();
        switch (reader.number()) {
            case 0:
                answer.data += reader.text();
                break;
            case 1: {
                const bool fatal = reader.bytes(1)[0] != 0;
                std::string name = reader.text();
                std::string description = reader.text();
                answer.errors.push_back({fatal, std::move(name), std::move(description), reader.number()});
                break;
            }
            case 2:
                answer.scanned.push_back(reader.number());
                answer.total = reader.number();
                break;
            default:
                EXPECT_EQ(reader.number(), answer.total);
                answer.ended = true;
        }
        EXPECT_EQ(before - reader.rest.size(), size);
        EXPECT_EQ(reader.bytes(16), sync);
    }
    return answer;
}

Answer ask_in_pieces(const Plan& plan, std::string_view blob, std::size_t piece) {
    Scan scan(plan, blob.size(), kNow, kSync);
    std::string file;
    std::size_t at = 0;
    do {
        if (scan.hungry()) {
            const std::string_view next = blob.substr(at, piece);
            at += next.size();
            scan.feed(next, at == blob.size());
        }
        file += scan.take();
    } while (!scan.done());
    return read_answer(file, kSync);
}

Answer ask(std::string_view sql, std::string_view blob, Format input, Format output) {
    const auto query = prepare(sql, std::move(input), std::move(output));
    if (!query) {
        ADD_FAILURE() << sql << ": " << query.error().details()->elements.at(0).value;
        return {};
    }
    Answer answer = ask_in_pieces(*query, blob, blob.size());
    const Answer by_bytes = ask_in_pieces(*query, blob, 1);
    EXPECT_EQ(by_bytes.data, answer.data) << sql;
    EXPECT_EQ(by_bytes.errors, answer.errors) << sql;
    EXPECT_TRUE(answer.ended && by_bytes.ended) << sql;
    return answer;
}

}  // namespace lazulite::blob::query
