#include "requests.hpp"

#include <algorithm>
#include <cstring>

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "datalake/operations.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "wire/uri.hpp"

namespace lazulite::power_loss {
namespace {

/// What stands between two words of a text.
std::string between(const std::string& text, const std::string& first, const std::string& last) {
    const std::size_t begin = text.find(first);
    if (begin == std::string::npos) return {};
    const std::size_t from = begin + first.size();
    return text.substr(from, text.find(last, from) - from);
}

std::string range(std::uint64_t first, std::uint64_t length) {
    return "bytes=" + std::to_string(first) + "-" + std::to_string(first + length - 1);
}

constexpr std::uint64_t kPages = 24;  // of 4 KiB: a page blob or a file

}  // namespace

const PartyOf& about(Party party) {
    static const PartyOf kAll[kParties] = {
        {"blobs", blob::service(), nullptr, blob::kBlobStore},
        {"lake", datalake::service(), &blob::service(), blob::kBlobStore},
        {"queues", queue::service(), nullptr, queue::kQueueStore},
        {"tables", table::service(), nullptr, table::kTableStore},
        {"files", file::service(), nullptr, file::kFileStore},
    };
    return kAll[static_cast<std::size_t>(party)];
}

Requests::Requests(std::uint64_t seed, StoreOf store_of, std::function<void()> between)
    : dice_(seed), store_of_(std::move(store_of)), between_(std::move(between)) {
    versions_ = chance(20);
    for (const Party party : {Party::blobs, Party::blobs, Party::blobs, Party::lake, Party::lake, Party::queues, Party::tables,
                              Party::files, Party::files}) {
        if (chance(70)) parties_.push_back(party);
    }
    if (parties_.empty()) parties_.push_back(Party::blobs);
    party_ = parties_.front();
}

void Requests::make_one() {
    // Mostly several to the same store, so that what they do meets.
    if (chance(40)) party_ = parties_[up_to(parties_.size() - 1)];
    if (chance(4)) return advance(party_);
    switch (party_) {
        case Party::blobs: return blob_request();
        case Party::lake: return lake_request();
        case Party::queues: return queue_request();
        case Party::tables: return table_request();
        case Party::files: return file_request();
    }
}

std::string Requests::bytes() {
    const std::uint64_t kind = up_to(99);
    if (kind < 30) return bytes(up_to(1024));
    if (kind < 75) return bytes(1025 + up_to(9000));
    if (kind < 92) return bytes(16'300 + up_to(12'000));
    return bytes(38'000 + up_to(12'000));
}

