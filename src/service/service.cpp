#include "service/service.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>

#include "base/error_table.hpp"
#include "base/log.hpp"
#include "identity/token_endpoint.hpp"
#include "service/cors.hpp"
#include "service/progress.hpp"
#include "service/secrets.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kControlPrefix = "/_lazulite/";
constexpr std::size_t kClientRequestIdLimit = 1024;
constexpr ServiceVersion kApiVersion{2014, 2, 14};

StorageError header_error(std::string_view name, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", value);
}

/// The version that processes the request: `api-version` of a SAS, else the header, else `sv`; nothing when none is
/// named. A SAS from before there was an `api-version` is processed by its `sv`, whatever the header says. `strict`: a
/// version that is not known is refused. Reference: "Versioning for Azure Storage", "Previous Azure Storage versions".
Result<std::optional<ServiceVersion>> named_version(const Request& request, const Query& query, bool strict) {
    const auto header = request.fields.find("x-ms-version");
    std::string_view name = "x-ms-version";
    std::string_view text = header.value_or(std::string_view{});
    bool present = header.has_value();
    if (is_sas(query) && !request.fields.has("Authorization")) {
        // A malformed `sv` is the SAS check's to refuse.
        const auto sv = ServiceVersion::parse(query.value_or_empty("sv"));
        if (sv && *sv < kApiVersion) return sv;
        if (query.has("api-version")) {
            name = "api-version";
            text = query.value_or_empty(name);
            present = true;
        } else if (!header) {
            return sv;
        }
    }
    if (!present) return std::nullopt;
    const auto version = ServiceVersion::parse(text);
    if (!version || (strict && !version->known())) return fail(header_error(name, text));
    if (*version > kNewestVersion) {
        static std::atomic_flag warned = ATOMIC_FLAG_INIT;
        if (!warned.test_and_set()) {
            log::warning("a client asks for version " + version->text() + ", newer than the newest known here (" +
                         kNewestVersion.text() + "): it gets the newest behaviour");
        }
    }
    return version;
}

/// Where no more fits, what reads and what takes away goes on. The parts of a batch are judged by themselves.
bool brings_more(const Operation& operation) {
    const bool batch = operation.needs.by_account_sas == Needs::ByAccountSas::any;
    const bool takes_away = operation.method == Method::delete_ || operation.needs.letters.has('d');
    return operation.needs.writes && operation.method != Method::get && !takes_away && !batch;
}

bool takes_body(Method method) {
    return method == Method::put || method == Method::post || method == Method::merge || method == Method::patch;
}

Result<> check_client_request_id(const Request& request) {
    const auto id = request.fields.find("x-ms-client-request-id");
    if (!id) return {};
    const bool visible = std::all_of(id->begin(), id->end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (id->size() > kClientRequestIdLimit || !visible) return fail(header_error("x-ms-client-request-id", *id));
    return {};
}

void add_server(Response& response, const Service& service, std::string_view product_version) {
    for (const std::string_view part : {std::string_view("Server: "), service.server_header, std::string_view("/"),
                                        product_version, std::string_view("\r\n")}) {
        response.fields.add_text(part);
    }
}

/// Written anew once a second.
std::string_view date_text(Instant now) {
    thread_local std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> second{};
    thread_local std::string text;
    const auto wanted = std::chrono::floor<std::chrono::seconds>(now);
    if (wanted != second || text.empty()) {
        text.clear();
        append_rfc1123(text, now);
        second = wanted;
    }
    return text;
}

/// `account.blob.example:10000` -> `example`, `10000`
std::pair<std::string_view, std::string_view> domain_of(std::string_view authority) {
    const std::size_t colon = authority.find(':');
    const std::string_view port = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon + 1);
    std::string_view domain = authority.substr(0, colon);
    domain.remove_prefix(std::min(domain.find('.'), domain.size() - 1) + 1);
    const std::string_view service = domain.substr(0, domain.find('.'));
    const auto names = [&](ServiceKind kind) { return equals_ignoring_case(service, label(kind)); };
    if (std::any_of(std::begin(kServiceKinds), std::end(kServiceKinds), names) && service.size() < domain.size()) {
        domain.remove_prefix(service.size() + 1);
    }
    return {domain, port};
}

}  // namespace

