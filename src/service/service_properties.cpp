#include "service/service_properties.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

#include "wire/codec.hpp"

namespace lazulite {

// The elements in the order in which the service was seen to write them.

template <class Codec, Is<RetentionPolicy> Policy>
void describe(Codec& c, Policy& m) {
    c.element("Enabled", m.enabled);
    c.element("Days", m.days);
    c.element("AllowPermanentDelete", m.allow_permanent_delete);
}

template <class Codec, Is<AnalyticsLogging> Logging>
void describe(Codec& c, Logging& m) {
    c.element("Version", m.version);
    c.element("Read", m.reads);
    c.element("Write", m.writes);
    c.element("Delete", m.deletes);
    c.inside("RetentionPolicy", m.retention);
}

template <class Codec, Is<AnalyticsMetrics> Metrics>
void describe(Codec& c, Metrics& m) {
    c.element("Version", m.version);
    c.element("Enabled", m.enabled);
    c.element("IncludeAPIs", m.include_apis);
    c.inside("RetentionPolicy", m.retention);
}

template <class Codec, Is<CorsRule> Rule>
void describe(Codec& c, Rule& m) {
    c.element("AllowedMethods", m.allowed_methods);
    c.element("AllowedOrigins", m.allowed_origins);
    c.element("AllowedHeaders", m.allowed_headers);
    c.element("ExposedHeaders", m.exposed_headers);
    c.element("MaxAgeInSeconds", m.max_age_seconds);
}

template <class Codec, Is<StaticWebsite> Website>
void describe(Codec& c, Website& m) {
    c.element("Enabled", m.enabled);
    c.element("IndexDocument", m.index_document);
    c.element("DefaultIndexDocumentPath", m.default_index_document_path);
    c.element("ErrorDocument404Path", m.error_document_404_path);
}

template <class Codec, Is<Multichannel> Channel>
void describe(Codec& c, Channel& m) {
    c.element("Enabled", m.enabled);
}

template <class Codec, Is<EncryptionInTransit> Encryption>
void describe(Codec& c, Encryption& m) {
    c.element("Required", m.required);
}

template <class Codec, Is<ProtocolSettings::Smb> Smb>
void describe(Codec& c, Smb& m) {
    c.inside("Multichannel", m.multichannel);
    c.inside("EncryptionInTransit", m.encryption);
}

template <class Codec, Is<ProtocolSettings::Nfs> Nfs>
void describe(Codec& c, Nfs& m) {
    c.inside("EncryptionInTransit", m.encryption);
}

template <class Codec, Is<ProtocolSettings> Settings>
void describe(Codec& c, Settings& m) {
    c.inside("SMB", m.smb);
    c.inside("NFS", m.nfs);
}

namespace {

constexpr std::string_view kPropertiesRoot = "StorageServiceProperties";
constexpr ServiceVersion kDefaultVersionSince{2011, 8, 18};
constexpr ServiceVersion kCorsSince{2013, 8,
                                    15};  ///< and minute metrics; from here on an absent element keeps its value
constexpr ServiceVersion kDeleteRetentionSince{2017, 7, 29};
constexpr ServiceVersion kStaticWebsiteSince{2018, 3, 28};
constexpr ServiceVersion kDefaultIndexSince{2019, 12, 12};
constexpr ServiceVersion kProtocolSettingsSince{2020, 2, 10};
constexpr ServiceVersion kEncryptionInTransitSince{2026, 2, 6};

template <class Codec, Is<ServiceProperties> Properties>
void describe(Codec& c, Properties& m, PropertiesDialect dialect) {
    const bool blob = dialect.service == ServiceKind::blob;
    const bool files = dialect.service == ServiceKind::file || dialect.stored;
    if (dialect.service != ServiceKind::file) c.inside("Logging", m.logging);
    if (dialect.version < kCorsSince) {
        c.inside("Metrics", m.hour_metrics);
    } else {
        c.inside("HourMetrics", m.hour_metrics);
        c.inside("MinuteMetrics", m.minute_metrics);
        c.list("Cors", "CorsRule", m.cors);
    }
    if (blob && dialect.version >= kDeleteRetentionSince) c.inside("DeleteRetentionPolicy", m.delete_retention);
    if (blob && dialect.version >= kStaticWebsiteSince) c.inside("StaticWebsite", m.static_website);
    if (blob && dialect.version >= kDefaultVersionSince) {
        c.element("DefaultServiceVersion", m.default_service_version);
    }
    if (files && dialect.version >= kProtocolSettingsSince) c.inside("ProtocolSettings", m.protocol_settings);
}

// ---- rules --------------------------------------------------------------------------------------------------------

constexpr std::uint32_t kMostDays = 365;
constexpr std::size_t kMostOrigins = 64;
constexpr std::size_t kMostLiteralHeaders = 64;
constexpr std::size_t kMostPrefixedHeaders = 2;
constexpr std::size_t kLongestCorsText = 256;
constexpr std::size_t kMostCorsBytes = 2048;
constexpr std::size_t kLongestDocumentPath = 1024;
constexpr std::string_view kCorsMethods[] = {"DELETE", "GET", "HEAD", "MERGE", "OPTIONS", "PATCH", "POST", "PUT"};

StorageError bad_node(std::string_view name, std::string_view value, std::string_view reason) {
    return StorageError(ErrorCode::invalid_xml_node_value)
        .with("XmlNodeName", name)
        .with("XmlNodeValue", value)
        .with("Reason", reason);
}

StorageError missing_node(std::string_view name) {
    return StorageError(ErrorCode::missing_required_xml_node).with("XmlNodeName", name);
}

bool is_true(std::string_view text) {
    bool value = false;
    return parse_value(text, value) && value;
}

/// Days that are missing, or numbers out of range, are a fault of the document, unlike days that are no numbers.
Result<> check_days(const XmlNode& node, std::string_view body) {
    const XmlNode* const days = node.child("Days");
    if (!days && node.name.ends_with("RetentionPolicy") && is_true(node.child_text("Enabled"))) {
        return fail(xml_problem());
    }
    if (days && is_true(node.child_text("Enabled"))) {
        const auto number = parse_number<std::int64_t>(days->text);
        if (number && (*number < 1 || *number > kMostDays)) {
            return fail(xml_problem_behind(
                body, *days, "Retention days must be greater than 0 and less than or equal to 365 days."));
        }
    }
    for (const XmlNode& child : node.children) LAZ_CHECK(check_days(child, body));
    return {};
}

/// As the service was seen to refuse it.
Result<> check_website_shape(const XmlNode& root, std::string_view body) {
    const XmlNode* const website = root.child("StaticWebsite");
    if (!website) return {};
    const auto document = [website](std::string_view name) -> const XmlNode* {
        const XmlNode* const node = website->child(name);
        return node && !node->text.empty() ? node : nullptr;
    };
    bool enabled = true;
    const bool off = parse_value(website->child_text("Enabled"), enabled) && !enabled;
    for (const std::string_view name : {"IndexDocument", "DefaultIndexDocumentPath", "ErrorDocument404Path"}) {
        if (!off || !document(name)) continue;
        return fail(xml_problem_behind(body, *document(name),
                                       "Element " + std::string(name) +
                                           " is only expected when StaticWebsite/Enabled is enabled."));
    }
    const XmlNode* const index = document("IndexDocument");
    if (index && index->text.find('/') != std::string::npos) {
        return fail(xml_problem_behind(body, *index, "The index document is a name without a slash."));
    }
    const XmlNode* const fallback = document("DefaultIndexDocumentPath");
    if (index && fallback) {
        return fail(xml_problem_behind(body, *fallback,
                                       "IndexDocument and DefaultIndexDocumentPath exclude each other."));
    }
    return {};
}

Result<> check_cors_shape(const XmlNode& root) {
    const XmlNode* const cors = root.child("Cors");
    if (!cors) return {};
    if (cors->children.size() > kMostCorsRules) return fail(xml_problem());
    for (const XmlNode& rule : cors->children) {
        for (const std::string_view name :
             {"AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders", "MaxAgeInSeconds"}) {
            if (rule.name == "CorsRule" && !rule.child(name)) return fail(xml_problem());
        }
    }
    return {};
}

std::string joined(const std::vector<std::string>& values) {
    std::string text;
    append_value(text, values);
    return text;
}

bool all_short(const std::vector<std::string>& values) {
    return std::all_of(values.begin(), values.end(), [](const auto& v) { return utf16_length(v) <= kLongestCorsText; });
}

Result<> check_origins(const std::vector<std::string>& origins) {
    if (origins.empty() || origins.size() > kMostOrigins || !all_short(origins)) {
        return fail(
            bad_node("AllowedOrigins", joined(origins), "One to 64 origins of at most 256 characters are allowed."));
    }
    return {};
}

Result<> check_methods(const std::vector<std::string>& methods) {
    const bool known = std::all_of(methods.begin(), methods.end(), [](const std::string& method) {
        return std::find(std::begin(kCorsMethods), std::end(kCorsMethods), method) != std::end(kCorsMethods);
    });
    if (methods.empty() || !known) {
        return fail(bad_node("AllowedMethods", joined(methods), "The service has no such method."));
    }
    return {};
}

bool is_prefix(const std::string& header) { return header.ends_with('*'); }

Result<> check_headers(std::string_view node, const std::vector<std::string>& headers) {
    const auto prefixes = static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), is_prefix));
    if (prefixes > kMostPrefixedHeaders || headers.size() - prefixes > kMostLiteralHeaders || !all_short(headers)) {
        return fail(
            bad_node(node, joined(headers), "64 headers and two prefixes of at most 256 characters are allowed."));
    }
    return {};
}

