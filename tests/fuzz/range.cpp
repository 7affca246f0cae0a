// Range headers and dates.

#include <cstdlib>

#include "input.hpp"
#include "wire/date.hpp"
#include "wire/range.hpp"

using namespace lazulite;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    if (const auto range = parse_range(text)) {
        const auto resolved = resolve(*range, 1000);
        if (resolved && (resolved->length == 0 || resolved->last() >= 1000)) std::abort();
    }
    if (const auto when = parse_rfc1123(text); when && parse_rfc1123(format_rfc1123(*when)) != when) std::abort();
    if (const auto when = parse_iso8601(text); when && parse_iso8601(format_iso8601(*when)) != when) std::abort();
    return 0;
}
