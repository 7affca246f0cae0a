#include "blob/ops/tags.hpp"

#include "blob/ops/versions.hpp"
#include "wire/uri.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kTagsHeader = "x-ms-tags";

struct TagGuards {
    Guards blob;
};

template <class Codec>
void describe(Codec& c, TagGuards& guards) {
    c.header("x-ms-lease-id", guards.blob.lease_id);
    c.header("x-ms-if-tags", guards.blob.if_tags);
    Conditions& when = guards.blob.when;
    c.header("x-ms-blob-if-match", when.if_match);
    c.header("x-ms-blob-if-none-match", when.if_none_match);
    c.header("x-ms-blob-if-modified-since", when.if_modified_since);
    c.header("x-ms-blob-if-unmodified-since", when.if_unmodified_since);
}

}  // namespace

Result<TagSet> parse_tags(std::string_view body) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    const XmlNode* const set = root.child("TagSet");
    if (root.name != "Tags" || set == nullptr || root.children.size() != 1) {
        return fail(xml_problem_behind(body, root, "Tags with one TagSet are expected here."));
    }
    std::vector<BlobTag> tags;
    for (const XmlNode& node : set->children) {
        const XmlNode* const key = node.child("Key");
        const XmlNode* const value = node.child("Value");
        if (node.name != "Tag" || key == nullptr || value == nullptr || node.children.size() != 2) {
            return fail(xml_problem_behind(body, node, "A Tag with a Key and a Value is expected here."));
        }
        tags.push_back({key->text, value->text});
    }
    return TagSet::of(std::move(tags));
}

Result<Guards> decode_tag_guards(const Exchange& x) {
    LAZ_CHECK(check_offered_since(x, kBlobTags));
    LAZ_CHECK(check_no_conditions(x.request));
    LAZ_TRY(TagGuards guards, decode<TagGuards>(x.request, x.query));
    if (x.version < kTagConditions) guards.blob.when = {};
    return std::move(guards.blob);
}

Result<std::string> tags_of_upload(const Exchange& x) {
    const std::string_view header = x.request.fields.value_or_empty(kTagsHeader);
    if (header.empty() || x.version < kBlobTags) return std::string();
    std::vector<BlobTag> tags;
    for (std::string_view rest = header; !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const std::size_t equal = pair.find('=');
        const auto key = percent_decode(pair.substr(0, equal), true);
        const auto value = equal == std::string_view::npos ? std::nullopt : percent_decode(pair.substr(equal + 1), true);
        if (!key || !value) {
            return fail(StorageError(ErrorCode::invalid_header_value)
                            .with("HeaderName", kTagsHeader)
                            .with("HeaderValue", header));
        }
        tags.push_back({*key, *value});
    }
    LAZ_TRY(const TagSet set, TagSet::of(std::move(tags)));
    return set.pack();
}

void write_tags(XmlWriter& xml, const TagSet& tags) {
    xml.open("Tags");
    xml.open("TagSet");
    for (const BlobTag& tag : tags) {
        xml.open("Tag");
        xml.element("Key", tag.key);
        xml.element("Value", tag.value);
        xml.close();
    }
    xml.close();
    xml.close();
}

void write_blob_name(XmlWriter& xml, const std::string& name, ServiceVersion version) {
    if (version >= kEncodedNames) {
        xml.encoded_element("Name", name);
    } else {
        xml.element("Name", name);
    }
}

}  // namespace lazulite::blob
