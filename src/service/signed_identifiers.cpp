#include "service/signed_identifiers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/date.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

bool valid_permission(std::string_view text, PolicyLetters letters) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.find(text[i]) != i) return false;
        const std::size_t place = letters.ordered.find(text[i]);
        if (place == std::string_view::npos) {
            if (letters.others.find(text[i]) == std::string_view::npos) return false;
        } else {
            if (place < next) return false;
            next = place;
        }
    }
    return true;
}

/// One `SignedIdentifier`, with what is wrong told as the service tells it: where its reader stood behind the element.
class IdentifierReader {
  public:
    IdentifierReader(std::string_view body, PolicyLetters letters) : body_(body), letters_(letters) {}

    Result<StoredPolicy> read(const XmlNode& node) const {
        if (node.name != "SignedIdentifier") return refuse(node, "SignedIdentifier is expected here.");
        LAZ_CHECK(only(node, {"Id", "AccessPolicy"}));
        StoredPolicy policy;
        policy.id = node.child_text("Id");
        if (policy.id.empty() || utf16_length(policy.id) > kLongestPolicyId) {
            return refuse(node, "Signed identifier ID cannot be empty or over 64 characters in length");
        }
        if (const XmlNode* const access = node.child("AccessPolicy")) {
            LAZ_CHECK(only(*access, {"Start", "Expiry", "Permission"}));
            LAZ_TRY(policy.start, time(access->child("Start")));
            LAZ_TRY(policy.expiry, time(access->child("Expiry")));
            policy.permission = access->child_text("Permission");
            if (!valid_permission(policy.permission, letters_)) {
                return refuse(*access, "Permissions are unknown, repeated or out of order.");
            }
        }
        return policy;
    }

    tl::unexpected<StorageError> refuse(const XmlNode& node, std::string_view reason) const {
        return fail(xml_problem_behind(body_, node, reason));
    }

  private:
    Result<std::optional<Instant>> time(const XmlNode* node) const {
        if (!node || node->text.empty()) return std::nullopt;
        const auto parsed = parse_iso8601(node->text);
        if (!parsed) return refuse(*node, "The value is not a date and time in a form of ISO 8601.");
        return parsed;
    }

    Result<> only(const XmlNode& node, std::initializer_list<std::string_view> names) const {
        for (const XmlNode& child : node.children) {
            if (std::find(names.begin(), names.end(), child.name) == names.end()) {
                return refuse(child, child.name + " is not expected here.");
            }
        }
        return {};
    }

    std::string_view body_;
    PolicyLetters letters_;
};

void write_policy(XmlWriter& xml, const StoredPolicy& policy) {
    xml.open("SignedIdentifier");
    xml.element("Id", policy.id);
    if (policy.start || policy.expiry || !policy.permission.empty()) {
        xml.open("AccessPolicy");
        if (policy.start) xml.element("Start", format_iso8601(*policy.start));
        if (policy.expiry) xml.element("Expiry", format_iso8601(*policy.expiry));
        if (!policy.permission.empty()) xml.element("Permission", policy.permission);
        xml.close();
    }
    xml.close();
}

}  // namespace

Result<StoredPolicies> parse_signed_identifiers(std::string_view body, PolicyLetters letters) {
    StoredPolicies policies;
    if (body.empty()) return policies;
    LAZ_TRY(const XmlNode root, parse_xml(body));
    const IdentifierReader reader(body, letters);
    if (root.name != "SignedIdentifiers") return reader.refuse(root, "SignedIdentifiers is expected here.");
    if (root.children.size() > kMostStoredPolicies) return fail(xml_problem());
    for (const XmlNode& node : root.children) {
        LAZ_TRY(StoredPolicy policy, reader.read(node));
        if (find_policy(policies, policy.id)) {
            return reader.refuse(node, "Signed identifier " + policy.id + " not unique");
        }
        policies.push_back(std::move(policy));
    }
    return policies;
}

std::string write_signed_identifiers(const StoredPolicies& policies) {
    XmlWriter xml;
    xml.open("SignedIdentifiers");
    for (const StoredPolicy& policy : policies) write_policy(xml, policy);
    xml.close();
    return xml.take();
}

}  // namespace lazulite
