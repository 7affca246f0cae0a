#include <vector>

#include "base/ids.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/embedded.hpp"
#include "service/error_response.hpp"
#include "service/receive.hpp"

namespace lazulite::blob {
namespace {

constexpr std::size_t kMostParts = 256;
constexpr std::uint64_t kBatchBodyLimit = 4 << 20;
constexpr std::string_view kLineEnd = "\r\n";

/// The requests of a batch; all of them run the same operation.
struct BatchParts {
    std::vector<EmbeddedRequest> requests;
    std::string_view operation;
};

/// What a part asks for, of what a batch may hold; else nothing.
std::string_view operation_of(const EmbeddedRequest& request) {
    const Method method = parse_method(request.method_text);
    const auto query = Query::parse(request.query);
    const std::string_view comp = query ? query->value_or_empty("comp") : std::string_view();
    if (method == Method::delete_ && comp.empty()) return "DeleteBlob";
    if (method == Method::put && equals_ignoring_case(comp, "tier")) return "SetBlobTier";
    return {};
}

Result<BatchParts> parse_parts(std::string_view body, std::string_view boundary) {
    LAZ_TRY(const std::vector<MimePart> parts, parse_multipart(body, boundary));
    if (parts.empty()) return fail(ErrorCode::invalid_input);
    if (parts.size() > kMostParts) return fail(ErrorCode::exceeds_max_batch_request_count);
    BatchParts batch;
    for (const MimePart& part : parts) {
        LAZ_TRY(EmbeddedRequest request, parse_embedded(part));
        const std::string_view operation = operation_of(request);
        if (batch.requests.empty()) batch.operation = operation;
        if (operation.empty() || operation != batch.operation) return fail(ErrorCode::invalid_input);
        if (request.content_id.empty() || !request.path.starts_with('/')) return fail(ErrorCode::invalid_input);
        batch.requests.push_back(std::move(request));
    }
    return batch;
}

class NoBody final : public BodyReader {
  public:
    Task<Result<ByteView>> read() override { co_return ByteView(); }
};

/// The part as a request that came the way the batch did.
Task<Response> answer_part(Exchange& x, const EmbeddedRequest& part, std::string_view operation) {
    NoBody body;
    Request request = x.request;
    request.method = parse_method(part.method_text);
    request.method_text = part.method_text;
    request.path = part.path;
    request.query = part.query;
    request.fields = part.fields;
    request.fields.join_repeated();
    if (!request.fields.has("Host")) request.fields.add("Host", x.request.fields.value_or_empty("Host"));
    request.content_length = 0;
    request.chunked = false;
    request.body = &body;
    Response response = co_await x.parts->answer_part(request, x, operation);
    co_return response;
}

void append_part(std::string& to, std::string_view boundary, std::string_view content_id, Response response) {
    to.append("--").append(boundary).append("\r\nContent-Type: application/http\r\n");
    if (!content_id.empty()) to.append("Content-ID: ").append(content_id).append("\r\n");
    to.append("\r\n");
    if (response.content_length > 0) response.fields.add("Content-Length", std::to_string(response.content_length));
    append_embedded(to, response.reason.empty() ? usual_reason(response.status) : response.reason, "", response);
    // Without a body the service leaves out the empty line behind the fields, and clients would take it for one.
    if (response.content_length == 0) to.resize(to.size() - kLineEnd.size());
}

/// What is wrong with the batch as a whole: one part that answers none of the requests.
void append_refusal(std::string& to, const Exchange& x, std::string_view boundary, const StorageError& error) {
    Response response = error_response(error, ErrorFormat::xml, false, x.request_id, x.store->now());
    response.fields.add("x-ms-request-id", x.request_id);
    response.fields.add("x-ms-version", x.version.text());
    append_part(to, boundary, "", std::move(response));
}

}  // namespace

/// Also of one container. Parts run one after the other, each as if it had come alone; no part undoes another.
Task<Result<Response>> blob_batch(Exchange& x) {
    if (x.operation.scope == Scope::container) LAZ_CO_CHECK(check_names(x));
    const std::string_view content_type = x.request.fields.value_or_empty("Content-Type");
    const auto boundary = multipart_boundary(content_type);
    if (!boundary) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "Content-Type")
                           .with("HeaderValue", content_type));
    }
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kBatchBodyLimit, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));

    const std::string answered = "batchresponse_" + Guid::fast().text();
    std::string text;
    if (const auto batch = parse_parts(body, *boundary)) {
        for (const EmbeddedRequest& part : batch->requests) {
            Response response = co_await answer_part(x, part, batch->operation);
            append_part(text, answered, part.content_id, std::move(response));
        }
    } else {
        append_refusal(text, x, answered, batch.error());
    }
    text.append("--").append(answered).append("--");  // without a line end, which the C++ SDK does not expect
    Response response;
    response.status = 202;
    response.fields.add("Content-Type", "multipart/mixed; boundary=" + answered);
    response.set_body(std::move(text));
    co_return response;
}

}  // namespace lazulite::blob
