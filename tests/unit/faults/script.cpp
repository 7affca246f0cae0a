#include "script.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "base/hash.hpp"

namespace lazulite {
namespace {

constexpr auto kBlob = ServiceKind::blob;
constexpr auto kQueue = ServiceKind::queue;
constexpr auto kTable = ServiceKind::table;
constexpr auto kFile = ServiceKind::file;
constexpr auto kDfs = ServiceKind::dfs;

using Headers = OneServer::Headers;

const Headers kJson{{"Accept", "application/json;odata=nometadata"}, {"Content-Type", "application/json"}};
const Headers kBlockBlob{{"x-ms-blob-type", "BlockBlob"}};
const std::string kLease = "11111111-2222-4333-8444-555555555555";

Headers with(Headers headers, Headers more) {
    headers.insert(headers.end(), more.begin(), more.end());
    return headers;
}

std::string batch_of_blobs() {
    return "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 0\r\n\r\n"
           "DELETE /flat/box/copy HTTP/1.1\r\nContent-Length: 0\r\n\r\n--b--\r\n";
}

std::string batch_of_entities() {
    std::string text = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n";
    for (const char* const row : {"x", "y", "z"}) {
        text += "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                "POST http://127.0.0.1/flat/people HTTP/1.1\r\nContent-Type: application/json\r\n"
                "Accept: application/json;odata=nometadata\r\nPrefer: return-no-content\r\n\r\n"
                "{\"PartitionKey\":\"b\",\"RowKey\":\"" + std::string(row) + "\",\"a\":1}\r\n";
    }
    return text + "--c--\r\n--b--\r\n";
}

std::vector<Step> blob_steps() {
    const std::string text(700, 's');
    const std::string packed(30'000, 'p');
    const std::string large((4U << 20) + 5000, 'l');
    const Headers page{{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "65536"}};
    const Headers leased{{"x-ms-lease-id", kLease}};
    return {
        {kBlob, "PUT", "flat/box?restype=container", {{"x-ms-meta-a", "b"}}},
        {kBlob, "PUT", "flat/box/small", kBlockBlob, text},
        {kBlob, "PUT", "flat/box/packed", kBlockBlob, packed},
        {kBlob, "PUT", "flat/box/large", kBlockBlob, large},
        {kBlob, "PUT", "flat/box/packed", kBlockBlob, packed + "over"},
        {kBlob, "PUT", "flat/box/list?comp=block&blockid=YQ==", {}, packed},
        {kBlob, "PUT", "flat/box/list?comp=block&blockid=Yg==", {}, text},
        {kBlob, "PUT", "flat/box/list?comp=blocklist", {},
         "<BlockList><Latest>YQ==</Latest><Latest>Yg==</Latest></BlockList>"},
        {kBlob, "PUT", "flat/box/log", {{"x-ms-blob-type", "AppendBlob"}}},
        {kBlob, "PUT", "flat/box/log?comp=appendblock", {{"x-ms-blob-condition-appendpos", "0"}}, text},
        {kBlob, "PUT", "flat/box/log?comp=appendblock", {{"x-ms-blob-condition-appendpos", "700"}}, packed},
        {kBlob, "PUT", "flat/box/pages", page},
        {kBlob, "PUT", "flat/box/pages?comp=page", {{"x-ms-page-write", "update"}, {"x-ms-range", "bytes=0-8191"}},
         std::string(8192, 'g')},
        {kBlob, "PUT", "flat/box/pages?comp=page", {{"x-ms-page-write", "update"}, {"x-ms-range", "bytes=512-1023"}},
         std::string(512, 'h')},
        {kBlob, "PUT", "flat/box/pages?comp=page", {{"x-ms-page-write", "clear"}, {"x-ms-range", "bytes=4096-8191"}}},
        {kBlob, "PUT", "flat/box/small?comp=metadata", {{"x-ms-meta-c", "d"}}},
        {kBlob, "PUT", "flat/box/small?comp=tags", {}, "<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>"},
        {kBlob, "PUT", "flat/box/small?comp=properties", {{"x-ms-blob-content-type", "text/plain"}}},
        {kBlob, "PUT", "flat/box/packed?comp=snapshot", {}, "", {"x-ms-snapshot"}},
        {kBlob, "PUT", "flat/box/packed", kBlockBlob, packed + "once more"},
        {kBlob, "PUT", "flat/box/packed?comp=lease",
         {{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "-1"}, {"x-ms-proposed-lease-id", kLease}}},
        {kBlob, "PUT", "flat/box/packed", with(kBlockBlob, leased), packed + "leased"},
        {kBlob, "PUT", "flat/box/packed?comp=lease", {{"x-ms-lease-action", "release"}, {"x-ms-lease-id", kLease}}},
        {kBlob, "PUT", "flat/box/copy", {{"x-ms-copy-source", "http://127.0.0.1:10000/flat/box/large?" + OneServer::sas()}}},
        {kBlob, "POST", "flat/?comp=batch", {{"Content-Type", "multipart/mixed; boundary=b"}}, batch_of_blobs()},
        {kBlob, "PUT", "flat/?restype=service&comp=properties", {},
         "<StorageServiceProperties><DeleteRetentionPolicy><Enabled>true</Enabled><Days>5</Days></DeleteRetentionPolicy>"
         "</StorageServiceProperties>"},
        {kBlob, "DELETE", "flat/box/list"},
        {kBlob, "PUT", "flat/box/list?comp=undelete"},
        {kBlob, "DELETE", "flat/box/packed?snapshot={x-ms-snapshot}"},
        {kBlob, "DELETE", "flat/box/log"},
        {kBlob, "GET", "flat/box/large", {{"x-ms-range", "bytes=100-200099"}}},
        {kBlob, "GET", "flat/?comp=blobs&where=%22a%22%3D%27b%27"},
        {kBlob, "PUT", "flat/gone?restype=container"},
        {kBlob, "PUT", "flat/gone/blob", kBlockBlob, packed},
        {kBlob, "DELETE", "flat/gone?restype=container"},
    };
}

std::vector<Step> queue_steps() {
    const std::string message = "<QueueMessage><MessageText>text</MessageText></QueueMessage>";
    return {
        {kQueue, "PUT", "flat/line", {{"x-ms-meta-a", "b"}}},
        {kQueue, "POST", "flat/line/messages", {}, message},
        {kQueue, "POST", "flat/line/messages?visibilitytimeout=60", {}, message},
        {kQueue, "GET", "flat/line/messages?visibilitytimeout=30", {}, "", {"<MessageId>", "<PopReceipt>"}},
        {kQueue, "PUT", "flat/line/messages/{<MessageId>}?popreceipt={<PopReceipt>}&visibilitytimeout=0", {},
         "<QueueMessage><MessageText>other</MessageText></QueueMessage>", {"x-ms-popreceipt"}},
        {kQueue, "DELETE", "flat/line/messages/{<MessageId>}?popreceipt={x-ms-popreceipt}"},
        {kQueue, "POST", "flat/line/messages", {}, message},
        {kQueue, "DELETE", "flat/line/messages"},
        {kQueue, "PUT", "flat/line?comp=metadata", {{"x-ms-meta-c", "d"}}},
        {kQueue, "PUT", "flat/over"},
        {kQueue, "DELETE", "flat/over"},
    };
}

std::vector<Step> table_steps() {
    const Headers silent = with(kJson, {{"Prefer", "return-no-content"}});
    const std::string entity = R"({"PartitionKey":"p","RowKey":"r","Text":")" + std::string(2000, 'x') + R"("})";
    return {
        {kTable, "POST", "flat/Tables", silent, R"({"TableName":"people"})"},
        {kTable, "POST", "flat/people", kJson, entity},
        {kTable, "MERGE", "flat/people(PartitionKey='p',RowKey='r')", with(kJson, {{"If-Match", "*"}}), R"({"More":1})"},
        {kTable, "PUT", "flat/people(PartitionKey='p',RowKey='s')", kJson, R"({"Other":2})"},
        {kTable, "POST", "flat/$batch", {{"Content-Type", "multipart/mixed; boundary=b"}}, batch_of_entities()},
        {kTable, "DELETE", "flat/people(PartitionKey='b',RowKey='y')", with(kJson, {{"If-Match", "*"}})},
        {kTable, "GET", "flat/people()?$filter=RowKey%20gt%20'r'", kJson},
        {kTable, "POST", "flat/Tables", silent, R"({"TableName":"gone"})"},
        {kTable, "DELETE", "flat/Tables('gone')", kJson},
    };
}

std::vector<Step> file_steps() {
    const Headers file{{"x-ms-type", "file"}, {"x-ms-content-length", "20000"}};
    const auto range = [](std::string write, std::string bytes) {
        return Headers{{"x-ms-write", std::move(write)}, {"x-ms-range", std::move(bytes)}};
    };
    return {
        {kFile, "PUT", "flat/share?restype=share"},
        {kFile, "PUT", "flat/share/dir?restype=directory"},
        {kFile, "PUT", "flat/share/dir/file", file},
        {kFile, "PUT", "flat/share/dir/file?comp=range", range("update", "bytes=0-9999"), std::string(10'000, 'f')},
        {kFile, "PUT", "flat/share?restype=share&comp=snapshot"},
        {kFile, "PUT", "flat/share/dir/file?comp=range", range("update", "bytes=100-299"), std::string(200, 'g')},
        {kFile, "PUT", "flat/share/dir/file?comp=range", range("clear", "bytes=4096-8191")},
        {kFile, "PUT", "flat/share/dir/file?comp=properties", {{"x-ms-content-length", "9000"}}},
        {kFile, "PUT", "flat/share/dir/file?comp=metadata", {{"x-ms-meta-a", "b"}}},
        {kFile, "PUT", "flat/share/moved?comp=rename", {{"x-ms-file-rename-source", "http://127.0.0.1:10003/flat/share/dir/file"}}},
        {kFile, "PUT", "flat/share/copy", {{"x-ms-copy-source", "http://127.0.0.1:10003/flat/share/moved?" + OneServer::sas()}}},
        {kFile, "DELETE", "flat/share/moved"},
        {kFile, "DELETE", "flat/share/dir?restype=directory"},
    };
}

std::vector<Step> lake_steps() {
    return {
        {kDfs, "PUT", "lake/fsys?resource=filesystem"},
        {kDfs, "PUT", "lake/fsys/dir/sub/file?resource=file"},
        {kDfs, "PATCH", "lake/fsys/dir/sub/file?action=append&position=0", {}, std::string(20'000, 'a')},
        {kDfs, "PATCH", "lake/fsys/dir/sub/file?action=append&position=20000", {}, std::string(500, 'b')},
        {kDfs, "PATCH", "lake/fsys/dir/sub/file?action=flush&position=20500"},
        {kDfs, "PATCH", "lake/fsys/dir/sub/file?action=setAccessControl", {{"x-ms-acl", "user::rwx,group::r-x,other::---"}}},
        {kDfs, "PATCH", "lake/fsys/dir?action=setAccessControlRecursive&mode=set", {{"x-ms-acl", "user::rwx,group::rwx,other::r--"}}},
        {kDfs, "PUT", "lake/fsys/other", {{"x-ms-rename-source", "/lake/fsys/dir"}}},
        {kDfs, "PUT", "lake/fsys/bin/file?resource=file"},
        {kDfs, "DELETE", "lake/fsys/bin?recursive=true"},
        {kDfs, "GET", "lake/fsys/other/sub/file"},
    };
}

std::vector<Step> blob_looks() {
    std::vector<Step> looks{
        {kBlob, "GET", "flat/?comp=list&include=metadata"},
        {kBlob, "GET", "flat/?restype=service&comp=properties"},
        {kBlob, "GET", "flat/box?restype=container&comp=list&include=metadata,snapshots,uncommittedblobs,tags,copy,deleted"},
        {kBlob, "GET", "flat/gone?restype=container&comp=list"},
        {kBlob, "GET", "flat/box/list?comp=blocklist&blocklisttype=all"},
        {kBlob, "GET", "flat/box/pages?comp=pagelist"},
        {kBlob, "GET", "flat/box/large", {{"x-ms-range", "bytes=4190000-4199999"}}},
    };
    for (const char* const name : {"small", "packed", "list", "log", "pages", "copy"}) {
        looks.push_back({kBlob, "GET", "flat/box/" + std::string(name), {{"x-ms-range", "bytes=0-39999"}}});
    }
    return looks;
}

std::vector<Step> queue_looks() {
    return {
        {kQueue, "GET", "flat/?comp=list&include=metadata"},
        {kQueue, "GET", "flat/line?comp=metadata"},
        {kQueue, "GET", "flat/line/messages?peekonly=true&numofmessages=32"},
    };
}

std::vector<Step> table_looks() {
    return {{kTable, "GET", "flat/Tables", kJson}, {kTable, "GET", "flat/people()", kJson}};
}

std::vector<Step> file_looks() {
    return {
        {kFile, "GET", "flat/?comp=list&include=metadata,snapshots"},
        {kFile, "GET", "flat/share?restype=directory&comp=list"},
        {kFile, "GET", "flat/share/dir?restype=directory&comp=list"},
        {kFile, "GET", "flat/share/dir/file?comp=rangelist"},
        {kFile, "HEAD", "flat/share/dir/file"},
        {kFile, "GET", "flat/share/dir/file"},
        {kFile, "GET", "flat/share/moved"},
        {kFile, "GET", "flat/share/copy"},
    };
}

std::vector<Step> lake_looks() {
    return {
        {kDfs, "GET", "lake/fsys?resource=filesystem&recursive=true"},
        {kDfs, "GET", "lake/fsys/dir/sub/file"},
        {kDfs, "HEAD", "lake/fsys/dir/sub/file?action=getAccessControl"},
        {kDfs, "GET", "lake/fsys/other/sub/file"},
        {kDfs, "HEAD", "lake/fsys/other/sub/file?action=getAccessControl"},
    };
}

std::string filled_in(std::string text, const Shown& shown) {
    for (const auto& [name, value] : shown) {
        const std::string place = "{" + name + "}";
        for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) text.replace(at, place.size(), value);
    }
    return text;
}

bool hexadecimal(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

/// Words of digits, hexadecimal digits and what stands between those of dates and GUIDs become one mark, if they are long.
std::string without_numbers(std::string_view text) {
    constexpr std::size_t kLong = 8;
    const auto inside = [](char c) { return hexadecimal(c) || c == '-' || c == ':' || c == 'T' || c == 'x' || c == '.'; };
    std::string left;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && inside(text[end])) ++end;
        const std::string_view word = text.substr(at, end - at);
        const bool digits = std::any_of(word.begin(), word.end(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
        left += word.size() >= kLong && digits ? std::string_view("#") : word;
        if (end < text.size()) left += text[end++];
        at = end;
    }
    return left;
}

std::string without_element(std::string text, std::string_view name) {
    const std::string open = "<" + std::string(name) + ">";
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at + open.size())) {
        text.erase(at + open.size(), text.find('<', at + open.size()) - at - open.size());
    }
    return text;
}

}  // namespace

std::span<const Part> script() {
    static const std::vector<Part> parts{{"blob", blob_steps(), blob_looks()},
                                         {"queue", queue_steps(), queue_looks()},
                                         {"table", table_steps(), table_looks()},
                                         {"file", file_steps(), file_looks()},
                                         {"lake", lake_steps(), lake_looks()}};
    return parts;
}

OneServer::Answer ask(OneServer& server, const Step& step, Shown& shown) {
    OneServer::Headers headers = step.headers;
    for (auto& [name, value] : headers) value = filled_in(value, shown);
    OneServer::Answer answer = server.send(step.surface, step.method, filled_in(step.target, shown), headers, step.body);
    for (const std::string& name : step.shows) {
        if (answer.failed()) break;
        std::string value = name.front() == '<' ? answer.body.substr(answer.body.find(name) + name.size()) : answer.field(name);
        if (name.front() == '<') value.resize(value.find('<'));
        for (std::size_t at = value.find('+'); at != std::string::npos; at = value.find('+')) value.replace(at, 1, "%2B");
        shown[name] = value;
    }
    return answer;
}

std::string lasting(const OneServer::Answer& answer) {
    std::string body = answer.body;
    if (body.size() > 20'000) {
        body = std::to_string(body.size()) + " bytes " + std::to_string(Crc64::of(as_bytes(body)) % 10'000'000);
    }
    for (const char* const name : {"PopReceipt", "Etag", "FileId", "DirectoryId"}) body = without_element(body, name);
    return std::to_string(answer.status) + " " + without_numbers(body);
}

std::string state_of(OneServer& server, const Part& part) {
    std::string state;
    Shown nothing;
    for (const Step& step : part.looks) {
        const OneServer::Answer answer = ask(server, step, nothing);
        if (answer.failed()) throw std::runtime_error(step.target + " answered " + std::to_string(answer.status) + answer.body);
        state += step.target + ": " + lasting(answer) + " " + answer.field("x-ms-acl") + answer.field("x-ms-meta-a") + "\n";
    }
    return state;
}

}  // namespace lazulite
