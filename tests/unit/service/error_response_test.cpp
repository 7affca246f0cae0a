#include "service/error_response.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr std::string_view kId = "8c0f0b7e-301e-0042-1bd4-5a0c6f000000";
// 2026-11-20T21:07:12.1234567Z
constexpr Instant kTime{Ticks(17'952'088'321'234'567)};

std::string body_of(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
    return "(none)";
}

Response render(const StorageError& error, ErrorFormat format = ErrorFormat::xml, bool head = false) {
    return error_response(error, format, head, kId, kTime);
}

TEST(ErrorResponse, IsXmlToTheByte) {
    const Response response = render(ErrorCode::blob_not_found);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.reason, "The specified blob does not exist.");
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "BlobNotFound");
    EXPECT_EQ(response.fields.find("Content-Type"), "application/xml");
    EXPECT_EQ(
        body_of(response),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>BlobNotFound</Code><Message>The specified blob does "
        "not "
        "exist.\nRequestId:8c0f0b7e-301e-0042-1bd4-5a0c6f000000\nTime:2026-11-20T21:07:12.1234567Z</Message></Error>");
    EXPECT_EQ(response.content_length, body_of(response).size());
}

// Seen of the real service.
TEST(ErrorResponse, IsAPageOfTheWebsite) {
    const Response response = render(ErrorCode::web_content_not_found, ErrorFormat::html);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.reason, "The requested content does not exist.");
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "WebContentNotFound");
    EXPECT_EQ(response.fields.find("Content-Type"), "text/html");
    EXPECT_EQ(body_of(response),
              "<!DOCTYPE html><html><head><title>WebContentNotFound</title></head><body><h1>The requested content does not "
              "exist.</h1><p><ul><li>HttpStatusCode: 404</li><li>ErrorCode: WebContentNotFound</li><li>RequestId : "
              "8c0f0b7e-301e-0042-1bd4-5a0c6f000000</li><li>TimeStamp : 2026-11-20T21:07:12.1234567Z</li></ul></p></body></html>");
    EXPECT_EQ(body_of(render(StorageError(ErrorCode::resource_not_found).saying("<b>&"), ErrorFormat::html)).find("<b>"),
              std::string::npos);
    EXPECT_EQ(body_of(render(ErrorCode::web_content_not_found, ErrorFormat::html, true)), "(none)");
}

TEST(ErrorResponse, AddsFurtherElementsInOrder) {
    const Response response = render(StorageError(ErrorCode::invalid_header_value)
                                         .with("HeaderName", "x-ms-range")
                                         .with("HeaderValue", "bytes=<1>&2"));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(body_of(response),
              "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>InvalidHeaderValue</Code><Message>The value for "
              "one of the "
              "HTTP headers is not in the correct format.\nRequestId:8c0f0b7e-301e-0042-1bd4-5a0c6f000000\n"
              "Time:2026-11-20T21:07:12.1234567Z</Message><HeaderName>x-ms-range</HeaderName>"
              "<HeaderValue>bytes=&lt;1&gt;&amp;2</HeaderValue></Error>");
}

TEST(ErrorResponse, AddsFurtherHeaders) {
    const Response response = render(StorageError(ErrorCode::unsupported_http_verb).with_header("Allow", "GET, PUT"));
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.fields.find("Allow"), "GET, PUT");
}

TEST(ErrorResponse, MaySayItsOwnMessage) {
    const Response response =
        render(StorageError(ErrorCode::resource_not_found).saying("The specified account does not exist."));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.reason, "The specified account does not exist.");
    EXPECT_EQ(
        body_of(response),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>ResourceNotFound</Code><Message>The specified account "
        "does "
        "not "
        "exist.\nRequestId:8c0f0b7e-301e-0042-1bd4-5a0c6f000000\nTime:2026-11-20T21:07:12.1234567Z</Message></Error>");
}

TEST(ErrorResponse, IsJsonForDataLake) {
    const Response response = render(ErrorCode::container_not_found, ErrorFormat::json);
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "ContainerNotFound");
    EXPECT_EQ(response.fields.find("Content-Type"), "application/json;charset=utf-8");
    EXPECT_EQ(
        body_of(response),
        "{\"error\":{\"code\":\"ContainerNotFound\",\"message\":\"The specified container does not exist.\\nRequestId:"
        "8c0f0b7e-301e-0042-1bd4-5a0c6f000000\\nTime:2026-11-20T21:07:12.1234567Z\"}}");
}

TEST(ErrorResponse, IsJsonForTables) {
    const Response response = render(ErrorCode::resource_not_found, ErrorFormat::table_json);
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "ResourceNotFound");
    EXPECT_EQ(
        body_of(response),
        "{\"odata.error\":{\"code\":\"ResourceNotFound\",\"message\":{\"lang\":\"en-US\",\"value\":\"The specified "
        "resource "
        "does not exist.\\nRequestId:8c0f0b7e-301e-0042-1bd4-5a0c6f000000\\nTime:2026-11-20T21:07:12.1234567Z\"}}}");
}

TEST(ErrorResponse, HasNoBodyOnHead) {
    const Response response = render(ErrorCode::blob_not_found, ErrorFormat::xml, true);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "BlobNotFound");
    EXPECT_EQ(body_of(response), "(none)");
    EXPECT_FALSE(response.fields.has("Content-Type"));
    EXPECT_EQ(response.reason, "The specified blob does not exist.");
}

TEST(ErrorResponse, HasNoBodyWhenNotModified) {
    const Response response = render(ErrorCode::not_modified);
    EXPECT_EQ(response.status, 304);
    EXPECT_EQ(response.fields.find("x-ms-error-code"), "ConditionNotMet");
    EXPECT_EQ(body_of(response), "(none)");
    EXPECT_EQ(response.content_length, 0U);
}

TEST(ErrorResponse, LetsNoLineBreakOutOfAHeader) {
    const Response response =
        render(StorageError(ErrorCode::invalid_header_value).with_header("Content-Range", "bytes */1\r\nx-evil: 1"));
    EXPECT_FALSE(response.fields.has("x-evil"));
}

}  // namespace
}  // namespace lazulite