Gateway::Gateway(Environment& environment, ServiceKind listener, Control control, AccessLog access_log)
    : environment_(environment),
      listener_(listener),
      control_(std::move(control)),
      access_log_(std::move(access_log)) {}

Task<Response> Gateway::handle(Request& request) {
    const Authority* const authority = environment_.authority;
    if (request.path.starts_with(kControlPrefix) ||
        (authority && is_identity_path(request.path, authority->settings().tenant))) {
        Response response = co_await control_(request);
        co_return response;
    }
    Progress progress;
    progress.service = environment_.services[static_cast<std::size_t>(listener_)];
    Result<Response> outcome = co_await answer(request, progress);
    co_return finished(request, progress, std::move(outcome));
}

Task<Response> Gateway::answer_part(Request& part, const Exchange& outer, std::string_view operation) {
    Progress progress;
    progress.service = environment_.services[static_cast<std::size_t>(listener_)];
    progress.outer = &outer;
    progress.outer_operation = operation;
    Result<Response> outcome = co_await answer(part, progress);
    co_return finished(part, progress, std::move(outcome));
}

Response Gateway::finished(const Request& request, const Progress& progress, Result<Response> outcome) const {
    std::string_view error_code;
    Response response;
    if (outcome) {
        response = *std::move(outcome);
    } else {
        const Service& service = *progress.service;
        const ErrorFormat format = service.errors_for ? service.errors_for(request) : service.errors;
        if (service.error_named && format == service.errors) {
            outcome = fail(outcome.error().renamed(service.error_named(outcome.error().code())));
        }
        const ErrorCode code = outcome.error().code();
        error_code = info(code).name;
        if (code == ErrorCode::no_authentication_information || code == ErrorCode::invalid_bearer_token) {
            outcome = fail(StorageError(outcome.error()).with_header("WWW-Authenticate", challenge(request)));
        }
        const Instant now = progress.store ? progress.store->now() : environment_.wall.now();
        response = error_response(outcome.error(), format, request.method == Method::head, progress.request_id, now);
    }
    stamp(response, request, progress);
    remember(request, progress, response.status, outcome ? nullptr : &outcome.error());
    if (log::enabled(log::Level::debug)) {
        log::debug(story(request, progress, response.status, outcome ? nullptr : &outcome.error()));
    }
    environment_.metrics.count({label(progress.service->kind), progress.operation ? progress.operation->name : "",
                                response.status, error_code, client_name(request.fields.value_or_empty("User-Agent"))},
                               progress.outer ? std::nullopt : std::optional(std::chrono::steady_clock::now() - progress.begun));
    return response;
}

void Gateway::remember(const Request& request, const Progress& progress, int status, const StorageError* error) const {
    if (!environment_.requests) return;
    environment_.requests->add(request,
                               {.request_id = progress.request_id,
                                .service = progress.service->kind,
                                .operation = progress.operation ? progress.operation->name : "",
                                .account = progress.target.account,
                                .caller = caller_of(request, progress),
                                .object_id = progress.identity ? progress.identity->object_id() : std::string_view{},
                                .within = progress.outer ? Within::batch : progress.at ? Within::copy : Within::nothing,
                                .status = status,
                                .error = error,
                                .why = &progress.why},
                               environment_.wall.now());
}

Task<Result<Response>> Gateway::handle_own(Request& request) {
    Progress progress;
    progress.service = environment_.services[static_cast<std::size_t>(listener_)];
    progress.own = true;
    Result<Response> response = co_await answer(request, progress);
    co_return response;
}

