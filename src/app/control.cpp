#include "app/control.hpp"

#include <nlohmann/json.hpp>

#include "app/account_settings.hpp"
#include "app/hierarchy.hpp"
#include "app/shown_metrics.hpp"
#include "app/shown_requests.hpp"
#include "app/web_pages.hpp"
#include "identity/token_endpoint.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "/_lazulite/";
constexpr std::string_view kMetricsPath = "/_lazulite/metrics";
constexpr std::string_view kHealthPath = "/_lazulite/health";
constexpr std::size_t kBodyLimit = 64 << 10;

Response text_response(int status, std::string_view type, std::string text) {
    Response response;
    response.status = status;
    response.fields.add("Content-Type", type);
    response.fields.add("Cache-Control", "no-store");
    response.fields.add("X-Content-Type-Options", "nosniff");
    response.fields.add("Cross-Origin-Resource-Policy", "same-origin");
    response.set_body(std::move(text));
    return response;
}

Response json_response(int status, const json& value) {
    return text_response(status, "application/json", value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

Response problem(int status, std::string_view text) { return json_response(status, {{"error", text}}); }

bool is_tenant_path(std::string_view path) { return !path.starts_with(kPrefix) && path != kInstanceMetadataPath; }

bool is_local_peer(std::string_view address) {
    return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

Task<Result<std::string>> read_body(Request& request) {
    std::string body;
    while (true) {
        LAZ_CO_TRY(const ByteView piece, co_await request.body->read());
        if (piece.empty()) co_return body;
        body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (body.size() > kBodyLimit) co_return fail(ErrorCode::request_body_too_large);
    }
}

json subscriptions_of(const Account& account) {
    const auto& subscriptions = account.settings.event_subscriptions;
    return subscriptions ? json::parse(subscriptions->json) : json::array();
}

json change_feed_of(const Account& account) {
    const AccountSettings& settings = account.settings;
    if (!settings.change_feed || settings.change_feed_retention_days == 0) return settings.change_feed;
    return {{"enabled", true}, {"retentionInDays", settings.change_feed_retention_days}};
}

json policy_of(const Account& account) {
    const std::string& policy = account.settings.lifecycle_policy;
    return policy.empty() ? json(nullptr) : json::parse(policy);
}

/// How the client calls this server: `http://127.0.0.1:10000`.
std::string base_of(const Request& request) {
    return (request.secure ? "https://" : "http://") + std::string(request.fields.value_or_empty("Host"));
}

json roles_of(const Principal& principal) {
    json roles = json::array();
    for (const RoleAssignment& each : principal.roles) {
        json role = {{"role", each.role->name}};
        if (!each.account.empty()) role["account"] = each.account;
        if (!each.container.empty()) role["scope"] = each.container;
        roles.push_back(std::move(role));
    }
    return roles;
}

double seconds(Ticks ticks) { return std::chrono::duration<double>(ticks).count(); }

}  // namespace

Task<Response> Control::handle(Request& request) {
    const IdentitySettings& identity = authority_.settings();
    // A client of the tenant has a secret; managed identities have none.
    const bool open = request.path == kHealthPath || is_tenant_path(request.path);
    if (const auto why = open ? std::nullopt : foreign_page(request, hosts_)) co_return problem(403, *why);
    if (request.path == kManagedIdentityPath || is_identity_path(request.path, identity.tenant)) {
        const Result<std::string> form = co_await read_body(request);
        const auto query = Query::parse(request.query);
        if (!form || !query) co_return problem(400, "the request cannot be read");
        static_cast<void>(co_await run_on(environment_.workers, [this] { return &authority_.signing_key(); }));
        co_return answer_token_request(authority_, {request.method, request.path, *query, request.fields, *form, base_of(request)},
                                       environment_.wall.now());
    }
    const bool change = request.method != Method::get && request.method != Method::head;
    if (change && request.fields.value_or_empty("x-lazulite-control") != "1") {
        co_return problem(403, "a change needs the header x-lazulite-control: 1");
    }
    if (change && !remote_ && !is_local_peer(request.remote_address)) {
        co_return problem(403, "changes are taken from this machine only; start with --remoteControl to allow others");
    }
    Result<std::string> body = co_await read_body(request);
    if (!body) co_return problem(413, "the body is larger than 64 KiB or was cut");
    if (!change && request.path == kMetricsPath) {
        Response page = co_await show_metrics();
        co_return page;
    }
    co_return answer(request, *body);
}

Response Control::answer(const Request& request, std::string_view body) {
    const auto query = Query::parse(request.query);
    if (!query) return problem(400, "the query is malformed");
    const std::string_view path = request.path.substr(kPrefix.size());
    const Method method = request.method == Method::head ? Method::get : request.method;
    constexpr std::string_view kAccounts = "accounts/";

    if (method == Method::get) {
        if (path == "health") return show_health();
        if (path == "ca.pem") return show_certificate_authority();
        if (path == "requests") return show_requests(*query);
        if (path == "operations") return show_operations();
        if (path == "identity") return show_identity(request);
        if (path == "clock") return show_clock(query->value_or_empty("account"));
        if (path == "accounts") return show_accounts({});
        if (path.starts_with(kAccounts)) return show_accounts(path.substr(kAccounts.size()));
    }
    if (method == Method::post && path == "clock") return advance_clock(*query);
    if (method == Method::post && path == "reset") return reset(*query);
    constexpr std::string_view kRevoke = "/revokeUserDelegationKeys";
    if (method == Method::post && path.starts_with(kAccounts) && path.ends_with(kRevoke)) {
        return revoke_delegation_keys(path.substr(kAccounts.size(), path.size() - kAccounts.size() - kRevoke.size()));
    }
    if (method == Method::put && path.starts_with(kAccounts)) return put_account(path.substr(kAccounts.size()), body);
    for (const std::string_view known :
         {"health", "ca.pem", "metrics", "requests", "operations", "identity", "clock", "reset", "accounts"}) {
        if (path == known || path.starts_with(kAccounts)) return problem(405, "that method is not offered here");
    }
    return problem(404, "no such endpoint");
}

void Control::ready(std::map<std::string, std::string> listeners) {
    listeners_ = std::move(listeners);
    health_ = Health::ok;
}

Response Control::show_health() const {
    switch (health_) {
        case Health::starting: return json_response(503, {{"status", "starting"}});
        case Health::stopping: return json_response(503, {{"status", "stopping"}});
        case Health::ok: break;
    }
    return json_response(200, {{"status", "ok"}, {"version", environment_.product_version}, {"listeners", listeners_}});
}

Response Control::show_certificate_authority() const {
    if (!certificate_authority_) return problem(404, "no certificate authority of this server's own: it was started without --https");
    Response response = text_response(200, "application/x-x509-ca-cert", certificate_authority_());
    response.fields.add("Content-Disposition", "attachment; filename=\"lazulite-ca.pem\"");
    return response;
}

Response Control::show_clock(std::string_view account) {
    json clocks = json::object();
    for (const auto& known : accounts_.all()) {
        if (!account.empty() && known->name != account) continue;
        json services = json::object();
        for (const Service* service : environment_.services) {
            if (!service || service->store_kind.empty() || label(service->kind) != service->store_kind) continue;
            const auto store = environment_.stores.store(known->name, service->store_kind);
            if (!store) return problem(500, "the store cannot be opened");
            services[std::string(service->store_kind)] = {{"now", format_iso8601((*store)->now())},
                                                          {"offsetSeconds", seconds((*store)->clock_offset())}};
        }
        clocks[known->name] = services;
    }
    if (!account.empty() && clocks.empty()) return problem(404, "no such account");
    return json_response(200, {{"wall", format_iso8601(environment_.wall.now())}, {"accounts", clocks}});
}

Response Control::advance_clock(const Query& query) {
    const auto by = parse_number<std::int64_t>(query.value_or_empty("advance"));
    constexpr std::int64_t kHundredYears = 100LL * 366 * 24 * 3600;
    if (!by || *by < 0 || *by > kHundredYears) return problem(400, "advance takes a number of seconds, 0 or more");
    const std::string_view account = query.value_or_empty("account");
    const std::string_view only = query.value_or_empty("service");
    const std::lock_guard lock(advancing_);  // or of two at once only one would count
    bool any = false;
    for (const auto& known : accounts_.all()) {
        if (!account.empty() && known->name != account) continue;
        for (const Service* service : environment_.services) {
            if (!service || service->store_kind.empty() || label(service->kind) != service->store_kind) continue;
            if (!only.empty() && only != service->store_kind) continue;
            const auto store = environment_.stores.store(known->name, service->store_kind);
            if (!store) return problem(500, "the store cannot be opened");
            const auto set = (*store)->set_clock_offset((*store)->clock_offset() + std::chrono::seconds(*by));
            if (!set) return problem(500, "the clock could not be saved");
            any = true;
        }
    }
    if (!any) return problem(404, "no such account or service");
    duties_.look();
    return show_clock(account);
}

Response Control::reset(const Query& query) {
    const std::string_view account = query.value_or_empty("account");
    const std::string_view service = query.value_or_empty("service");
    if (!account.empty() && !accounts_.find(account)) return problem(404, "no such account");
    if (!environment_.stores.reset(account, service)) return problem(500, "the reset failed");
    duties_.prepare_all();
    return json_response(200, {{"reset", account.empty() ? "all" : std::string(account)}});
}

Response Control::show_accounts(std::string_view name) {
    json accounts = json::array();
    for (const auto& account : accounts_.all()) {
        if (!name.empty() && account->name != name) continue;
        accounts.push_back({{"name", account->name},
                            {"keys", account->keys.size()},
                            {"allowSharedKeyAccess", account->settings.allow_shared_key},
                            {"allowBlobPublicAccess", account->settings.allow_blob_public_access},
                            {"blobVersioning", account->settings.blob_versioning},
                            {"hierarchicalNamespace", account->settings.hierarchical_namespace},
                            {"changeFeed", change_feed_of(*account)},
                            {"containerDeleteRetentionDays", account->settings.container_delete_retention_days},
                            {"shareDeleteRetentionDays", account->settings.share_delete_retention_days},
                            {"immutableStorageWithVersioning", to_json(account->settings.immutable_storage)},
                            {"lastAccessTimeTracking", account->settings.last_access_time_tracking},
                            {"encryptionScopes", to_json(account->settings.encryption_scopes)},
                            {"accessTier", account->settings.access_tier},
                            {"eventSubscriptions", subscriptions_of(*account)},
                            {"lifecyclePolicy", policy_of(*account)},
                            {"kind", account->settings.kind},
                            {"sku", account->settings.sku}});
    }
    if (name.empty()) return json_response(200, {{"accounts", accounts}});
    return accounts.empty() ? problem(404, "no such account") : json_response(200, accounts.front());
}

Response Control::put_account(std::string_view name, std::string_view body) {
    if (!is_account_name(name)) return problem(400, "an account name is 3 to 24 lower-case letters and digits");
    const json given = json::parse(body.empty() ? std::string_view("{}") : body, nullptr, false);
    if (!given.is_object()) return problem(400, "the body is a JSON object");
    const auto existing = accounts_.find(name);
    Account account = existing ? *existing : Account{std::string(name), {}, {}};
    for (const auto& [key, value] : given.items()) {
        if (key == "keys" && value.is_array() && !value.empty() && value.size() <= 2) {
            account.keys.clear();
            for (const json& text : value) {
                auto parsed = text.is_string() ? AccountKey::parse(text.get<std::string>()) : std::nullopt;
                if (!parsed) return problem(400, "a key is base64");
                account.keys.push_back(*std::move(parsed));
            }
        } else if (const Taken taken = apply_account_setting(account.settings, key, value); !taken) {
            return problem(400, taken.problem(key));
        }
    }
    if (const std::string excluded = hierarchy_excludes(account.settings); !excluded.empty()) return problem(400, excluded);
    if (const std::string fixed = hierarchy_fixed(environment_.stores, account); !fixed.empty()) return problem(409, fixed);
    if (account.keys.empty()) return problem(400, "a new account needs one or two keys");
    duties_.prepare(account);
    accounts_.put(std::move(account));
    duties_.look();
    Response response = show_accounts(name);
    response.status = existing ? 200 : 201;
    return response;
}

/// On a worker: it reads from every store.
Task<Response> Control::show_metrics() const {
    std::string page = co_await run_on(environment_.workers, [this] {
        Measured measured{environment_.product_version, environment_.metrics.read(), environment_.metrics.latencies(),
                          environment_.metrics.work(), {}, connections_ ? connections_() : 0};
        for (const Stores::Opened& open : environment_.stores.opened()) {
            if (auto state = open.store->state()) measured.stores.push_back({open.account, open.kind, *std::move(state)});
        }
        return shown_metrics(measured);
    });
    co_return text_response(200, "text/plain; version=0.0.4; charset=utf-8", std::move(page));
}

Response Control::show_identity(const Request& request) const {
    const IdentitySettings& settings = authority_.settings();
    const std::string base = base_of(request);
    json principals = json::array();
    for (const Principal& principal : settings.principals) {
        principals.push_back({{"name", principal.name},
                              {"objectId", principal.object_id},
                              {"clientId", principal.client_id},
                              {"managedIdentity", principal.managed_identity},
                              {"roles", roles_of(principal)}});
    }
    return json_response(200, {{"tenantId", settings.tenant},
                               {"authority", base + "/" + settings.tenant},
                               {"managedIdentity", {{"IDENTITY_ENDPOINT", base + std::string(kManagedIdentityPath)}}},
                               {"principals", std::move(principals)}});
}

Response Control::revoke_delegation_keys(std::string_view account) {
    if (!accounts_.find(account)) return problem(404, "no such account");
    authority_.revoke_delegation_keys(account);
    return json_response(200, {{"revoked", account}});
}

Response Control::show_requests(const Query& query) const {
    if (!environment_.requests) return problem(404, "no requests are kept");
    const auto shown = shown_requests(*environment_.requests, query);
    return shown ? json_response(200, *shown) : problem(400, "status and limit are numbers");
}

Response Control::show_operations() const {
    json services = json::object();
    for (const Service* service : environment_.services) {
        if (!service) continue;
        json rows = json::array();
        for (const Operation& row : service->operations) {
            rows.push_back({{"name", row.name}, {"id", row.id}, {"offered", row.offered()}});
        }
        services[std::string(label(service->kind))] = rows;
    }
    return json_response(200, services);
}

}  // namespace lazulite
