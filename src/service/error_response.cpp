#include "service/error_response.hpp"

#include <nlohmann/json.hpp>

#include "base/error_table.hpp"
#include "wire/date.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

std::string xml_body(const StorageError& error, std::string_view message) {
    XmlWriter xml;
    xml.open("Error");
    xml.element("Code", info(error.code()).name);
    xml.element("Message", message);
    if (error.details()) {
        for (const auto& [name, value] : error.details()->elements) xml.element(name, value);
    }
    xml.close();
    return xml.take();
}

std::string odata_xml_body(const StorageError& error, std::string_view message) {
    XmlWriter xml;
    xml.open("error", {{"xmlns", "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"}});
    xml.element("code", info(error.code()).name);
    xml.element("message", message, {{"xml:lang", "en-US"}});
    xml.close();
    return xml.take();
}

void append_html(std::string& page, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&': page += "&amp;"; break;
            case '<': page += "&lt;"; break;
            case '>': page += "&gt;"; break;
            default: page += c;
        }
    }
}

/// As the web endpoint was seen to write it.
std::string html_page(const ErrorInfo& row, std::string_view message, std::string_view request_id, Instant time) {
    std::string page = "<!DOCTYPE html><html><head><title>";
    page.append(row.name).append("</title></head><body><h1>");
    append_html(page, message);
    page.append("</h1><p><ul><li>HttpStatusCode: ").append(std::to_string(row.status));
    page.append("</li><li>ErrorCode: ").append(row.name);
    page.append("</li><li>RequestId : ").append(request_id);
    page.append("</li><li>TimeStamp : ").append(format_iso8601(time));
    return page.append("</li></ul></p></body></html>");
}

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Without a tree: where memory is short that could not even be destroyed.
std::string json_body(const StorageError& error, std::string_view message, ErrorFormat format) {
    const std::string code = json_text(info(error.code()).name);
    const std::string text = json_text(message);
    if (format == ErrorFormat::json) return R"({"error":{"code":)" + code + R"(,"message":)" + text + "}}";
    return R"({"odata.error":{"code":)" + code + R"(,"message":{"lang":"en-US","value":)" + text + "}}}";
}

}  // namespace

Response error_response(const StorageError& error, ErrorFormat format, bool head, std::string_view request_id,
                        Instant time) {
    const ErrorInfo& row = info(error.code());
    std::string message(row.message);
    Response response;
    response.status = row.status;
    if (const auto* extra = error.details()) {
        if (!extra->message.empty()) message = extra->message;
        if (extra->status != 0) response.status = extra->status;
        for (const auto& [name, value] : extra->headers) response.fields.add(name, value);
    }
    response.reason = message;
    response.fields.add("x-ms-error-code", row.name);
    if (head || row.status == 304) return response;

    if (format == ErrorFormat::html) {
        response.fields.add("Content-Type", "text/html");
        response.set_body(html_page(row, message, request_id, time));
        return response;
    }
    message.append("\nRequestId:").append(request_id).append("\nTime:").append(format_iso8601(time));
    if (format == ErrorFormat::xml || format == ErrorFormat::table_xml) {
        response.fields.add("Content-Type", "application/xml");
        response.set_body(format == ErrorFormat::xml ? xml_body(error, message) : odata_xml_body(error, message));
    } else {
        response.fields.add("Content-Type",
                            format == ErrorFormat::json
                                ? "application/json;charset=utf-8"
                                : "application/json;odata=minimalmetadata;streaming=true;charset=utf-8");
        response.set_body(json_body(error, message, format));
    }
    return response;
}

}  // namespace lazulite
