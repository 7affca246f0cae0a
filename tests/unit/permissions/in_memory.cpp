#include "in_memory.hpp"

namespace lazulite {
namespace {

class TextBody final : public BodyReader {
  public:
    explicit TextBody(std::string_view text) : left_(text) {}
    Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(left_, {})); }

  private:
    std::string_view left_;
};

std::unique_ptr<Stores> open_stores(FileSystem& files, const Clock& clock, const StoreKind& kind) {
    Stores::Options options;
    options.durability = Durability::none;
    options.wall = &clock;
    options.kinds = {&kind};
    return std::move(Stores::open(files, options).value());
}

}  // namespace

InMemory::InMemory(const Service& service, const StoreKind& kind, Account account, bool bearers,
                   const Authority* authority)
    : files_(make_memory_file_system(1ULL << 30)),
      stores_(open_stores(*files_, clock_, kind)),
      environment_{clock_, accounts_, *stores_, metrics_, loop_, "test"},
      gateway_(environment_, service.kind, {}, {}) {
    environment_.services[static_cast<std::size_t>(service.kind)] = &service;
    environment_.behaviour.oauth = bearers;
    environment_.authority = authority;
    environment_.requests = &requests_;
    accounts_.put(std::move(account));
}

InMemory::Exchanged InMemory::send(std::string_view method, std::string_view target, const Headers& headers,
                                   std::string_view text) {
    TextBody body(text);
    Request request;
    request.method = parse_method(method);
    request.method_text = method;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    for (const auto& [name, value] : headers) request.fields.add(name, value);
    if (method == "PUT" || method == "POST" || method == "PATCH") request.content_length = text.size();
    request.body = &body;
    request.remote_address = "127.0.0.1";
    request.secure = environment_.behaviour.oauth || environment_.authority != nullptr;
    const Response response = loop_.run(gateway_.handle(request));
    const auto* const written = std::get_if<std::string>(&response.body);
    return {response.status, std::string(response.fields.find("x-ms-error-code").value_or("")), written ? *written : "",
            response.fields};
}

}  // namespace lazulite