std::string Requests::bytes(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
        const std::uint64_t word = dice_();
        std::memcpy(text.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return text;
}

Requests::Answer Requests::ask(Party party, const char* what, const std::string& container, const std::string& name,
                               std::string_view method, const std::string& query, const Headers& headers,
                               std::string_view body) {
    const PartyOf& to = about(party);
    ServiceAccount account(to.service, to.kind, store_of_(party));
    if (to.also != nullptr) account.also(*to.also);
    account.settings().hierarchical_namespace = party == Party::lake;
    account.settings().blob_versioning = party == Party::blobs && versions_;
    if (body.size() > 3000 && chance(30)) account.deliver({body.size() / 2 + 1, true, between_});
    const Answer answer = account.send_to(container, name, method, query, headers, body);
    Count& count = counts_[std::string(to.account) + ": " + what];
    ++count.made;
    if (answer.status < 300) ++count.succeeded;
    return answer;
}

void Requests::advance(Party party) {
    const std::shared_ptr<Store> store = store_of_(party);
    const auto by = chance(50) ? std::chrono::hours(1) : chance(60) ? std::chrono::hours(26) : std::chrono::hours(24 * 8);
    (void)store->set_clock_offset(store->clock_offset() + by);
    ++counts_["a clock is advanced"].made;
}

// ---- blobs -------------------------------------------------------------------------------------------------------------

void Requests::blob_request() {
    const std::string con = chance(85) ? "con0" : "con1";
    std::string blob = a_name("b", 4);
    const auto put = [&](const char* what, const std::string& query, Headers headers = {}, const std::string& body = {}) {
        return ask(Party::blobs, what, con, blob, "PUT", query, headers, body);
    };
    switch (up_to(19)) {
        case 0: return container_request();
        case 1: case 2: case 3: case 4:
            put("Put Blob", "", {{"x-ms-blob-type", "BlockBlob"}, {"x-ms-tags", chance(30) ? "k=" + blob : ""}}, bytes());
            return;
        case 5: case 6: case 7: return block_request(con, blob);
        case 8: case 9: case 10: return page_request(con, a_name("p", 2));
        case 11: case 12: case 13: {
            blob = a_name("a", 2);
            const Answer answer = put("Append Block", "comp=appendblock", {}, bytes());
            if (answer.status == 404) put("Put Blob, append", "", {{"x-ms-blob-type", "AppendBlob"}});
            return;
        }
        case 14:
            put("Set Blob Tags", "comp=tags", {},
                "<Tags><TagSet><Tag><Key>k</Key><Value>" + a_name("v", 3) + "</Value></Tag></TagSet></Tags>");
            return;
        case 15:
            if (chance(50)) blob = a_name(chance(70) ? "p" : "a", 2);
            put("Snapshot Blob", "comp=snapshot");
            return;
        case 16: {
            const std::string from = "http://host/acct/con0/" + a_name(chance(70) ? "b" : chance(50) ? "p" : "a", 2);
            put("Copy Blob", "", {{"x-ms-copy-source", from}});
            return;
        }
        case 17:
            if (chance(50)) put("Set Blob Metadata", "comp=metadata", {{"x-ms-meta-m", bytes(3).empty() ? "" : a_name("v", 9)}});
            else put("Lease Blob", "comp=lease", {{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "15"}});
            return;
        default:
            ask(Party::blobs, "Delete Blob", con, chance(75) ? blob : a_name(chance(50) ? "p" : "a", 2), "DELETE", "",
                {{"x-ms-delete-snapshots", chance(80) ? "include" : "only"}});
            return;
    }
}

void Requests::container_request() {
    const std::string con = a_name("con", 2);
    if (chance(12)) {
        const std::string days = chance(70) ? "<Enabled>true</Enabled><Days>2</Days>" : "<Enabled>false</Enabled>";
        ask(Party::blobs, "Set Blob Service Properties", "", "", "PUT", "restype=service&comp=properties", {},
            "<StorageServiceProperties><DeleteRetentionPolicy>" + days + "</DeleteRetentionPolicy></StorageServiceProperties>");
    } else if (chance(30)) {
        ask(Party::blobs, "Delete Container", con, "", "DELETE", "restype=container");
    } else {
        for (const char* name : {"con0", "con1"}) {
            if (name == con || chance(60)) ask(Party::blobs, "Create Container", name, "", "PUT", "restype=container");
        }
    }
}

void Requests::block_request(const std::string& container, const std::string& blob) {
    std::vector<std::string>& staged = staged_[container + blob];
    std::vector<std::string>& listed = listed_[container + blob];
    if (staged.empty() || chance(60)) {
        std::string id = "block" + std::to_string(1000 + up_to(30));
        constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;  // in base64; nine bytes need no padding
        for (std::size_t i = 0; i + 2 < id.size(); i += 3) {
            const auto at = [&](std::size_t k) { return static_cast<unsigned>(static_cast<unsigned char>(id[i + k])); };
            const unsigned word = at(0) << 16 | at(1) << 8 | at(2);
            for (int shift = 18; shift >= 0; shift -= 6) text += kDigits[word >> shift & 63];
        }
        const Answer answer = ask(Party::blobs, "Put Block", container, blob, "PUT",
                                  "comp=block&blockid=" + percent_encode(text), {}, bytes());
        if (answer.status == 201) staged.push_back(text);
        if (answer.status == 404) staged.clear(), listed.clear();
        return;
    }
    std::string list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    std::vector<std::string> ids;
    for (const auto* from : {&listed, &staged}) {
        for (const std::string& id : *from) {
            if (!chance(80)) continue;
            ids.push_back(id);
            list += "<Latest>" + id + "</Latest>";
        }
    }
    const Answer answer = ask(Party::blobs, "Put Block List", container, blob, "PUT", "comp=blocklist", {}, list + "</BlockList>");
    staged.clear();
    if (answer.status == 201) listed = ids;
    else listed.clear();
}

void Requests::page_request(const std::string& container, const std::string& blob) {
    const auto put = [&](const char* what, const std::string& query, const Headers& headers, const std::string& body = {}) {
        return ask(Party::blobs, what, container, blob, "PUT", query, headers, body);
    };
    const std::string size = std::to_string(kPages * 4096);
    if (chance(4)) {
        put("Put Blob, pages", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", size}});
        return;
    }
    if (chance(6)) {
        put("Set Blob Properties, resize", "comp=properties",
            {{"x-ms-blob-content-length", std::to_string((kPages - up_to(12)) * 4096)}});
        return;
    }
    const std::uint64_t first = up_to(kPages * 8 - 33) * 512;
    const std::uint64_t length = (chance(60) ? 1 + up_to(2) : 1 + up_to(31)) * 512;
    Answer answer;
    if (chance(20)) answer = put("Put Page, clear", "comp=page", {{"x-ms-page-write", "clear"}, {"x-ms-range", range(first, length)}});
    else answer = put("Put Page", "comp=page", {{"x-ms-page-write", "update"}, {"x-ms-range", range(first, length)}}, bytes(length));
    if (answer.status == 404) put("Put Blob, pages", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", size}});
}

// ---- the lake ----------------------------------------------------------------------------------------------------------

void Requests::lake_request() {
    std::string path = (chance(60) ? a_name("d", 2) + "/" : "") + (chance(20) ? "d0/" : "") + a_name("f", 2);
    const auto ask_path = [&](const char* what, std::string_view method, const std::string& query, const Headers& headers = {},
                              const std::string& body = {}) {
        return ask(Party::lake, what, "lake", path, method, query, headers, body);
    };
    Answer answer;
    switch (up_to(9)) {
        case 0: case 1: answer = ask_path("Path - Create", "PUT", "resource=file"), written_[path] = 0; break;
        case 2: case 3: case 4: {
            const std::string body = bytes();
            std::size_t& length = written_[path];
            const bool flush = chance(50);
            answer = ask_path("Path - Update, append", "PATCH",
                              "action=append&position=" + std::to_string(length) + (flush ? "&flush=true" : ""), {}, body);
            if (answer.status == 202) length += body.size();
            if (answer.status != 202 && answer.code != "FilesystemNotFound") {
                ask_path("Path - Create", "PUT", "resource=file"), length = 0;
            }
            break;
        }
        case 5: answer = ask_path("Path - Update, flush", "PATCH", "action=flush&position=" + std::to_string(written_[path])); break;
        case 6: {
            const std::string from = chance(40) || written_.empty() ? a_name("d", 2) : written_.begin()->first;
            const std::string to = chance(50) ? "d" + std::to_string(up_to(4)) : path;
            answer = ask(Party::lake, "Path - Create, rename", "lake", to, "PUT", "", {{"x-ms-rename-source", "/lake/" + from}});
            if (answer.status == 201) written_.erase(from);
            break;
        }
        case 7:
            answer = ask(Party::lake, "Path - Delete", "lake", chance(30) ? a_name("d", 2) : path, "DELETE", "recursive=true");
            written_.erase(path);
            break;
        case 8:
            answer = ask_path("Put Blob", "PUT", "", {{"x-ms-blob-type", "BlockBlob"}}, bytes());
            written_.erase(path);
            break;
        default:
            if (chance(15)) answer = ask(Party::lake, "Filesystem - Delete", "lake", "", "DELETE", "resource=filesystem");
            else answer = ask(Party::lake, "Path - Create, directory", "lake", a_name("d", 2), "PUT", "resource=directory");
            break;
    }
    if (answer.status == 404 && answer.code.find("Filesystem") != std::string::npos) {
        ask(Party::lake, "Filesystem - Create", "lake", "", "PUT", "resource=filesystem");
    }
}

// ---- queues and tables -------------------------------------------------------------------------------------------------

void Requests::queue_request() {
    const std::string queue = a_name("que", 2);
    const auto ask_queue = [&](const char* what, const std::string& name, std::string_view method, const std::string& query,
                               const std::string& body = {}) {
        return ask(Party::queues, what, queue, name, method, query, {}, body);
    };
    const auto message = [&] {
        return "<QueueMessage><MessageText>" + std::string(1 + up_to(chance(80) ? 200 : 9000), 'x') +
               "</MessageText></QueueMessage>";
    };
    Answer answer;
    switch (up_to(9)) {
        case 0: case 1: case 2: case 3:
            answer = ask_queue("Put Message", "messages", "POST", chance(40) ? "messagettl=" + std::to_string(60 + up_to(90'000)) : "",
                               message());
            break;
        case 4: case 5: {
            answer = ask_queue("Get Messages", "messages", "GET", "numofmessages=1&visibilitytimeout=" + std::to_string(1 + up_to(60)));
            const std::string id = between(answer.body, "<MessageId>", "</MessageId>");
            if (!id.empty()) messages_.emplace_back(queue, id + "?" + between(answer.body, "<PopReceipt>", "</PopReceipt>"));
            break;
        }
        case 6: case 7: {
            if (messages_.empty()) return queue_request();
            const auto [of, text] = messages_.back();
            messages_.pop_back();
            const std::size_t mark = text.find('?');
            const std::string receipt = "popreceipt=" + percent_encode(text.substr(mark + 1));
            const std::string name = "messages/" + text.substr(0, mark);
            if (chance(70)) ask(Party::queues, "Delete Message", of, name, "DELETE", receipt);
            else ask(Party::queues, "Update Message", of, name, "PUT", receipt + "&visibilitytimeout=5", {}, message());
            return;
        }
        case 8:
            if (chance(30)) answer = ask_queue("Clear Messages", "messages", "DELETE", "");
            else answer = ask(Party::queues, "Set Queue Metadata", queue, "", "PUT", "comp=metadata", {{"x-ms-meta-m", a_name("v", 9)}});
            break;
        default:
            if (chance(30)) ask_queue("Delete Queue", "", "DELETE", "");
            else ask_queue("Create Queue", "", "PUT", "");
            return;
    }
    if (answer.status == 404) ask_queue("Create Queue", "", "PUT", "");
}

void Requests::table_request() {
    const std::string table = a_name("tab", 2);
    const std::string partition = a_name("p", 2);
    const std::string row = a_name("r", 8);
    const std::string entity = table + "(PartitionKey='" + partition + "',RowKey='" + row + "')";
    const auto properties = [&] { return "\"A\":" + std::to_string(up_to(99)) + ",\"B\":\"" + std::string(up_to(600), 'b') + "\""; };
    const Headers json{{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    Headers any = json;
    any.emplace_back("If-Match", "*");
    Answer answer;
    switch (up_to(9)) {
        case 0: case 1: case 2:
            answer = ask(Party::tables, "Insert Entity", table, "", "POST", "", json,
                         R"({"PartitionKey":")" + partition + R"(","RowKey":")" + row + "\"," + properties() + "}");
            break;
        case 3: answer = ask(Party::tables, "Update Entity", entity, "", "PUT", "", any, "{" + properties() + "}"); break;
        case 4: answer = ask(Party::tables, "Insert Or Replace Entity", entity, "", "PUT", "", json, "{" + properties() + "}"); break;
        case 5: answer = ask(Party::tables, "Insert Or Merge Entity", entity, "", "PATCH", "", json, R"({"C":1})"); break;
        case 6: answer = ask(Party::tables, "Delete Entity", entity, "", "DELETE", "", any); break;
        case 7: case 8: batch(table); return;
        default:
            if (chance(30)) ask(Party::tables, "Delete Table", "Tables('" + table + "')", "", "DELETE", "", json);
            else ask(Party::tables, "Create Table", "Tables", "", "POST", "", json, R"({"TableName":")" + table + "\"}");
            return;
    }
    if (answer.code == "TableNotFound") {
        ask(Party::tables, "Create Table", "Tables", "", "POST", "", json, R"({"TableName":")" + table + "\"}");
    }
}

void Requests::batch(const std::string& table) {
    const std::string partition = a_name("p", 2);
    std::string text = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n";
    const std::uint64_t first = up_to(6);
    for (std::uint64_t i = 0; i <= up_to(4); ++i) {
        text += "--c\r\nContent-Type: application/http\r\n\r\nPUT /acct/" + table + "(PartitionKey='" + partition + "',RowKey='r" +
                std::to_string(first + i) + "') HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n\r\n{\"A\":" +
                std::to_string(up_to(9)) + "}\r\n";
    }
    ask(Party::tables, "Batch", "$batch", "", "POST", "", {{"Content-Type", "multipart/mixed; boundary=b"}}, text + "--c--\r\n--b--\r\n");
}

// ---- files -------------------------------------------------------------------------------------------------------------

void Requests::file_request() {
    const std::string path = (chance(40) ? a_name("d", 2) + "/" : "") + a_name("f", 3);
    const auto put = [&](const char* what, const std::string& query, const Headers& headers, const std::string& body = {}) {
        return ask(Party::files, what, "sha", path, "PUT", query, headers, body);
    };
    const auto create = [&] {
        return put("Create File", "", {{"x-ms-type", "file"}, {"x-ms-content-length", std::to_string(kPages * 4096)}});
    };
    Answer answer;
    switch (up_to(11)) {
        case 0: case 1: answer = create(); break;
        case 2: case 3: case 4: case 5: {
            const std::string body = chance(40) ? bytes(1 + up_to(600)) : bytes(1 + up_to(20'000));
            const std::uint64_t first = up_to(kPages * 4096 - body.size());
            answer = put("Put Range", "comp=range", {{"x-ms-write", "update"}, {"x-ms-range", range(first, body.size())}}, body);
            if (answer.code == "ResourceNotFound") create();
            break;
        }
        case 6:
            answer = put("Put Range, clear", "comp=range",
                         {{"x-ms-write", "clear"}, {"x-ms-range", range(up_to(kPages * 2000), 1 + up_to(9000))}});
            break;
        case 7:
            answer = put("Set File Properties, resize", "comp=properties", {{"x-ms-content-length", std::to_string(up_to(kPages * 4096))}});
            break;
        case 8:
            answer = put("Rename File", "comp=rename",
                         {{"x-ms-file-rename-source", "http://host/acct/sha/" + (chance(40) ? a_name("d", 2) + "/" : "") + a_name("f", 3)},
                          {"x-ms-file-rename-replace-if-exists", chance(60) ? "true" : "false"}});
            break;
        case 9: answer = ask(Party::files, "Delete File", "sha", path, "DELETE", ""); break;
        case 10: answer = put("Copy File", "", {{"x-ms-copy-source", "http://host/acct/sha/" + a_name("f", 3)}}); break;
        default: share_request(); return;
    }
    if (answer.code == "ShareNotFound") ask(Party::files, "Create Share", "sha", "", "PUT", "restype=share");
    if (answer.code == "ParentNotFound") ask(Party::files, "Create Directory", "sha", path.substr(0, path.find('/')), "PUT", "restype=directory");
}

void Requests::share_request() {
    const std::string directory = a_name("d", 2);
    if (chance(30)) ask(Party::files, "Snapshot Share", "sha", "", "PUT", "restype=share&comp=snapshot");
    else if (chance(30)) {
        ask(Party::files, "Delete Share", "sha", "", "DELETE", "restype=share", {{"x-ms-delete-snapshots", "include"}});
    } else if (chance(50)) {
        ask(Party::files, "Rename Directory", "sha", a_name("d", 3), "PUT", "restype=directory&comp=rename",
            {{"x-ms-file-rename-source", "http://host/acct/sha/" + directory}});
    } else {
        ask(Party::files, "Create Directory", "sha", directory, "PUT", "restype=directory");
    }
}

}  // namespace lazulite::power_loss
