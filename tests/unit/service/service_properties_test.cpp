#include "service/service_properties.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr PropertiesDialect kBlob{ServiceKind::blob, ServiceVersion(2026, 4, 6)};

Result<ServiceProperties> parse(std::string_view elements, PropertiesDialect dialect = kBlob) {
    return parse_service_properties("<StorageServiceProperties>" + std::string(elements) + "</StorageServiceProperties>",
                                    dialect);
}

struct Problem {
    ErrorCode code;
    std::string node;  ///< XmlNodeName, where there is one
    bool operator==(const Problem&) const = default;
};
void PrintTo(const Problem& problem, std::ostream* to) { *to << static_cast<int>(problem.code) << ' ' << problem.node; }

Problem problem_of(std::string_view elements, PropertiesDialect dialect = kBlob) {
    const auto outcome = parse(elements, dialect);
    if (outcome) return {ErrorCode::internal_error, "none"};
    Problem problem{outcome.error().code(), ""};
    if (outcome.error().details()) {
        for (const auto& [name, value] : outcome.error().details()->elements) {
            if (name == "XmlNodeName") problem.node = value;
        }
    }
    return problem;
}

std::string rule(std::string_view origins, std::string_view methods, std::string_view allowed = "",
                 std::string_view exposed = "", std::string_view age = "0") {
    std::string text = "<CorsRule><AllowedOrigins>";
    text.append(origins).append("</AllowedOrigins><AllowedMethods>").append(methods);
    text.append("</AllowedMethods><AllowedHeaders>").append(allowed).append("</AllowedHeaders><ExposedHeaders>");
    text.append(exposed).append("</ExposedHeaders><MaxAgeInSeconds>").append(age);
    return text + "</MaxAgeInSeconds></CorsRule>";
}
std::string cors(const std::string& rules) { return "<Cors>" + rules + "</Cors>"; }

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(ServiceProperties, OnlyWhatIsGivenIsThere) {
    const auto given = parse("<DeleteRetentionPolicy><Enabled>true</Enabled><Days>3</Days></DeleteRetentionPolicy>");
    ASSERT_TRUE(given);
    ServiceProperties wanted;
    wanted.delete_retention = RetentionPolicy{true, 3, std::nullopt};
    EXPECT_EQ(*given, wanted);
    EXPECT_EQ(*parse(""), ServiceProperties{});
}

TEST(ServiceProperties, SetTakesOverWhatIsPresentAndLeavesTheRest) {
    ServiceProperties properties = default_service_properties();
    properties.default_service_version = "2014-02-14";
    ServiceProperties given;
    given.cors.emplace(1).front().allowed_origins = {"*"};
    properties.set(given);
    EXPECT_EQ(properties.cors, given.cors);
    EXPECT_EQ(properties.default_service_version, "2014-02-14");
    EXPECT_EQ(properties.logging, AnalyticsLogging{});
    given.cors->clear();
    properties.set(given);
    EXPECT_TRUE(properties.cors->empty());
}

TEST(ServiceProperties, WhatIsWrittenIsReadBack) {
    ServiceProperties all = default_service_properties();
    all.logging = AnalyticsLogging{"2.0", true, false, true, {true, 365, std::nullopt}};
    all.hour_metrics = AnalyticsMetrics{"1.0", true, false, {true, 1, std::nullopt}};
    all.cors = {CorsRule{{"http://a", "http://b"}, {"GET", "PATCH"}, {"x-ms-a", "x-ms-*"}, {"*"}, 5}};
    all.delete_retention = RetentionPolicy{true, 9, true};
    all.static_website = StaticWebsite{true, "index.html", std::nullopt, "a/404.html"};
    all.default_service_version = "2008-10-27";
    const auto read = parse_service_properties(write_service_properties(all, kBlob), kBlob);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, all);
}

TEST(ServiceProperties, WhatIsOffHasNoDetails) {
    const auto given = parse(
        "<HourMetrics><Version>1.0</Version><Enabled>false</Enabled><IncludeAPIs>true</IncludeAPIs><RetentionPolicy>"
        "<Enabled>false</Enabled><Days>900</Days></RetentionPolicy></HourMetrics>"
        "<StaticWebsite><Enabled>false</Enabled><IndexDocument></IndexDocument></StaticWebsite>");
    ASSERT_TRUE(given);
    EXPECT_EQ(given->hour_metrics, AnalyticsMetrics{});
    EXPECT_EQ(given->static_website, StaticWebsite{});
}

