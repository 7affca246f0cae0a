#include "service_account.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/error_table.hpp"
#include "service/copy_source.hpp"
#include "service/error_response.hpp"
#include "store/check.hpp"
#include "wire/uri.hpp"

namespace lazulite {
namespace {

class OneText final : public BodyReader {
  public:
    OneText(std::string_view text, const ServiceAccount::Delivery& delivery) : left_(text), delivery_(delivery) {}
    Task<Result<ByteView>> read() override {
        if (!std::exchange(first_, false) && !left_.empty() && delivery_.between) delivery_.between();
        const std::string_view piece = left_.substr(0, delivery_.piece != 0 ? delivery_.piece : left_.size());
        left_.remove_prefix(piece.size());
        co_return as_bytes(piece);
    }

  private:
    std::string_view left_;
    const ServiceAccount::Delivery& delivery_;
    bool first_ = true;
};

std::string text_of(const Slice& slice) {
    if (const auto* const piece = std::get_if<std::string>(&slice)) return *piece;
    if (const auto* const zeros = std::get_if<ZeroSlice>(&slice)) return std::string(zeros->length, '\0');
    const auto& file = std::get<FileSlice>(slice);
    std::string piece(file.length, '\0');
    const auto got = ::pread(file.fd, piece.data(), piece.size(), static_cast<off_t>(file.offset));
    if (got != static_cast<ssize_t>(piece.size())) throw std::runtime_error("a slice of a file is short");
    return piece;
}

/// The whole body of an answer, however it comes.
Task<std::string> text_of(Response& response) {
    std::string text;
    if (auto* const small = std::get_if<std::string>(&response.body)) text = std::move(*small);
    if (const auto* const shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) text = **shared;
    if (const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
        while (true) {
            const auto slices = co_await (*source)->next();
            if (!slices) throw std::runtime_error("a body ended early");
            if (slices->empty()) break;
            for (const Slice& slice : *slices) text += text_of(slice);
        }
    }
    co_return text;
}

Target target_of(std::string_view container, std::string_view name) {
    Target target;
    target.account = "acct";
    target.container = container;
    target.name = name;
    target.has_name = !name.empty();
    target.host = "127.0.0.1";
    return target;
}

}  // namespace

/// Every URL leads to the account itself: behind the host stand its name, a container and a name in it.
class ServiceAccount::OwnUrls final : public Sources {
  public:
    OwnUrls(ServiceAccount& account, Loop& loop) : account_(account), loop_(loop) {}
    [[nodiscard]] std::optional<ServiceKind> own(const Url& /*url*/, const Exchange& /*asking*/) const override {
        return account_.service_.kind;
    }
    [[nodiscard]] Result<Target> locate(const Request& source, ServiceKind /*at*/) const override {
        std::string_view path = source.path;
        const auto next = [&path] {
            path.remove_prefix(std::min<std::size_t>(path.size(), 1));
            const std::string_view part = path.substr(0, path.find('/'));
            path.remove_prefix(part.size());
            return part;
        };
        next();
        const std::string_view container = next();
        return target_of(container, percent_decode(path.substr(std::min<std::size_t>(path.size(), 1))).value());
    }
    Task<Response> answer_source(Request& source, ServiceKind at, std::string_view /*trusted_account*/) override {
        const Query query = Query::parse(source.query).value();
        Result<Response> answer = co_await account_.run(loop_, locate(source, at).value(), source, query);
        if (answer) co_return *std::move(answer);
        co_return error_response(answer.error(), ErrorFormat::xml, source.method == Method::head, "test", account_.now());
    }
    /// Only requests with a SAS ask, and none here has one.
    [[nodiscard]] Result<> authorize(const Request& /*request*/, const Target& /*target*/,
                                     const Needs& /*needs*/) const override {
        return fail(ErrorCode::authorization_failure);
    }
    [[nodiscard]] Outgoing* outgoing() const override { return nullptr; }

  private:
    ServiceAccount& account_;
    Loop& loop_;
};

ServiceAccount::ServiceAccount(const Service& service, const StoreKind& kind, std::unique_ptr<FileSystem> files,
                               Durability durability)
    : service_(service),
      kind_(kind),
      clock_(instant_of(17'000'000'000'000'000)),
      files_(std::move(files)),
      account_{"acct", {}, {}} {
    Stores::Options options;
    options.durability = durability;
    options.wall = &clock_;
    options.kinds = {&kind};
    stores_ = Stores::open(*files_, options).value();
    store_ = stores_->store("acct", kind.name).value();
}

ServiceAccount::ServiceAccount(const Service& service, const StoreKind& kind, std::shared_ptr<Store> store)
    : service_(service), kind_(kind), clock_(store->now()), store_(std::move(store)), account_{"acct", {}, {}} {}

ServiceAccount::~ServiceAccount() {
    store_.reset();
    if (stores_) stores_->close();
}

ServiceAccount::Answer ServiceAccount::send_on(Loop& loop, std::string_view container, std::string_view name,
                                               std::string_view method, std::string_view query_text, const Headers& headers,
                                               std::string_view body) {
    OneText reader(body, delivery_);
    Request request;
    request.method = parse_method(method);
    request.method_text = method;
    request.query = query_text;
    for (const auto& [field, value] : headers) request.fields.add(field, value);
    request.chunked = !delivery_.length_known;
    if (delivery_.length_known) request.content_length = body.size();
    request.body = &reader;
    const Query query = Query::parse(query_text).value();
    Result<Response> response = loop.run(run(loop, target_of(container, name), request, query));
    if (!response) {
        const Service& service = answering(request, query);
        const ErrorCode code = response.error().code();
        const ErrorInfo& error = info(service.error_named ? service.error_named(code) : code);
        const auto* const details = response.error().details();
        const bool other = details != nullptr && details->status != 0;
        return {other ? details->status : error.status, std::string(error.name), {}, {}};
    }
    std::string text = loop.run(text_of(*response));
    return {response->status, "", std::move(response->fields), std::move(text)};
}

const Service& ServiceAccount::answering(const Request& request, const Query& query) const {
    const bool other = other_ != nullptr && service_.answered_by(request, query) != service_.kind;
    return other ? *other_ : service_;
}

Task<Result<Response>> ServiceAccount::run(Loop& loop, Target target, Request& request, const Query& query) {
    const Service& service = answering(request, query);
    const Scope scope = service.scope(target, query);
    const auto row = match_operation(service.operations, request, query, scope);
    if (!row || !(*row)->offered()) throw std::invalid_argument("no operation for " + std::string(request.query));
    const Identity owner = Identity::owner();
    const Behaviour behaviour;
    Exchange x{request, query, target, owner, account_, **row, kNewestVersion, store_, loop, behaviour, "test"};
    OwnUrls urls(*this, loop);
    x.sources = &urls;
    if (service.check != nullptr) LAZ_CO_CHECK(service.check(x));
    Result<Response> response = co_await (*row)->run(x);
    co_return response;
}

void ServiceAccount::advance(Ticks by) {
    const Result<> moved = store_->set_clock_offset(store_->clock_offset() + by);
    if (!moved) throw std::runtime_error("the clock did not move");
}

std::vector<std::string> ServiceAccount::problems() {
    store_.reset();
    stores_->close();
    const StoreKind* const kinds[] = {&kind_};
    return check(*files_, kinds).problems;
}

}  // namespace lazulite
