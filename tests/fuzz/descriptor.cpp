// Security descriptors, as text and as bytes: what is read of one form says the same in the other.

#include <cstdlib>

#include "file/domain/security_descriptor.hpp"
#include "input.hpp"

using namespace lazulite::file;

namespace {

void check(const SecurityDescriptor& descriptor) {
    const std::string text = descriptor.text();
    const auto again = SecurityDescriptor::parse_text(text);
    if (!again || again->text() != text) std::abort();
    const auto from_bytes = SecurityDescriptor::parse_bytes(descriptor.bytes());
    if (!from_bytes || from_bytes->text() != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = lazulite::text_of(data, size);
    if (const auto descriptor = SecurityDescriptor::parse_text(input)) check(*descriptor);
    if (const auto descriptor = SecurityDescriptor::parse_bytes(input)) check(*descriptor);
    return 0;
}
