#include "one_server.hpp"

#include <unistd.h>

#include <optional>
#include <stdexcept>

#include "app/surfaces.hpp"

namespace lazulite {
namespace {

constexpr std::uint16_t kBlobPort = 10000;
constexpr std::uint16_t kFilePort = 10003;
constexpr std::string_view kSas = "sv=2020-12-06&ss=bfqt&srt=sco&sp=rwdlacupitfxmoe&se=2100-01-01T00%3A00%3A00Z&sig=";
constexpr std::string_view kFlatSignature = "ZaLGyPqb3sjCGuztBWRMg1xwoUwcFfYP6ORlvrnTP0I%3D";
constexpr std::string_view kLakeSignature = "ikCgXrFzzJBGhuRKQKb2bH0Ocy%2BPVfHahYNHNeW%2F0No%3D";

class Text final : public BodyReader {
  public:
    explicit Text(std::string_view text) : left_(text) {}
    Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(left_, {})); }

  private:
    std::string_view left_;
};

std::string bytes_of(const Slice& slice) {
    if (const auto* const piece = std::get_if<std::string>(&slice)) return *piece;
    if (const auto* const zeros = std::get_if<ZeroSlice>(&slice)) return std::string(zeros->length, '\0');
    const auto& file = std::get<FileSlice>(slice);
    std::string piece(file.length, '\0');
    const auto got = ::pread(file.fd, piece.data(), piece.size(), static_cast<off_t>(file.offset));
    if (got != static_cast<ssize_t>(piece.size())) throw std::runtime_error("a slice of a file is short");
    return piece;
}

/// What `http` does with a request: an exception is a 500, and a body that ends early closes the connection.
Task<OneServer::Answer> answer(Gateway& gateway, Request& request) {
    OneServer::Answer answer;
    std::optional<Response> response;
    try {
        OneServer::serving = true;
        Task<Response> asked = gateway.handle(request);
        Response made = co_await std::move(asked);
        response.emplace(std::move(made));
    } catch (const std::exception&) {
        answer.status = 500;
    }
    OneServer::serving = false;
    if (!response) co_return answer;
    answer.status = response->status;
    answer.fields = std::move(response->fields);
    if (auto* const small = std::get_if<std::string>(&response->body)) answer.body = std::move(*small);
    if (const auto* const shared = std::get_if<std::shared_ptr<const std::string>>(&response->body)) answer.body = **shared;
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&response->body);
    while (source != nullptr) {
        std::vector<Slice> slices;
        try {
            OneServer::serving = true;
            Task<Result<std::vector<Slice>>> pulled = (*source)->next();
            Result<std::vector<Slice>> next = co_await std::move(pulled);
            if (!next) answer.status = 0;
            if (next) slices = *std::move(next);
        } catch (const std::exception&) {
            answer.status = 0;
        }
        OneServer::serving = false;
        if (slices.empty()) break;
        for (const Slice& slice : slices) answer.body += bytes_of(slice);
    }
    co_return answer;
}

std::unique_ptr<Stores> open_all(FileSystem& files, Durability durability, const Clock& wall) {
    Stores::Options options;
    options.durability = durability;
    options.wall = &wall;
    options.kinds = all_store_kinds();
    auto opened = Stores::open(files, options);
    if (!opened) throw std::runtime_error(opened.error());
    return *std::move(opened);
}

}  // namespace

OneServer::OneServer(FileSystem& files, Durability durability)
    : clock_(instant_of(17'900'000'000'000'000)),
      background_(loop_),
      stores_(open_all(files, durability, clock_)),
      environment_{clock_, accounts_, *stores_, metrics_, workers_, "test", all_services()} {
    environment_.background = &background_;
    environment_.requests = &requests_;
    environment_.surface_at = [](std::uint16_t port) -> std::optional<ServiceKind> {
        if (port == kBlobPort) return ServiceKind::blob;
        if (port == kFilePort) return ServiceKind::file;
        return std::nullopt;
    };
    for (const char* const name : {"flat", "lake"}) {
        Account account{name, {AccountKey::parse(kDevelopmentKey).value()}, {}};
        account.settings.hierarchical_namespace = account.name == "lake";
        accounts_.put(std::move(account));
    }
    for (const ServiceKind kind : kServiceKinds) {
        const auto index = static_cast<std::size_t>(kind);
        gateways_[index] = std::make_unique<Gateway>(environment_, kind, nullptr, nullptr);
    }
}

std::string OneServer::sas() { return std::string(kSas).append(kFlatSignature); }

OneServer::~OneServer() { stores_->close(); }

OneServer::Answer OneServer::send(ServiceKind surface, std::string_view method, const std::string& target,
                                  const Headers& headers, std::string_view body) {
    const std::size_t mark = target.find('?');
    const std::string path = "/" + target.substr(0, mark);
    std::string query(kSas);
    query += target.starts_with("lake") ? kLakeSignature : kFlatSignature;
    if (mark != std::string::npos) query = target.substr(mark + 1) + "&" + query;
    Text reader(body);
    Request request;
    request.method = parse_method(method);
    request.method_text = method;
    request.path = path;
    request.query = query;
    request.fields.add("Host", "127.0.0.1:10000");
    request.fields.add("x-ms-version", "2024-08-04");
    for (const auto& [name, value] : headers) request.fields.add(name, value);
    if (!body.empty() || method == "PUT" || method == "POST" || method == "PATCH") request.content_length = body.size();
    request.body = &reader;
    request.remote_address = "127.0.0.1";
    request.local_port = kBlobPort;
    return loop_.run(answer(*gateways_[static_cast<std::size_t>(surface)], request));
}

}  // namespace lazulite