/// Whole names are kept before prefixes, as the service was seen to give them back.
void arrange(std::vector<std::string>& headers) {
    std::vector<std::string> arranged;
    std::copy_if(headers.begin(), headers.end(), std::back_inserter(arranged), std::not_fn(is_prefix));
    std::copy_if(headers.begin(), headers.end(), std::back_inserter(arranged), is_prefix);
    headers = std::move(arranged);
}

Result<> check_cors(std::vector<CorsRule>& rules) {
    std::size_t bytes = 0;
    for (CorsRule& rule : rules) {
        LAZ_CHECK(check_origins(rule.allowed_origins));
        LAZ_CHECK(check_methods(rule.allowed_methods));
        LAZ_CHECK(check_headers("AllowedHeaders", rule.allowed_headers));
        LAZ_CHECK(check_headers("ExposedHeaders", rule.exposed_headers));
        if (rule.max_age_seconds > std::uint32_t{INT32_MAX}) {
            return fail(bad_node("MaxAgeInSeconds", std::to_string(rule.max_age_seconds), "The value is too large."));
        }
        for (const auto* list :
             {&rule.allowed_origins, &rule.allowed_methods, &rule.allowed_headers, &rule.exposed_headers}) {
            bytes += joined(*list).size();
        }
        bytes += std::to_string(rule.max_age_seconds).size();
        arrange(rule.allowed_headers);
        arrange(rule.exposed_headers);
    }
    if (bytes > kMostCorsBytes) return fail(xml_problem());
    return {};
}