std::optional<ServiceKind> Gateway::own(const Url& url, const Exchange& asking) const {
    const Request& request = asking.request;
    if (url.secure != request.secure && !environment_.behaviour.both_schemes) return std::nullopt;
    const std::string_view host = request.fields.value_or_empty("Host");
    if (equals_ignoring_case(url.authority, host)) return listener_;
    const auto at_port = environment_.surface_at ? environment_.surface_at(url.port) : std::nullopt;
    if (is_loopback(url.host)) return at_port;
    // Another account, or another service of one, of the same domain.
    if (asking.target.path_style) return std::nullopt;
    const auto [domain, port] = domain_of(host);
    const auto [other_domain, other_port] = domain_of(url.authority);
    if (!equals_ignoring_case(domain, other_domain)) return std::nullopt;
    return port == other_port ? std::optional(listener_) : at_port;
}

Result<Target> Gateway::locate(const Request& source, ServiceKind at) const {
    return parse_target(source, at, environment_.accounts, environment_.behaviour.product_style_urls);
}

Result<> Gateway::authorize(const Request& request, const Target& target, const Needs& needs) const {
    Progress progress;
    progress.at = target.service;
    progress.service = environment_.services[static_cast<std::size_t>(target.service)];
    progress.target = target;
    progress.query = Query::parse(request.query);
    if (!progress.query) return fail(ErrorCode::invalid_uri);
    LAZ_TRY(progress.named_version, named_version(request, *progress.query, environment_.behaviour.strict_versions));
    progress.version = progress.named_version.value_or(progress.version);
    LAZ_CHECK(find_account(progress));
    LAZ_CHECK(open_store(progress));
    LAZ_TRY(const Identity identity, identify(request, progress));
    return identity.may(needs, sas_letter(target.service), progress.version, &progress.why);
}

Result<Target> Gateway::locate_part(const Request& part, const Target& outer) const {
    Result<Target> target = locate(part, listener_);
    if (target || !outer.path_style) return target;
    const std::string path = '/' + outer.account + std::string(part.path);
    Request below = part;
    below.path = path;
    return locate(below, listener_);
}

Task<Response> Gateway::answer_source(Request& source, ServiceKind at, std::string_view trusted_account) {
    Progress progress;
    progress.at = at;
    progress.trusted_account = trusted_account;
    progress.service = environment_.services[static_cast<std::size_t>(at)];
    Result<Response> outcome = co_await answer(source, progress);
    remember(source, progress, outcome ? outcome->status : info(outcome.error().code()).status,
             outcome ? nullptr : &outcome.error());
    if (outcome) co_return *std::move(outcome);
    co_return error_response(outcome.error(), ErrorFormat::xml, source.method == Method::head, progress.request_id,
                             environment_.wall.now());
}