TEST(ServiceProperties, ElementsAreThoseOfTheService) {
    const auto written = [](ServiceKind service) {
        return write_service_properties(default_service_properties(), {service, ServiceVersion(2026, 4, 6)});
    };
    for (const ServiceKind service : {ServiceKind::queue, ServiceKind::table}) {
        EXPECT_NE(written(service).find("<Logging>"), std::string::npos);
        EXPECT_NE(written(service).find("<Cors />"), std::string::npos);
        EXPECT_EQ(written(service).find("<DeleteRetentionPolicy>"), std::string::npos);
        EXPECT_EQ(written(service).find("<StaticWebsite>"), std::string::npos);
    }
    EXPECT_EQ(written(ServiceKind::file).find("<Logging>"), std::string::npos);
    EXPECT_NE(written(ServiceKind::file).find("<MinuteMetrics>"), std::string::npos);
    EXPECT_EQ(problem_of("<DefaultServiceVersion>2014-02-14</DefaultServiceVersion>",
                         {ServiceKind::queue, ServiceVersion(2026, 4, 6)}),
              (Problem{ErrorCode::unsupported_xml_node, "DefaultServiceVersion"}));
}

TEST(ServiceProperties, OfFilesHaveProtocolSettingsWhichAreSetOneByOne) {
    constexpr PropertiesDialect kFile{ServiceKind::file, ServiceVersion(2026, 4, 6)};
    const auto settings = [](std::string_view smb) {
        return "<ProtocolSettings><SMB>" + std::string(smb) + "</SMB></ProtocolSettings>";
    };
    const std::string multichannel = "<Multichannel><Enabled>true</Enabled></Multichannel>";
    const std::string encryption = "<EncryptionInTransit><Required>true</Required></EncryptionInTransit>";
    ServiceProperties properties = default_service_properties();
    EXPECT_NE(write_service_properties(properties, kFile).find("<Multichannel><Enabled>false</Enabled></Multichannel>"),
              std::string::npos);
    properties.set(*parse(settings(multichannel), kFile));
    properties.set(*parse(settings(encryption), kFile));
    EXPECT_NE(write_service_properties(properties, kFile).find(settings(multichannel + encryption)), std::string::npos);
    EXPECT_EQ(problem_of(settings(multichannel)), (Problem{ErrorCode::unsupported_xml_node, "ProtocolSettings"}));
    EXPECT_EQ(problem_of(settings(encryption), {ServiceKind::file, ServiceVersion(2025, 11, 5)}),
              (Problem{ErrorCode::unsupported_xml_node, "EncryptionInTransit"}));
}

TEST(ServiceProperties, CorsTextsAreTrimmedAndWholeNamesStandFirst) {
    const auto given = parse(cors(rule(" http://a , http://b,", "GET , PUT", "b*, a ,c*", "x*,y", "2147483647")));
    ASSERT_TRUE(given);
    const CorsRule wanted{{"http://a", "http://b"}, {"GET", "PUT"}, {"a", "b*", "c*"}, {"y", "x*"}, 2147483647};
    EXPECT_EQ(given->cors->front(), wanted);
}

TEST(ServiceProperties, LimitsOfCors) {
    const std::string one = rule("*", "GET");
    EXPECT_TRUE(parse(cors(repeated(one, 5))));
    EXPECT_EQ(problem_of(cors(repeated(one, 6))), (Problem{ErrorCode::invalid_xml_document, ""}));
    EXPECT_EQ(problem_of(cors("<CorsRule><AllowedOrigins>*</AllowedOrigins></CorsRule>")),
              (Problem{ErrorCode::invalid_xml_document, ""}));

    EXPECT_TRUE(parse(cors(rule(repeated("a,", 64), "GET"))));
    EXPECT_EQ(problem_of(cors(rule(repeated("a,", 65), "GET"))),
              (Problem{ErrorCode::invalid_xml_node_value, "AllowedOrigins"}));
    EXPECT_EQ(problem_of(cors(rule("", "GET"))), (Problem{ErrorCode::invalid_xml_node_value, "AllowedOrigins"}));
    EXPECT_TRUE(parse(cors(rule(std::string(256, 'o'), "GET"))));
    EXPECT_EQ(problem_of(cors(rule(std::string(257, 'o'), "GET"))),
              (Problem{ErrorCode::invalid_xml_node_value, "AllowedOrigins"}));

    EXPECT_TRUE(parse(cors(rule("*", "DELETE,GET,HEAD,MERGE,POST,OPTIONS,PUT,PATCH"))));
    for (const std::string_view methods : {"", "TRACE", "GET,CONNECT", "*"}) {
        EXPECT_EQ(problem_of(cors(rule("*", methods))), (Problem{ErrorCode::invalid_xml_node_value, "AllowedMethods"}))
            << methods;
    }

    EXPECT_TRUE(parse(cors(rule("*", "GET", repeated("h,", 64) + "a*,b*"))));
    EXPECT_EQ(problem_of(cors(rule("*", "GET", repeated("h,", 65)))),
              (Problem{ErrorCode::invalid_xml_node_value, "AllowedHeaders"}));
    EXPECT_EQ(problem_of(cors(rule("*", "GET", "", "a*,b*,c*"))),
              (Problem{ErrorCode::invalid_xml_node_value, "ExposedHeaders"}));
    for (const std::string_view age : {"-1", "x", "4294967295"}) {
        EXPECT_EQ(problem_of(cors(rule("*", "GET", "", "", age))),
                  (Problem{ErrorCode::invalid_xml_node_value, "MaxAgeInSeconds"}))
            << age;
    }

    // "*", "GET" and "0" are five of the 2,048.
    const std::string eight = rule("*", "GET", repeated(std::string(254, 'h') + ",", 8));  // 8 * 255 - 1 + 5 = 2,044
    EXPECT_TRUE(parse(cors(eight)));
    EXPECT_EQ(problem_of(cors(eight + rule("*", "GET"))), (Problem{ErrorCode::invalid_xml_document, ""}));
}