Result<> check_retention(RetentionPolicy& policy) {
    if (policy.enabled && !policy.days) return fail(missing_node("Days"));
    if (!policy.enabled) policy.days = std::nullopt;
    return {};
}

Result<> check_logging(AnalyticsLogging& logging) {
    if (logging.version != "1.0" && logging.version != "2.0") {
        return fail(bad_node("Version", logging.version, "The versions of Storage Analytics logs are 1.0 and 2.0."));
    }
    return check_retention(logging.retention);
}

Result<> check_metrics(AnalyticsMetrics& metrics) {
    if (metrics.version != "1.0") {
        return fail(bad_node("Version", metrics.version, "The version of Storage Analytics metrics is 1.0."));
    }
    if (metrics.enabled && !metrics.include_apis) return fail(missing_node("IncludeAPIs"));
    if (!metrics.enabled) metrics.include_apis = std::nullopt;
    return check_retention(metrics.retention);
}

Result<> check_website(StaticWebsite& website, ServiceVersion version) {
    if (website.default_index_document_path && version < kDefaultIndexSince) {
        return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", "DefaultIndexDocumentPath"));
    }
    if (!website.enabled) {
        website = StaticWebsite{};
        return {};
    }
    const auto drop_empty = [](std::optional<std::string>& text) {
        if (text && text->empty()) text.reset();
    };
    drop_empty(website.index_document);
    drop_empty(website.default_index_document_path);
    drop_empty(website.error_document_404_path);
    const std::pair<std::string_view, const std::optional<std::string>&> paths[] = {
        {"IndexDocument", website.index_document},
        {"DefaultIndexDocumentPath", website.default_index_document_path},
        {"ErrorDocument404Path", website.error_document_404_path}};
    for (const auto& [name, path] : paths) {
        if (path && utf16_length(*path) > kLongestDocumentPath) {
            return fail(bad_node(name, *path, "The value is longer than a blob's name can be."));
        }
    }
    return {};
}

Result<> check_default_version(std::string_view text) {
    constexpr std::string_view kFirstOfAll = "2008-10-27";
    if (text != kFirstOfAll && !ServiceVersion::parse(text)) {
        return fail(bad_node("DefaultServiceVersion", text, "The value is not a version of the service."));
    }
    return {};
}

/// What is required of connections came later than the rest.
Result<> check_protocols(const ProtocolSettings& settings, ServiceVersion version) {
    const bool encryption = (settings.smb && settings.smb->encryption) || (settings.nfs && settings.nfs->encryption);
    if (version >= kEncryptionInTransitSince || !encryption) return {};
    return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", "EncryptionInTransit"));
}