Task<Result<Response>> Gateway::answer(Request& request, Progress& progress) {
    const ServiceKind listener = progress.at.value_or(listener_);
    Result<Target> target = progress.outer ? locate_part(request, progress.outer->target) : locate(request, listener);
    const Service* const named =
        environment_.services[static_cast<std::size_t>(target ? target->service : listener)];
    if (named && named->anonymous) {
        progress.service = named;
        LAZ_CO_TRY(progress.target, std::move(target));
        Result<Response> response = co_await answer_anybody(request, progress);
        co_return response;
    }
    progress.query = Query::parse(request.query);
    if (!progress.query) {
        progress.named_version = ServiceVersion::parse(request.fields.value_or_empty("x-ms-version"));
        progress.version = progress.named_version.value_or(progress.version);
        co_return fail(StorageError(ErrorCode::invalid_uri).with("UriPath", request.path));
    }
    const Query& query = *progress.query;
    if (progress.outer) {
        progress.named_version = progress.outer->version;
    } else {
        LAZ_CO_TRY(progress.named_version, named_version(request, query, environment_.behaviour.strict_versions));
    }
    progress.version = progress.named_version.value_or(progress.version);
    LAZ_CO_TRY(progress.target, std::move(target));
    if (!named) co_return fail(StorageError(ErrorCode::resource_not_found).saying("That service is not started here."));
    progress.service = named;
    if (named->answered_by) {
        progress.target.service = named->answered_by(request, query);
        progress.service = environment_.services[static_cast<std::size_t>(progress.target.service)];
    }
    LAZ_CO_CHECK(find_account(progress));
    progress.version = progress.named_version.value_or(progress.service->version_without_header);
    LAZ_CO_CHECK(check_client_request_id(request));
    if (!progress.service->store_kind.empty()) {
        LAZ_CO_CHECK(open_store(progress));
        if (!progress.named_version) progress.named_version = progress.properties->default_version;
        progress.version = progress.named_version.value_or(progress.version);
    }

    // A preflight needs no credentials, and what it asks about need not exist.
    if (request.method == Method::options) co_return answer_preflight(progress.cors(), request.fields);
    if (request.method == Method::unknown) co_return fail(ErrorCode::invalid_http_verb);
    if (const auto method_of = progress.service->method) {
        LAZ_CO_TRY(request.method, method_of(request));
    }

    // Who sends it is judged before what it asks for: a wrong signature on a wrong URL is a 403.
    const Scope scope = progress.service->scope(progress.target, query);
    LAZ_CO_TRY(progress.identity, identify(request, progress));
    const Identity& identity = *progress.identity;
    LAZ_CO_CHECK(check_part(progress));
    progress.authenticated = identity.kind() != Identity::Kind::anonymous;
    if (progress.service->operations.empty()) co_return fail(ErrorCode::not_implemented);
    LAZ_CO_TRY(progress.operation, match_operation(progress.service->operations, request, query, scope,
                                                            progress.service->wrong_method));
    const Operation& operation = *progress.operation;
    if (progress.outer && operation.name != progress.outer_operation) co_return fail(ErrorCode::invalid_input);
    const auto needs_of = progress.service->needs;
    const Needs needs = needs_of ? needs_of(operation, request, query, progress.version) : operation.needs;
    const ServiceLetter letter = sas_letter(progress.target.service);
    const bool posix = progress.service->check_posix && progress.account->settings.hierarchical_namespace &&
                       identity.left_to_posix(needs, letter);
    LAZ_CO_CHECK(identity.may(needs, letter, progress.version, &progress.why,
                              posix ? Identity::Roles::ignored : Identity::Roles::count));
    if (identity.kind() == Identity::Kind::anonymous) LAZ_CO_CHECK(check_public(progress));
    if (progress.target.secondary && operation.needs.writes) {
        co_return fail(ErrorCode::write_operation_not_supported_on_secondary);
    }
    Exchange exchange{request,  query,   progress.target, identity, *progress.account, operation,
                      progress.version, progress.store, environment_.workers, environment_.behaviour,
                      progress.request_id, this, this, environment_.background, environment_.authority};
    if (posix) LAZ_CO_CHECK(co_await progress.service->check_posix(exchange, needs, progress.why));
    if (!operation.offered()) co_return fail(ErrorCode::not_implemented);
    if (!environment_.behaviour.loose) {
        LAZ_CO_CHECK(check_honoured(progress.service->not_honoured, operation.name, request.fields));
    }
    if (takes_body(request.method) && !request.content_length) co_return fail(ErrorCode::missing_content_length_header);
    if (progress.service->check) LAZ_CO_CHECK(progress.service->check(exchange));
    if (brings_more(operation) && progress.store) LAZ_CO_CHECK(progress.store->extents().admit());
    Result<Response> response = co_await operation.run(exchange);
    const ErrorCode code = response ? ErrorCode::internal_error : response.error().code();
    const bool refused =
        code == ErrorCode::unauthorized_blob_overwrite || code == ErrorCode::authorization_permission_mismatch;
    if (refused && needs.letters.has('c') && !identity.may_overwrite()) {
        progress.why.rule = Rule::permission;
        progress.why.needed = "w";  // what is to be created exists
        progress.why.granted = identity.letters().text();
    }
    co_return response;
}

