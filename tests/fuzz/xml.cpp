// XML bodies; the first byte says of what: b block list, s signed identifiers, p service properties, t tags, x
// anything. Whatever is read is within its limits, and is read again from what is written of it.

#include <string>

#include "blob/ops/block_list_body.hpp"
#include "blob/ops/tags.hpp"
#include "input.hpp"
#include "service/service_properties.hpp"
#include "service/signed_identifiers.hpp"
#include "wire/uri.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

using namespace lazulite;

namespace {

bool only_blanks(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Markup as a client could send it. XmlWriter has no attributes in a list of any length.
std::string written(const XmlNode& node) {
    const auto escaped = [](std::string_view text) {
        XmlWriter xml;
        xml.element("t", text, {{"a", text}});
        const std::string document = xml.take();
        const std::size_t begin = document.find("a=\"") + 3;
        return document.substr(begin, document.find('"', begin) - begin);
    };
    std::string text = "<" + node.name;
    for (const auto& attribute : node.attributes) text += " " + attribute.name + "=\"" + escaped(attribute.value) + "\"";
    text += ">" + escaped(node.text);
    for (const XmlNode& child : node.children) text += written(child);
    return text + "</" + node.name + ">";
}

bool same(const XmlNode& a, const XmlNode& b) {
    const bool texts = a.text == b.text || (only_blanks(a.text) && only_blanks(b.text) && !a.children.empty());
    return a.name == b.name && texts && a.attributes.size() == b.attributes.size() &&
           std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                      [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; }) &&
           a.children.size() == b.children.size() &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), same);
}

void check_node(const XmlNode& node, std::string_view body, std::size_t level) {
    require(level <= 32 && node.attributes.size() <= 64 && legal_in_xml(node.text) && !node.name.empty());
    require(body.substr(node.offset).starts_with(node.name));
    static_cast<void>(xml_problem_behind(body, node, "reason"));
    for (const XmlNode& child : node.children) check_node(child, body, level + 1);
}

void check_anything(std::string_view body) {
    const auto root = parse_xml(body);
    if (root) {
        check_node(*root, body, 1);
        const auto again = parse_xml(written(*root));
        require(again.has_value() && same(*root, *again));
    }
    // What is written is well-formed, whatever the text, and says it.
    XmlWriter xml;
    xml.open("Root", {{"Name", body}});
    xml.element("Text", body);
    xml.encoded_element("Name", body);
    xml.close();
    const auto shown = parse_xml(xml.take());
    require(shown.has_value() && shown->children.size() == 2);
    const XmlNode& name = shown->children[1];
    const std::string* const encoded = name.attribute("Encoded");
    require(encoded != nullptr ? percent_decode(name.text) == std::string(body) : name.text == body);
    require(!legal_in_xml(body) || (shown->children[0].text == body && *shown->attribute("Name") == body));
}

void check_block_list(std::string_view body) {
    const auto list = blob::parse_block_list(body);
    if (!list) return;
    require(list->entries.size() <= blob::kMostCommittedBlocks);
    XmlWriter xml;
    xml.open("BlockList");
    std::vector<std::string_view> ids;
    for (const blob::BlockListEntry& entry : list->entries) {
        require(!entry.id.empty() && entry.id.size() <= blob::kLongestBlockId);
        constexpr std::string_view kNames[] = {"Committed", "Uncommitted", "Latest"};
        xml.element(kNames[static_cast<std::size_t>(entry.search)], base64_encode(as_bytes(entry.id)));
        if (std::find(ids.begin(), ids.end(), entry.id) == ids.end()) ids.push_back(entry.id);
    }
    xml.close();
    const auto again = blob::parse_block_list(xml.take());
    require(again.has_value() && again->entries.size() == list->entries.size());
    for (std::size_t i = 0; i < list->entries.size(); ++i) {
        require(again->entries[i].id == list->entries[i].id && again->entries[i].search == list->entries[i].search);
    }
    const auto chosen = blob::choose_blocks(list->entries, ids, ids);
    require(chosen.has_value() && chosen->size() == list->entries.size());
    for (std::size_t i = 0; i < chosen->size(); ++i) require(ids[(*chosen)[i].index] == list->entries[i].id);
}

void check_identifiers(std::string_view body) {
    const auto policies = parse_signed_identifiers(body, {"racwdxltmeop", "ify"});
    if (!policies) return;
    require(policies->size() <= kMostStoredPolicies && unpack_policies(pack_policies(*policies)) == *policies);
    require(parse_signed_identifiers(write_signed_identifiers(*policies), {"racwdxltmeop", "ify"}) == *policies);
}

void check_properties(std::string_view body) {
    for (const ServiceKind kind : {ServiceKind::blob, ServiceKind::queue, ServiceKind::file}) {
        const PropertiesDialect dialect{kind, kNewestVersion};
        const auto given = parse_service_properties(body, dialect);
        if (!given) continue;
        require(!given->cors || given->cors->size() <= kMostCorsRules);
        const std::string shown = write_service_properties(*given, dialect);
        const auto again = parse_service_properties(shown, dialect);
        require(again.has_value() && write_service_properties(*again, dialect) == shown);
        const PropertiesDialect stored{ServiceKind::blob, kNewestVersion, true};  // as rows keep it
        const auto kept = parse_service_properties(write_service_properties(*given, stored), stored);
        require(kept == *given);
    }
}

void check_tags(std::string_view body) {
    const auto tags = blob::parse_tags(body);
    if (!tags) return;
    require(tags->size() <= blob::kMostTags);
    XmlWriter xml;
    blob::write_tags(xml, *tags);
    const auto again = blob::parse_tags(xml.take());
    require(again.has_value() && again->pack() == tags->pack());
    require(blob::TagSet::unpack(tags->pack()).pack() == tags->pack());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body = text_of(data, size);
    switch (take_kind(body)) {
        case 'b': check_block_list(body); break;
        case 's': check_identifiers(body); break;
        case 'p': check_properties(body); break;
        case 't': check_tags(body); break;
        default: check_anything(body); break;
    }
    return 0;
}