Result<> check_no_permanent_delete(const RetentionPolicy& policy) {
    if (policy.allow_permanent_delete) {
        return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", "AllowPermanentDelete"));
    }
    return {};
}

/// What no single value shows; brings the values into the form in which they are kept and given back.
Result<> check_properties(ServiceProperties& properties, PropertiesDialect dialect) {
    if (dialect.version < kCorsSince) {
        if (!properties.logging) return fail(missing_node("Logging"));
        if (!properties.hour_metrics) return fail(missing_node("Metrics"));
    }
    if (properties.logging) {
        LAZ_CHECK(check_no_permanent_delete(properties.logging->retention));
        LAZ_CHECK(check_logging(*properties.logging));
    }
    for (auto* metrics : {&properties.hour_metrics, &properties.minute_metrics}) {
        if (!*metrics) continue;
        LAZ_CHECK(check_no_permanent_delete((*metrics)->retention));
        LAZ_CHECK(check_metrics(**metrics));
    }
    if (properties.cors) LAZ_CHECK(check_cors(*properties.cors));
    if (properties.delete_retention) LAZ_CHECK(check_retention(*properties.delete_retention));
    if (properties.static_website) LAZ_CHECK(check_website(*properties.static_website, dialect.version));
    if (properties.protocol_settings) LAZ_CHECK(check_protocols(*properties.protocol_settings, dialect.version));
    if (properties.default_service_version) LAZ_CHECK(check_default_version(*properties.default_service_version));
    return {};
}

/// The switch of SMB is always shown; what a version does not know is not.
void show_protocols(std::optional<ProtocolSettings>& settings, ServiceVersion version) {
    if (!settings) settings.emplace();
    if (!settings->smb) settings->smb.emplace();
    if (!settings->smb->multichannel) settings->smb->multichannel.emplace();
    if (version >= kEncryptionInTransitSince) return;
    settings->smb->encryption.reset();
    settings->nfs.reset();
}

template <class T>
void take_over(std::optional<T>& to, const std::optional<T>& from) {
    if (from) to = from;
}

}  // namespace

void ServiceProperties::set(const ServiceProperties& given) {
    if (protocol_settings && given.protocol_settings) {
        const ProtocolSettings& settings = *given.protocol_settings;
        if (settings.smb && protocol_settings->smb) {
            take_over(protocol_settings->smb->multichannel, settings.smb->multichannel);
            take_over(protocol_settings->smb->encryption, settings.smb->encryption);
        } else {
            take_over(protocol_settings->smb, settings.smb);
        }
        take_over(protocol_settings->nfs, settings.nfs);
    } else {
        take_over(protocol_settings, given.protocol_settings);
    }
    take_over(logging, given.logging);
    take_over(hour_metrics, given.hour_metrics);
    take_over(minute_metrics, given.minute_metrics);
    take_over(cors, given.cors);
    take_over(delete_retention, given.delete_retention);
    take_over(static_website, given.static_website);
    take_over(default_service_version, given.default_service_version);
}

ServiceProperties default_service_properties() {
    ServiceProperties properties;
    properties.logging.emplace();
    properties.hour_metrics.emplace();
    properties.minute_metrics.emplace();
    properties.cors.emplace();
    properties.delete_retention.emplace();
    properties.static_website.emplace();
    return properties;
}

Result<ServiceProperties> parse_service_properties(std::string_view body, PropertiesDialect dialect) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    if (root.name != kPropertiesRoot) {
        return fail(xml_problem(body, root.offset, "The root element is not StorageServiceProperties."));
    }
    LAZ_CHECK(check_days(root, body));
    LAZ_CHECK(check_cors_shape(root));
    LAZ_CHECK(check_website_shape(root, body));
    ServiceProperties properties;
    XmlDecoder decoder(root, XmlDecoder::Others::refused);
    describe(decoder, properties, dialect);
    LAZ_CHECK(decoder.result());
    LAZ_CHECK(check_properties(properties, dialect));
    return properties;
}

std::string write_service_properties(const ServiceProperties& properties, PropertiesDialect dialect) {
    ServiceProperties shown = properties;
    if (shown.static_website && dialect.version < kDefaultIndexSince) {
        shown.static_website->default_index_document_path.reset();
    }
    if (dialect.service == ServiceKind::file) show_protocols(shown.protocol_settings, dialect.version);
    XmlWriter xml;
    xml.open(kPropertiesRoot);
    XmlEncoder encoder(xml);
    describe(encoder, std::as_const(shown), dialect);
    xml.close();
    return xml.take();
}

}  // namespace lazulite
