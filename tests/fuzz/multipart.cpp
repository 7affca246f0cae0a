// Bodies of batches.

#include <cstdlib>

#include "input.hpp"
#include "wire/multipart.hpp"

using namespace lazulite;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body = text_of(data, size);
    const auto parts = parse_multipart(body, "b");
    if (!parts) return 0;
    for (const MimePart& part : *parts) {
        if (part.body.size() > body.size()) std::abort();
        (void)multipart_boundary(part.fields.value_or_empty("Content-Type"));
    }
    return 0;
}
