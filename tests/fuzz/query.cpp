// Query Blob Contents: a byte of settings, SQL up to the end of the line, then a blob, read as lines or as JSON.
// Whatever is accepted comes to an end, with the blob as a whole and cut into pieces.

#include <algorithm>

#include "blob/query/scan.hpp"
#include "input.hpp"

using namespace lazulite;
using namespace lazulite::blob::query;

namespace {

void answer(const Plan& plan, std::string_view blob, std::size_t piece) {
    Scan scan(plan, blob.size(), Instant(), "0123456789abcdef");
    std::size_t at = 0;
    do {
        if (scan.hungry()) {
            const std::string_view next = blob.substr(at, piece);
            at += next.size();
            scan.feed(next, at == blob.size());
        }
        static_cast<void>(scan.take());
    } while (!scan.done());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;
    const std::string_view text = text_of(data + 1, size - 1);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view blob = text.substr(std::min(end + 1, text.size()));
    DelimitedFormat delimited;
    delimited.headers = (data[0] & 2) != 0;
    if ((data[0] & 4) != 0) delimited.escape = '\\';
    const Format formats[] = {delimited, JsonFormat()};
    const auto query = prepare(text.substr(0, end), formats[data[0] & 1], formats[(data[0] >> 3) & 1]);
    if (!query) return 0;
    answer(*query, blob, blob.size() + 1);
    answer(*query, blob, 3);
    return 0;
}
