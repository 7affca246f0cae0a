// Query Blob Contents: a byte of settings, SQL up to the end of the line, then a blob, read as lines or as JSON.
// Whatever is accepted comes to an end, and answers the same however the blob is cut into pieces.

#include <vector>

#include "blob/query/scan.hpp"
#include "input.hpp"

using namespace lazulite;
using namespace lazulite::blob::query;

namespace {

constexpr std::string_view kSync = "0123456789abcdef";

/// What an answer says, without its progress.
struct Answer {
    std::string data;
    std::vector<std::string> errors;  ///< fatal or not, name, description and position as they stand in the stream
    int ends = 0;
    bool operator==(const Answer&) const = default;
};

std::uint64_t take_number(std::string_view& avro) {
    std::uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
        require(!avro.empty() && shift < 64);
        const auto byte = static_cast<unsigned char>(avro.front());
        avro.remove_prefix(1);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return number >> 1;
    }
}

/// Texts of Avro are UTF-8.
void check_error(std::string_view message) {
    message.remove_prefix(1);
    for (int i = 0; i < 2; ++i) {
        const std::uint64_t length = take_number(message);
        require(length <= message.size() && is_utf8(message.substr(0, length)));
        message.remove_prefix(length);
    }
    take_number(message);
    require(message.empty());
}

/// An object container file of Avro, a message a block.
Answer read_answer(std::string_view avro) {
    const std::size_t header = avro.find(kSync);
    require(header != std::string_view::npos);
    avro.remove_prefix(header + kSync.size());
    Answer answer;
    while (!avro.empty()) {
        require(take_number(avro) == 1 && answer.ends == 0);
        const std::uint64_t size = take_number(avro);
        require(size + kSync.size() <= avro.size() && avro.substr(size, kSync.size()) == kSync);
        std::string_view message = avro.substr(0, size);
        avro.remove_prefix(size + kSync.size());
        switch (take_number(message)) {
            case 0:
                require(take_number(message) == message.size());
                answer.data += message;
                break;
            case 1:
                check_error(message);
                answer.errors.emplace_back(message);
                break;
            case 2: break;
            case 3: ++answer.ends; break;
            default: require(false);
        }
    }
    return answer;
}

Answer answer(const Plan& plan, std::string_view blob, std::size_t piece) {
    Scan scan(plan, blob.size(), Instant(), kSync);
    std::string avro;
    std::size_t at = 0;
    do {
        if (scan.hungry()) {
            const std::string_view next = blob.substr(at, piece);
            at += next.size();
            scan.feed(next, at == blob.size());
        }
        avro += scan.take();
    } while (!scan.done());
    return read_answer(avro);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;
    std::string_view blob = text_of(data + 1, size - 1);
    const std::string_view sql = take_first_line(blob);
    if (!is_utf8(sql)) return 0;  // it stands in XML
    DelimitedFormat delimited;
    delimited.headers = (data[0] & 2) != 0;
    if ((data[0] & 4) != 0) delimited.escape = '\\';
    if ((data[0] & 0x40) != 0) delimited.column_separator = ";;";
    if ((data[0] & 0x80) != 0) delimited.record_separator = "\r\n";
    const Format formats[] = {delimited, JsonFormat()};
    const auto query = prepare(sql, formats[data[0] & 1], formats[(data[0] >> 3) & 1]);
    if (!query) return 0;
    const Answer whole = answer(*query, blob, blob.size() + 1);
    require(whole.ends == 1);
    require(answer(*query, blob, 3) == whole);
    return 0;
}
