#include "app/own_request.hpp"

namespace lazulite {
namespace {

class OwnBody final : public BodyReader {
  public:
    explicit OwnBody(std::string_view text) : text_(text) {}
    Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(text_, {})); }

  private:
    std::string_view text_;
};

}  // namespace

Task<Result<Response>> ask(Gateway& gateway, const OwnRequest& own) {
    const std::string length = std::to_string(own.body.size());
    const std::string version = kNewestVersion.text();
    OwnBody body(own.body);
    Request request;
    request.method = own.method;
    request.method_text = to_string(own.method);
    request.path = own.path;
    request.query = own.query;
    request.remote_address = "127.0.0.1";
    request.body = &body;
    request.content_length = own.body.size();
    request.fields.add("Content-Length", length);
    request.fields.add("x-ms-version", version);
    for (const auto& [name, value] : own.headers) request.fields.add(name, value);
    Result<Response> response = co_await gateway.handle_own(request);
    co_return response;
}

}  // namespace lazulite
