#include "scenarios.hpp"

#include <stdexcept>

namespace instructions {
namespace {

using lazulite::Surface;

constexpr std::size_t kSmall = 4096;
constexpr unsigned kBlobs = 100;
constexpr unsigned kMany = 1000;
constexpr unsigned kBatch = 100;

// ---- blobs ----------------------------------------------------------------------------------------------------------

Ask create_container() { return {{"PUT", "/container", "restype=container"}, 201}; }

Ask put_blob(const std::string& name, std::size_t size, unsigned seed) {
    const Headers headers = {{"x-ms-blob-type", "BlockBlob"}, {"Content-Type", "application/octet-stream"}};
    return {{"PUT", "/container/" + name, "", headers, content(size, seed)}, 201};
}

std::string blob(unsigned number) { return "folder/blob-" + digits(number); }

/// A container, then a blob for each further number.
Ask with_blobs(unsigned number) {
    return number == 0 ? create_container() : put_blob(blob(number - 1), kSmall, number);
}

Ask with_small_blobs(unsigned number) {
    return number == 0 ? create_container() : put_blob(blob(number - 1), 64, number);
}

Ask get_blob(unsigned number, const std::string&) { return {{"GET", "/container/" + blob(number % kBlobs)}, 200}; }

Ask put_new_blob(unsigned number, const std::string&) { return put_blob("new-" + digits(number), kSmall, number); }

Ask overwrite_blob(unsigned number, const std::string&) {
    return put_blob(blob(number % kBlobs), kSmall, number + kMany);
}

Ask delete_blob(unsigned number, const std::string&) { return {{"DELETE", "/container/" + blob(number)}, 202}; }

Ask with_append_blob(unsigned number) {
    if (number == 0) return create_container();
    return {{"PUT", "/container/log", "", {{"x-ms-blob-type", "AppendBlob"}}}, 201};
}

Ask append_block(unsigned number, const std::string&) {
    return {{"PUT", "/container/log", "comp=appendblock", {}, content(kSmall, number)}, 201};
}

Ask with_page_blob(unsigned number) {
    if (number == 0) return create_container();
    const Headers headers = {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "8388608"}};
    return {{"PUT", "/container/disk", "", headers}, 201};
}

Ask put_page(unsigned number, const std::string&) {
    const std::size_t first = number * 7919ULL % 2048 * kSmall;  // all of them, in no order
    const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + kSmall - 1);
    const Headers headers = {{"x-ms-page-write", "update"}, {"x-ms-range", range}};
    return {{"PUT", "/container/disk", "comp=page", headers, content(kSmall, number)}, 201};
}

Ask list_blobs(unsigned, const std::string&) { return {{"GET", "/container", "restype=container&comp=list"}, 200}; }

// ---- messages -------------------------------------------------------------------------------------------------------

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
    const std::size_t at = text.find(begin);
    if (at == std::string::npos) throw std::runtime_error("an answer has no " + std::string(begin));
    const std::size_t first = at + begin.size();
    return text.substr(first, text.find(end, first) - first);
}

Ask create_queue() { return {{"PUT", "/queue"}, 201}; }

Ask put_message(unsigned number, const std::string&) {
    const std::string text = "message " + digits(number) + std::string(500, 'x');
    return {{"POST", "/queue/messages", "", {{"Content-Type", "application/xml"}},
             "<QueueMessage><MessageText>" + text + "</MessageText></QueueMessage>"}, 201};
}

Ask with_messages(unsigned number) { return number == 0 ? create_queue() : put_message(number, {}); }

Ask get_and_delete_message(unsigned number, const std::string& got) {
    if (number % 2 == 0) return {{"GET", "/queue/messages", "numofmessages=1"}, 200};
    std::string receipt;
    for (const char c : between(got, "<PopReceipt>", "</PopReceipt>")) {
        receipt += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    }
    const std::string id = between(got, "<MessageId>", "</MessageId>");
    return {{"DELETE", "/queue/messages/" + id, "popreceipt=" + receipt}, 204};
}

// ---- entities -------------------------------------------------------------------------------------------------------

constexpr std::string_view kPlain = "application/json;odata=nometadata";
constexpr std::string_view kMinimal = "application/json;odata=minimalmetadata";

Headers json_in() {
    return {{"Accept", std::string(kMinimal)}, {"Content-Type", "application/json"}, {"Prefer", "return-no-content"},
            {"DataServiceVersion", "3.0"}};
}

