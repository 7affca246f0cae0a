#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "service/cors_rule.hpp"
#include "service/service_kind.hpp"
#include "wire/service_version.hpp"

namespace lazulite {

/// How long logs, metrics or deleted blobs are kept.
struct RetentionPolicy {
    bool enabled = false;
    std::optional<std::uint32_t> days;                ///< 1 to 365; there when enabled
    std::optional<bool> allow_permanent_delete = {};  ///< of DeleteRetentionPolicy only

    bool operator==(const RetentionPolicy&) const = default;
};

/// `Logging`: which requests Storage Analytics writes down.
struct AnalyticsLogging {
    std::string version = "1.0";
    bool reads = false;
    bool writes = false;
    bool deletes = false;
    RetentionPolicy retention;

    bool operator==(const AnalyticsLogging&) const = default;
};

/// `HourMetrics`, `MinuteMetrics`; before 2013-08-15 the former is called `Metrics` and there is no other.
struct AnalyticsMetrics {
    std::string version = "1.0";
    bool enabled = false;
    std::optional<bool> include_apis;  ///< there when enabled
    RetentionPolicy retention;

    bool operator==(const AnalyticsMetrics&) const = default;
};

/// `StaticWebsite`: the documents are there only when enabled.
struct StaticWebsite {
    bool enabled = false;
    std::optional<std::string> index_document;               ///< a name, appended to every path that names a folder
    std::optional<std::string> default_index_document_path;  ///< or one document for every path where there is nothing
    std::optional<std::string> error_document_404_path;

    bool operator==(const StaticWebsite&) const = default;
};

struct Multichannel {
    bool enabled = false;
    bool operator==(const Multichannel&) const = default;
};
struct EncryptionInTransit {
    bool required = false;
    bool operator==(const EncryptionInTransit&) const = default;
};
/// `ProtocolSettings`, of files: what clients of SMB and NFS may and must do. It is kept and shown; there are none here.
struct ProtocolSettings {
    struct Smb {
        std::optional<Multichannel> multichannel;
        std::optional<EncryptionInTransit> encryption;
        bool operator==(const Smb&) const = default;
    };
    struct Nfs {
        std::optional<EncryptionInTransit> encryption;
        bool operator==(const Nfs&) const = default;
    };
    std::optional<Smb> smb;
    std::optional<Nfs> nfs;

    bool operator==(const ProtocolSettings&) const = default;
};

/// The properties of one account's service: `StorageServiceProperties`. An element that is absent from a Set request
/// keeps its value, so all of them are optional here. Queue and table have the first four, file all but Logging of
/// those, and ProtocolSettings. Reference: "Set Blob Service Properties", "Get Blob Service Properties", and the same of each service.
struct ServiceProperties {
    std::optional<AnalyticsLogging> logging;
    std::optional<AnalyticsMetrics> hour_metrics;
    std::optional<AnalyticsMetrics> minute_metrics;
    std::optional<std::vector<CorsRule>> cors;
    std::optional<RetentionPolicy> delete_retention;
    std::optional<StaticWebsite> static_website;
    std::optional<ProtocolSettings> protocol_settings;
    std::optional<std::string> default_service_version;  ///< "2008-10-27" or any later date

    /// Takes over every element that is present in `given`.
    void set(const ServiceProperties& given);
    bool operator==(const ServiceProperties&) const = default;
};

/// What a service begins with: nothing on. Every element is there but DefaultServiceVersion and ProtocolSettings, which are
/// unset.
[[nodiscard]] ServiceProperties default_service_properties();

/// Which elements a message has depends on both.
struct PropertiesDialect {
    ServiceKind service;
    ServiceVersion version;
    bool stored = false;  ///< as a row keeps them: with the elements of every service
};

/// The body of a Set request. Fails with
/// - invalid_xml_document: malformed, another root, retention days outside 1 to 365, more than five CORS rules, an
///   incomplete one, or more than 2 KiB of CORS texts; an index document with a slash, one beside a default path, and
///   documents of a website that is off;
/// - missing_required_xml_node, unsupported_xml_node (unknown to this service or version);
/// - invalid_xml_node_value: no boolean, number or version; a method that is no HTTP method of the service; more than
/// 64
///   origins, 64 headers or 2 prefixes in a list, one of more than 256 characters.
[[nodiscard]] Result<ServiceProperties> parse_service_properties(std::string_view body, PropertiesDialect dialect);

/// The body of a Get answer. Absent elements are left out, and those that the dialect does not know.
[[nodiscard]] std::string write_service_properties(const ServiceProperties& properties, PropertiesDialect dialect);

}  // namespace lazulite
