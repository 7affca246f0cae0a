#include "app/seeding.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "base/error_table.hpp"
#include "service/current_properties.hpp"
#include "wire/uri.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kUnfinished = "x-ms-meta-lazuliteseed";  // on a queue whose messages are not all in yet
constexpr std::string_view kPublicAccess = "x-ms-blob-public-access";
constexpr std::size_t kPiece = 1 << 20;

class SeedText final : public BodyReader {
  public:
    explicit SeedText(std::string_view text) : left_(text) {}
    Task<Result<ByteView>> read() override {
        const std::string_view piece = left_.substr(0, kPiece);
        left_.remove_prefix(piece.size());
        co_return as_bytes(piece);
    }

  private:
    std::string_view left_;
};

class SeedFile final : public BodyReader {
  public:
    explicit SeedFile(const std::filesystem::path& file) : stream_(file, std::ios::binary), piece_(kPiece, '\0') {}
    [[nodiscard]] bool is_open() const { return stream_.is_open(); }
    Task<Result<ByteView>> read() override {
        stream_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
        co_return as_bytes(std::string_view(piece_).substr(0, static_cast<std::size_t>(stream_.gcount())));
    }

  private:
    std::ifstream stream_;
    std::string piece_;
};

/// `InvalidXmlNodeValue: The value for one of ... (XmlNodeName: IndexDocument)`
std::string line_of(const StorageError& error) {
    const ErrorInfo& row = info(error.code());
    std::string_view message = row.message;
    std::string elements;
    if (const auto* details = error.details()) {
        if (!details->message.empty()) message = details->message;
        for (const auto& [name, value] : details->elements) {
            elements += (elements.empty() ? " (" : "; ") + name + ": " + value;
        }
    }
    std::string line = std::string(row.name) + ": " + std::string(message) + elements + (elements.empty() ? "" : ")");
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

std::string json_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

/// A request of the account's owner. `there` is the error that says that it is made already.
struct SeedCall {
    ServiceKind service;
    Method method;
    std::string account;
    std::string path;   ///< below the account, decoded, "/" or "/images/a.png"
    std::string query;  ///< encoded
    std::string source;
    Seed::Headers headers = {};
    std::string body = {};
    std::filesystem::path file = {};  ///< instead of `body`
    std::optional<ErrorCode> there = {};
};

namespace {

SeedCall create_container_call(const Seed& seed, const Seed::Container& container) {
    return {.service = ServiceKind::blob, .method = Method::put, .account = seed.account, .path = "/" + container.name,
            .query = "restype=container", .source = container.source, .headers = container.headers,
            .there = ErrorCode::container_already_exists};
}

SeedCall put_blob_call(const Seed& seed, const Seed::Container& container, const Seed::Blob& blob) {
    SeedCall call{.service = ServiceKind::blob, .method = Method::put, .account = seed.account,
                  .path = "/" + container.name + "/" + blob.name, .source = blob.file.string(), .headers = blob.headers,
                  .file = blob.file, .there = ErrorCode::blob_already_exists};
    call.headers.emplace_back("x-ms-blob-type", "BlockBlob");
    call.headers.emplace_back("If-None-Match", "*");
    return call;
}

SeedCall create_queue_call(const Seed& seed, const Seed::Queue& queue) {
    return {.service = ServiceKind::queue, .method = Method::put, .account = seed.account, .path = "/" + queue.name,
            .source = queue.source, .headers = queue.headers, .there = ErrorCode::queue_already_exists};
}

SeedCall clear_messages_call(const Seed& seed, const Seed::Queue& queue) {
    return {.service = ServiceKind::queue, .method = Method::delete_, .account = seed.account,
            .path = "/" + queue.name + "/messages", .source = queue.source};
}

SeedCall put_message_call(const Seed& seed, const Seed::Queue& queue, const Seed::Message& message) {
    XmlWriter xml;
    xml.open("QueueMessage");
    xml.element("MessageText", message.text);
    xml.close();
    SeedCall call{.service = ServiceKind::queue, .method = Method::post, .account = seed.account,
                  .path = "/" + queue.name + "/messages", .source = queue.source, .body = xml.take()};
    if (message.visibility_timeout) call.query += "&visibilitytimeout=" + std::to_string(*message.visibility_timeout);
    if (message.time_to_live) call.query += "&messagettl=" + std::to_string(*message.time_to_live);
    if (!call.query.empty()) call.query.erase(0, 1);
    return call;
}

SeedCall set_queue_metadata_call(const Seed& seed, const Seed::Queue& queue) {
    return {.service = ServiceKind::queue, .method = Method::put, .account = seed.account, .path = "/" + queue.name,
            .query = "comp=metadata", .source = queue.source, .headers = queue.headers};
}

SeedCall table_call(const Seed& seed, std::string path, std::string source, std::string body, ErrorCode there) {
    SeedCall call{.service = ServiceKind::table, .method = Method::post, .account = seed.account, .path = std::move(path),
                  .source = std::move(source), .body = std::move(body), .there = there};
    call.headers.emplace_back("Accept", "application/json;odata=nometadata");
    call.headers.emplace_back("Content-Type", "application/json");
    call.headers.emplace_back("Prefer", "return-no-content");
    return call;
}

SeedCall create_share_call(const Seed& seed, const Seed::Share& share) {
    return {.service = ServiceKind::file, .method = Method::put, .account = seed.account, .path = "/" + share.name,
            .query = "restype=share", .source = share.source, .there = ErrorCode::share_already_exists};
}

SeedCall set_properties_call(const Seed& seed, const Seed::Service& service) {
    return {.service = service.kind, .method = Method::put, .account = seed.account, .path = "/",
            .query = "restype=service&comp=properties", .source = service.source, .body = service.properties};
}

[[noreturn]] void refuse_seed(const std::string& source, const StorageError& error) {
    throw std::runtime_error("seed: " + source + ": " + line_of(error));
}

}  // namespace

Task<Result<Response>> Seeding::ask(const SeedCall& call) {
    SeedText text(call.body);
    std::optional<SeedFile> file;
    const std::string path = "/" + call.account + percent_encode(call.path, "/");
    Request request;
    request.method = call.method;
    request.method_text = to_string(call.method);
    request.path = path;
    request.query = call.query;
    request.remote_address = "127.0.0.1";
    request.body = &text;
    request.content_length = call.body.size();
    if (!call.file.empty()) {
        std::error_code problem;
        request.content_length = std::filesystem::file_size(call.file, problem);
        file.emplace(call.file);
        if (problem || !file->is_open()) throw std::runtime_error("seed: " + call.file.string() + ": cannot be read");
        request.body = &*file;
    }
    const std::string length = std::to_string(*request.content_length);
    const std::string version = kNewestVersion.text();
    request.fields.add("Content-Length", length);
    request.fields.add("x-ms-version", version);
    for (const auto& [name, value] : call.headers) request.fields.add(name, value);
    Result<Response> response = co_await gateways_[static_cast<std::size_t>(call.service)]->handle_own(request);
    co_return response;
}

/// True when it was made, false when it was there.
Task<bool> Seeding::make(const SeedCall& call) {
    const Result<Response> response = co_await ask(call);
    if (!response && call.there != response.error().code()) refuse_seed(call.source, response.error());
    co_return response.has_value();
}

/// Of the resource that `call` makes.
Task<> Seeding::set_policies(SeedCall call, const std::string& document) {
    if (document.empty()) co_return;
    call.query += call.query.empty() ? "comp=acl" : "&comp=acl";
    call.headers.clear();
    call.body.clear();
    call.method = Method::get;
    const Result<Response> now = co_await ask(call);
    if (!now) refuse_seed(call.source, now.error());
    const auto* const text = std::get_if<std::string>(&now->body);
    if (text == nullptr || text->find("<SignedIdentifier>") != std::string::npos) co_return;
    call.method = Method::put;
    call.body = document;
    if (const auto access = now->fields.find(kPublicAccess)) call.headers.emplace_back(kPublicAccess, *access);
    co_await make(call);
}

Task<> Seeding::apply_container(const Seed& seed, const Seed::Container& container) {
    const SeedCall create = create_container_call(seed, container);
    co_await make(create);
    co_await set_policies(create, container.policies);
    for (const Seed::Blob& blob : container.blobs) {
        const SeedCall put = put_blob_call(seed, container, blob);
        co_await make(put);
    }
}

Task<> Seeding::apply_queue(const Seed& seed, const Seed::Queue& queue) {
    SeedCall create = create_queue_call(seed, queue);
    if (!queue.messages.empty()) create.headers.emplace_back(kUnfinished, "unfinished");
    // Create Queue is content with a queue of the same metadata: then an earlier start was cut short.
    const bool ours = co_await make(create);
    if (ours && !queue.messages.empty()) co_await fill(seed, queue);
    co_await set_policies(create, queue.policies);
}

Task<> Seeding::fill(const Seed& seed, const Seed::Queue& queue) {
    const SeedCall clear = clear_messages_call(seed, queue);
    co_await make(clear);
    for (const Seed::Message& message : queue.messages) {
        const SeedCall put = put_message_call(seed, queue, message);
        co_await make(put);
    }
    const SeedCall finish = set_queue_metadata_call(seed, queue);
    co_await make(finish);
}

Task<> Seeding::apply_table(const Seed& seed, const Seed::Table& table) {
    const SeedCall create = table_call(seed, "/Tables", table.source, "{\"TableName\":" + json_text(table.name) + "}",
                                       ErrorCode::table_already_exists);
    co_await make(create);
    SeedCall policies = create;
    policies.path = "/" + table.name;
    co_await set_policies(std::move(policies), table.policies);
    for (const Seed::Entity& entity : table.entities) {
        const SeedCall insert =
            table_call(seed, "/" + table.name, entity.source, entity.body, ErrorCode::entity_already_exists);
        co_await make(insert);
    }
}

Task<> Seeding::apply_service(const Seed& seed, const Seed::Service& service) {
    ServiceProperties untouched = default_service_properties();
    untouched.cors = environment_.behaviour.cors;
    const auto store = environment_.stores.store(seed.account, label(service.kind));
    if (!store) refuse_seed(service.source, store.error());
    const auto current = current_properties(**store, environment_.behaviour);
    if (!current) refuse_seed(service.source, current.error());
    if ((*current)->values != untouched) co_return;
    const SeedCall set = set_properties_call(seed, service);
    co_await make(set);
}

Task<> Seeding::apply(const std::vector<Seed>& seeds) {
    for (const Seed& seed : seeds) {
        if (!environment_.accounts.find(seed.account)) throw std::runtime_error("seed: there is no account " + seed.account);
        if (started(ServiceKind::blob)) {
            for (const Seed::Container& container : seed.containers) co_await apply_container(seed, container);
        }
        if (started(ServiceKind::queue)) {
            for (const Seed::Queue& queue : seed.queues) co_await apply_queue(seed, queue);
        }
        if (started(ServiceKind::table)) {
            for (const Seed::Table& table : seed.tables) co_await apply_table(seed, table);
        }
        if (started(ServiceKind::file)) {
            for (const Seed::Share& share : seed.shares) {
                const SeedCall create = create_share_call(seed, share);
                co_await make(create);
            }
        }
        for (const Seed::Service& service : seed.services) {
            if (started(service.kind)) co_await apply_service(seed, service);
        }
    }
}

}  // namespace lazulite