Result<> Gateway::check_part(const Progress& progress) {
    if (!progress.outer) return {};
    const Target& outer = progress.outer->target;
    const bool inside = outer.container.empty() || outer.container == progress.target.container;
    if (progress.target.account != outer.account || !inside) return fail(ErrorCode::invalid_input);
    return {};
}

Task<Result<Response>> Gateway::answer_anybody(Request& request, Progress& progress) {
    progress.query.emplace();
    progress.named_version = progress.version = progress.service->version_without_header;
    LAZ_CO_CHECK(find_account(progress));
    LAZ_CO_CHECK(open_store(progress));
    const Scope scope = progress.service->scope(progress.target, *progress.query);
    LAZ_CO_TRY(progress.operation, match_operation(progress.service->operations, request, *progress.query, scope,
                                                   progress.service->wrong_method));
    const Identity identity = Identity::anonymous();
    Exchange exchange{request,          *progress.query, progress.target,      identity,
                      *progress.account, *progress.operation, progress.version, progress.store,
                      environment_.workers, environment_.behaviour, progress.request_id};
    Result<Response> response = co_await progress.operation->run(exchange);
    co_return response;
}

Result<> Gateway::find_account(Progress& progress) const {
    progress.account = environment_.accounts.find(progress.target.account);
    if (progress.target.secondary && !progress.account->settings.has_secondary()) {
        return fail(StorageError(ErrorCode::resource_not_found).saying("The account has no secondary endpoint."));
    }
    return {};
}

Result<> Gateway::open_store(Progress& progress) const {
    LAZ_TRY(progress.store, environment_.stores.store(progress.target.account, progress.service->store_kind));
    LAZ_TRY(progress.properties, current_properties(*progress.store, environment_.behaviour));
    return {};
}

void Gateway::stamp(Response& response, const Request& request, const Progress& progress) const {
    add_server(response, *progress.service, environment_.product_version);
    response.fields.add("x-ms-request-id", progress.request_id);
    if (progress.named_version || progress.authenticated) response.fields.add("x-ms-version", progress.version.text());
    if (const auto id = request.fields.find("x-ms-client-request-id"); id && id->size() <= kClientRequestIdLimit) {
        response.fields.add("x-ms-client-request-id", *id);
    }
    response.fields.add("Date", date_text(progress.store ? progress.store->now() : environment_.wall.now()));
    if (!progress.service->anonymous) add_cors_headers(response, progress.cors(), request);
}

std::string Gateway::story(const Request& request, const Progress& progress, int status, const StorageError* error) {
    std::string text = progress.request_id + " " + std::string(request.method_text) + " " + std::string(request.path);
    if (!request.query.empty()) text += "?" + without_signature(request.query);
    text += " from " + std::string(request.remote_address) + ": ";
    if (progress.operation) text += std::string(progress.operation->name) + " ";
    text += std::to_string(status);
    if (!error) return text;
    text += " " + std::string(info(error->code()).name);
    if (const auto* details = error->details()) {
        if (!details->message.empty()) text += ": " + details->message;
        for (const auto& [name, value] : details->elements) text += "; " + name + ": " + value;
    }
    // What a refusal tells the client about its signature is not for the log.
    return Secrets(request).masked(text);
}

Response Gateway::refuse(const StorageError& error) {
    const Service& service = *environment_.services[static_cast<std::size_t>(listener_)];
    const std::string request_id = Guid::fast().text();
    const Instant now = environment_.wall.now();
    Response response = error_response(error, service.errors, false, request_id, now);
    add_server(response, service, environment_.product_version);
    response.fields.add("x-ms-request-id", request_id);
    response.fields.add("Date", date_text(now));
    environment_.metrics.count({label(service.kind), "", response.status, info(error.code()).name, "other"});
    return response;
}

void Gateway::sent(const Request& request, int status, std::uint64_t body_bytes) {
    if (!access_log_) return;
    access_log_({request.remote_address, request.method_text, request.path, request.query, status, body_bytes});
}

}  // namespace lazulite