TEST(ServiceProperties, RetentionDays) {
    const auto days = [](std::string_view text) {
        return "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>" + std::string(text) + "</Days></DeleteRetentionPolicy>";
    };
    EXPECT_TRUE(parse(days("1")));
    EXPECT_TRUE(parse(days("365")));
    for (const std::string_view text : {"0", "366", "-1"}) {
        EXPECT_EQ(problem_of(days(text)), (Problem{ErrorCode::invalid_xml_document, ""})) << text;
    }
    EXPECT_EQ(problem_of(days("some")), (Problem{ErrorCode::invalid_xml_node_value, "Days"}));
    EXPECT_EQ(problem_of("<DeleteRetentionPolicy><Enabled>true</Enabled></DeleteRetentionPolicy>"),
              (Problem{ErrorCode::invalid_xml_document, ""}));
}

TEST(ServiceProperties, MetricsAndLogging) {
    const auto metrics = [](std::string_view inner) {
        return "<MinuteMetrics>" + std::string(inner) + "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics>";
    };
    EXPECT_EQ(problem_of(metrics("<Version>1.0</Version><Enabled>true</Enabled>")),
              (Problem{ErrorCode::missing_required_xml_node, "IncludeAPIs"}));
    EXPECT_EQ(problem_of(metrics("<Version>3.0</Version><Enabled>false</Enabled>")),
              (Problem{ErrorCode::invalid_xml_node_value, "Version"}));
    EXPECT_EQ(problem_of(metrics("<Enabled>false</Enabled>")),
              (Problem{ErrorCode::missing_required_xml_node, "Version"}));
    EXPECT_EQ(problem_of("<Logging><Version>1.0</Version><Read>perhaps</Read></Logging>"),
              (Problem{ErrorCode::invalid_xml_node_value, "Read"}));
    EXPECT_EQ(problem_of("<Logging><Version>1.0</Version><Read>true</Read><Write>true</Write><Delete>true</Delete>"
                         "<RetentionPolicy><Enabled>false</Enabled><AllowPermanentDelete>true</AllowPermanentDelete>"
                         "</RetentionPolicy></Logging>"),
              (Problem{ErrorCode::unsupported_xml_node, "AllowPermanentDelete"}));
}

TEST(ServiceProperties, Website) {
    const auto website = [](std::string_view inner) {
        return "<StaticWebsite><Enabled>true</Enabled>" + std::string(inner) + "</StaticWebsite>";
    };
    const auto given = parse(website("<IndexDocument></IndexDocument>"));
    ASSERT_TRUE(given);
    EXPECT_EQ(given->static_website, (StaticWebsite{true, {}, {}, {}}));
    EXPECT_EQ(problem_of(website("<IndexDocument>a/b</IndexDocument>")).code, ErrorCode::invalid_xml_document);
    EXPECT_EQ(problem_of(website("<ErrorDocument404Path>" + std::string(1025, 'p') + "</ErrorDocument404Path>")),
              (Problem{ErrorCode::invalid_xml_node_value, "ErrorDocument404Path"}));
    EXPECT_EQ(problem_of(website("<IndexDocument>a</IndexDocument><DefaultIndexDocumentPath>b</DefaultIndexDocumentPath>")).code,
              ErrorCode::invalid_xml_document);
    for (const std::string name : {"IndexDocument", "DefaultIndexDocumentPath", "ErrorDocument404Path"}) {
        EXPECT_EQ(problem_of("<StaticWebsite><Enabled>false</Enabled><" + name + ">a</" + name + "></StaticWebsite>").code,
                  ErrorCode::invalid_xml_document)
            << name;
    }
}

TEST(ServiceProperties, DefaultVersions) {
    for (const std::string_view version : {"2008-10-27", "2009-04-14", "2031-01-01"}) {
        EXPECT_TRUE(parse("<DefaultServiceVersion>" + std::string(version) + "</DefaultServiceVersion>")) << version;
    }
    for (const std::string_view version : {"", "2008-10-28", "2014-13-01", "newest"}) {
        EXPECT_EQ(problem_of("<DefaultServiceVersion>" + std::string(version) + "</DefaultServiceVersion>"),
                  (Problem{ErrorCode::invalid_xml_node_value, "DefaultServiceVersion"}))
            << version;
    }
}

}  // namespace
}  // namespace lazulite