Ask create_table() { return {{"POST", "/Tables", "", json_in(), R"({"TableName":"devices"})"}, 204}; }

std::string entity(unsigned number) {
    const std::string id = digits(number);
    return R"({"PartitionKey":"plant","RowKey":"row-)" + id + R"(","Name":"Pump )" + id + R"(","Count":1)" + id +
           R"(,"Level":1)" + id + R"(.5,"Active":true,"Total@odata.type":"Edm.Int64","Total":"90)" + id +
           R"(","Seen@odata.type":"Edm.DateTime","Seen":"2026-01-02T03:04:05.1234567Z","Device@odata.type":"Edm.Guid",)" +
           R"("Device":"6f1c0d5e-8a3b-4c2d-9e1f-000000)" + id + R"(","Note":")" + std::string(400, 'n') + R"("})";
}

Ask insert_entity(unsigned number, const std::string&) {
    return {{"POST", "/devices", "", json_in(), entity(number)}, 204};
}

/// A transaction of `kBatch` entities.
Ask insert_batch(unsigned number, const std::string&) {
    std::string body = "--batch_a\r\nContent-Type: multipart/mixed; boundary=changeset_b\r\n\r\n";
    for (unsigned i = 0; i < kBatch; ++i) {
        const std::string json = entity(number * kBatch + i);
        body += "--changeset_b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                "POST http://127.0.0.1:10002/devstoreaccount1/devices HTTP/1.1\r\nContent-Type: application/json\r\n"
                "Accept: application/json;odata=minimalmetadata\r\nPrefer: return-no-content\r\nDataServiceVersion: 3.0\r\n"
                "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json + "\r\n";
    }
    body += "--changeset_b--\r\n--batch_a--\r\n";
    const Headers headers = {{"Content-Type", "multipart/mixed; boundary=batch_a"}, {"DataServiceVersion", "3.0"}};
    return {{"POST", "/$batch", "", headers, body}, 202};
}

Ask with_entities(unsigned number) { return number == 0 ? create_table() : insert_batch(number - 1, {}); }

Ask get_entity(unsigned number, const std::string&) {
    const std::string key = "(PartitionKey='plant',RowKey='row-" + digits(number * 37 % kMany) + "')";
    return {{"GET", "/devices" + key, "", {{"Accept", std::string(kPlain)}}}, 200};
}

Ask query_partition(unsigned, const std::string&) {
    const Headers headers = {{"Accept", std::string(kPlain)}};
    return {{"GET", "/devices()", "$filter=PartitionKey%20eq%20%27plant%27", headers}, 200};
}

template <Ask (*Only)()>
Ask only(unsigned) {
    return Only();
}

}  // namespace

std::span<const Scenario> scenarios() {
    static const Scenario all[] = {
        {"get-blob", Surface::blob, 1 + kBlobs, with_blobs, kBlobs, 200, 1, get_blob},
        {"put-blob", Surface::blob, 1, only<create_container>, 20, 100, 1, put_new_blob},
        {"overwrite-blob", Surface::blob, 1 + kBlobs, with_blobs, 20, 100, 1, overwrite_blob},
        {"append-block", Surface::blob, 2, with_append_blob, 20, 100, 1, append_block},
        {"put-page", Surface::blob, 2, with_page_blob, 20, 100, 1, put_page},
        {"delete-blob", Surface::blob, 1 + 2 * kBlobs, with_small_blobs, 20, 100, 1, delete_blob},
        {"list-1000-blobs", Surface::blob, 1 + kMany, with_small_blobs, 2, 5, 1, list_blobs, "folder/blob-000999<"},
        {"put-message", Surface::queue, 1, only<create_queue>, 20, 100, 1, put_message},
        {"get-and-delete-message", Surface::queue, 1 + 2 * kBlobs, with_messages, 20, 100, 2, get_and_delete_message},
        {"insert-entity", Surface::table, 1, only<create_table>, 20, 100, 1, insert_entity},
        {"insert-100-entities", Surface::table, 1, only<create_table>, 2, 5, 1, insert_batch, "204 No Content"},
        {"get-entity", Surface::table, 1 + kMany / kBatch, with_entities, 20, 200, 1, get_entity},
        {"query-1000-entities", Surface::table, 1 + kMany / kBatch, with_entities, 2, 5, 1, query_partition, "row-000999"},
    };
    return all;
}

}  // namespace instructions
