// XML bodies: whatever parses must be writable again.

#include "input.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

using namespace lazulite;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto root = parse_xml(text_of(data, size));
    if (!root) return 0;
    XmlWriter xml;
    xml.element("Text", root->text);
    xml.encoded_element("Name", root->text);
    (void)xml.take();
    return 0;
}
