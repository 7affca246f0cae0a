#include "lazulite/emulator.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "app/access_log.hpp"
#include "app/account_duties.hpp"
#include "app/account_settings.hpp"
#include "app/event_subscriptions.hpp"
#include "app/lifecycle_policy.hpp"
#include "app/control.hpp"
#include "app/identity.hpp"
#include "app/hierarchy.hpp"
#include "app/importing.hpp"
#include "app/local_tls.hpp"
#include "app/machine.hpp"
#include "app/run_as.hpp"
#include "app/seeding.hpp"
#include "app/surfaces.hpp"
#include "app/url.hpp"
#include "azurite/import.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "blob/ops/copy_transfer.hpp"
#include "blob/rows/schema.hpp"
#include "file/ops/copy_transfer.hpp"
#include "file/rows/schema.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "service/background.hpp"
#include "store/stores.hpp"

#ifndef LAZULITE_VERSION
#error "LAZULITE_VERSION is set by the build"
#endif

namespace lazulite {
namespace {

/// Requests to other servers at a time.
constexpr unsigned kMostOutgoing = 8;

std::unique_ptr<FileSystem> open_files(const EmulatorOptions& options) {
    if (options.location.empty()) {
        return make_memory_file_system(options.memory_limit_bytes ? options.memory_limit_bytes : memory_bytes() / 2);
    }
    auto files = open_disk(options.location.string());
    if (!files) {
        throw std::runtime_error("cannot use " + options.location.string() + " as the data folder: " +
                                 files.error().message());
    }
    return *std::move(files);
}

/// Of the certificate that was given; null where none was.
std::shared_ptr<const TlsContext> load_tls(const TlsOptions& options) {
    if (options.certificate.empty()) return nullptr;
    auto loaded = options.key.empty() ? TlsContext::from_pfx(options.certificate, options.password.value_or(""))
                                      : TlsContext::from_pem(options.certificate, options.key, options.password);
    if (!loaded) throw std::runtime_error(loaded.error());
    return *std::move(loaded);
}

ImmutableStorage immutable_storage(const ImmutableStorageOptions& options) {
    const auto retention = [](const RetentionOptions& wanted) { return RetentionDefault{wanted.days, wanted.locked}; };
    ImmutableStorage storage{options.enabled, retention(options.policy), {}};
    for (const auto& [name, policy] : options.containers) storage.containers[name] = retention(policy);
    return storage;
}

/// Throws on the first that cannot be one. Names that Azure would not allow are told in `odd`.
std::vector<Account> make_accounts(const std::vector<AccountOptions>& wanted, std::vector<std::string>& odd) {
    std::vector<Account> accounts;
    for (const AccountOptions& options : wanted) {
        Account account{options.name, {}, {}};
        account.settings.allow_shared_key = options.allow_shared_key;
        account.settings.allow_blob_public_access = options.allow_blob_public_access;
        account.settings.blob_versioning = options.blob_versioning;
        account.settings.hierarchical_namespace = options.hierarchical_namespace;
        account.settings.change_feed = options.change_feed;
        account.settings.change_feed_retention_days = options.change_feed_retention_days;
        account.settings.container_delete_retention_days = options.container_delete_retention_days;
        account.settings.share_delete_retention_days = options.share_delete_retention_days;
        account.settings.immutable_storage = immutable_storage(options.immutable_storage);
        account.settings.blob_versioning |= account.settings.immutable_storage.any();
        account.settings.last_access_time_tracking = options.last_access_time_tracking;
        account.settings.encryption_scopes = options.encryption_scopes;
        account.settings.access_tier = options.access_tier;
        if (!options.lifecycle_policy.empty()) {
            const auto read = read_lifecycle_policy(nlohmann::json::parse(options.lifecycle_policy, nullptr, false));
            if (!read) throw std::runtime_error("account " + options.name + ": " + read.error());
            set_lifecycle_policy(account.settings, options.lifecycle_policy, *read);
        }
        if (!options.event_subscriptions.empty()) {
            const auto list = nlohmann::json::parse(options.event_subscriptions, nullptr, false);
            auto read = read_event_subscriptions(list);
            if (!read) throw std::runtime_error("account " + options.name + ": " + read.error());
            account.settings.event_subscriptions = *std::move(read);
        }
        account.settings.kind = options.kind;
        account.settings.sku = options.sku;
        if (!is_account_tier(options.access_tier)) {
            throw std::runtime_error("the access tier of account " + options.name + " cannot be " + options.access_tier);
        }
        if (!is_account_kind(options.kind) || !is_account_sku(options.sku)) {
            throw std::runtime_error("account " + options.name + " cannot be " + options.kind + " with " + options.sku);
        }
        if (const std::string excluded = hierarchy_excludes(account.settings); !excluded.empty()) {
            throw std::runtime_error("account " + options.name + ": " + excluded);
        }
        for (const std::string& text : options.keys) {
            auto key = AccountKey::parse(text);
            if (!key) throw std::runtime_error("a key of account " + options.name + " is not base64");
            account.keys.push_back(*std::move(key));
        }
        if (!is_usable_account_name(options.name)) throw std::runtime_error("not an account name: " + options.name);
        if (!is_account_name(options.name)) {
            odd.push_back("Azure would not take " + options.name +
                          " as the name of an account: there it is 3 to 24 lower-case letters and digits");
        }
        if (account.keys.empty() || account.keys.size() > 2) {
            throw std::runtime_error("account " + options.name + " needs one or two keys");
        }
        accounts.push_back(std::move(account));
    }
    return accounts;
}

Behaviour behaviour_of(const EmulatorOptions& options) {
    Behaviour behaviour{options.loose, options.strict_api_version, options.product_style_urls, options.oauth,
                        options.queue_being_deleted};
    behaviour.both_schemes = options.tls.with_http;
    for (const CorsOptions& rule : options.cors) {
        behaviour.cors.push_back({rule.allowed_origins, rule.allowed_methods, rule.allowed_headers,
                                  rule.exposed_headers, rule.max_age_seconds});
    }
    return behaviour;
}

/// Names by which somebody had this server listen are its own.
std::vector<std::string> control_hosts(const EmulatorOptions& options) {
    std::vector<std::string> hosts = options.control_hosts;
    for (const Listen& listen : options.listen) hosts.push_back(listen.host);
    return hosts;
}

/// An upload may need a descriptor beside that of its connection; files of the stores need some, too.
std::size_t usual_connections() {
    constexpr std::uint64_t kMost = 10'000;
    constexpr std::uint64_t kOthers = 256;
    const std::uint64_t descriptors = descriptor_limit();
    return static_cast<std::size_t>(std::clamp<std::uint64_t>((descriptors - std::min(descriptors, kOthers)) / 2, 64, kMost));
}

/// What each surface speaks; null for those that are not started.
std::array<const Service*, std::size(kServiceKinds)> offered_services(const EmulatorOptions& options) {
    auto services = all_services();
    for (std::size_t i = 0; i < services.size(); ++i) {
        if (!options.listen[i].offered) services[i] = nullptr;
    }
    return services;
}

}  // namespace

/// Everything that exists while the emulator runs, in the order in which it is torn down last to first.
class Emulator::Running {
  public:
    explicit Running(const EmulatorOptions& options)
        : given_tls_(load_tls(options.tls)),  // a key may be for root alone
          as_root_(options.user ? run_as(*options.user, options.location) : std::nullopt),
          files_(open_files(options)),
          stores_(open_stores(options)),
          local_tls_(open_local_tls(options)),
          authority_(open_authority(options)),
          workers_(std::max(2U, std::thread::hardware_concurrency())),
          waiting_(kMostOutgoing),
          client_(waiting_, {.others = options.allow_outgoing}),
          background_(waiting_),
          environment_{clock_,   accounts_,        *stores_,                  metrics_,
                       workers_, LAZULITE_VERSION, offered_services(options), behaviour_of(options), &client_, &background_,
                        [this](std::uint16_t port) { return surface_at(port); }, authority_.get(), &requests_},
          duties_(environment_, gateways_, io_),
          control_(environment_, accounts_, duties_, *authority_, options.remote_control, control_hosts(options)),
          io_(options.threads ? options.threads : std::max(1U, std::thread::hardware_concurrency())),
          server_(io_, server_options(options)) {
        if (as_root_) warnings_.push_back(*as_root_);
        if (given_tls_ && !given_tls_->doubt().empty()) warnings_.push_back(given_tls_->doubt());
        if (local_tls_) {
            for (const std::string& warning : local_tls_->warnings()) warnings_.push_back(warning);
            control_.show_certificate_authority([this] { return certificate_authority(); });
        }
        control_.show_connections([this] { return server_.connections(); });
        set_accounts(options.accounts);
        io_.start();
        make_gateways(options);
        take_over(options);
        for (const auto& account : accounts_.all()) check_hierarchy(*account);
        seed(options);  // before anybody can ask
        for (const ServiceKind kind : kServiceKinds) listen(kind, options);
        control_.ready(listeners());
        duties_.start();
        background_.run(resume_all_copies());
    }

    void set_accounts(const std::vector<AccountOptions>& wanted) {
        std::vector<Account> accounts = make_accounts(wanted, warnings_);
        for (const Account& account : accounts) check_hierarchy(account);
        std::vector<std::string> before;
        before.swap(configured_);
        for (Account& account : accounts) {
            configured_.push_back(account.name);
            duties_.prepare(account);
            accounts_.put(std::move(account));
        }
        for (const std::string& name : before) {
            if (std::find(configured_.begin(), configured_.end(), name) == configured_.end()) accounts_.remove(name);
        }
        duties_.look();
    }

    ~Running() {
        // Requests in flight finish or are cut; what they wrote is committed; then the threads may end.
        control_.stopping();
        server_.stop();
        background_.begin_to_stop();  // before its requests fail: what is being copied has not failed then
        client_.stop();
        duties_.stop();
        background_.stop();
        stores_->close();
        server_.join();
        workers_.stop();
        waiting_.stop();
        io_.stop();
        io_.join();
    }

    [[nodiscard]] const Endpoint& endpoint(Surface surface) const {
        return endpoints_[static_cast<std::size_t>(surface)];
    }
    /// What URLs of its own begin with: with `--https` both would do.
    [[nodiscard]] bool secure() const { return given_tls_ != nullptr; }
    [[nodiscard]] std::string certificate_authority() const { return local_tls_ ? local_tls_->authority() : std::string(); }
    [[nodiscard]] const Accounts& accounts() const { return accounts_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// Everybody knows the key of the development account.
    [[nodiscard]] std::string exposed() const {
        const auto development = accounts_.find(kDevelopmentAccount);
        const auto is_public = [](const AccountKey& key) { return key.text() == kDevelopmentKey; };
        if (!development || std::none_of(development->keys.begin(), development->keys.end(), is_public)) return {};
        for (std::size_t i = 0; i < std::size(kServiceKinds); ++i) {
            if (!gateways_[i] || is_loopback(endpoints_[i].address)) continue;
            return "the key of " + std::string(kDevelopmentAccount) + " is public and " + endpoints_[i].address +
                   " is not this machine alone: whoever reaches it may read and write all data of that account";
        }
        return {};
    }

  private:
    std::unique_ptr<Stores> open_stores(const EmulatorOptions& options) {
        if (const std::string newer = options.location.empty() ? "" : newer_identity(options); !newer.empty())
            throw std::runtime_error(options.location.string() + ": " + newer);  // before anything is written
        Stores::Options wanted;
        wanted.durability = options.location.empty()      ? Durability::none
                            : options.survive_power_loss ? Durability::power
                                                          : Durability::process;
        wanted.writer_threads = std::max(1U, std::thread::hardware_concurrency());
        wanted.wall = &clock_;
        wanted.kinds = all_store_kinds();
        for (const AccountOptions& account : options.accounts) wanted.accounts.push_back(account.name);
        auto stores = Stores::open(*files_, wanted);
        if (!stores) throw std::runtime_error((options.location.empty() ? "" : options.location.string() + ": ") + stores.error());
        return *std::move(stores);
    }

    std::unique_ptr<LocalTls> open_local_tls(const EmulatorOptions& options) {
        if (!options.tls.with_http || given_tls_) return nullptr;
        const auto folder = options.location.empty() ? std::filesystem::path() : tls_folder(options.location);
        auto opened = LocalTls::open(folder, options, clock_);
        if (!opened) throw std::runtime_error(opened.error());
        return *std::move(opened);
    }

    void check_hierarchy(const Account& account) {
        const std::string fixed = hierarchy_fixed(*stores_, account);
        if (!fixed.empty()) throw std::runtime_error(fixed);
    }

    /// URLs by label.
    [[nodiscard]] std::map<std::string, std::string> listeners() const {
        std::map<std::string, std::string> urls;
        for (const ServiceKind kind : kServiceKinds) {
            const auto index = static_cast<std::size_t>(kind);
            if (gateways_[index]) urls.emplace(label(kind), url_of(secure(), reachable(endpoints_[index])));
        }
        return urls;
    }

    [[nodiscard]] std::optional<ServiceKind> surface_at(std::uint16_t port) const {
        for (const ServiceKind kind : kServiceKinds) {
            if (port != 0 && ports_[static_cast<std::size_t>(kind)] == port) return kind;
        }
        return std::nullopt;
    }

    static ServerOptions server_options(const EmulatorOptions& options) {
        ServerOptions server;
        server.idle_timeout = options.keep_alive;
        server.connection_limit = options.connections ? options.connections : usual_connections();
        return server;
    }

    void make_gateways(const EmulatorOptions& options) {
        for (const ServiceKind kind : kServiceKinds) {
            const auto index = static_cast<std::size_t>(kind);
            if (!options.listen[index].offered) continue;
            Gateway::AccessLog access_log;
            if (options.access_log) access_log = write_access_log;
            gateways_[index] = std::make_unique<Gateway>(
                environment_, kind, [this](Request& request) { return control_.handle(request); }, std::move(access_log));
        }
    }

    /// A restart finds everything there, and that is well.
    void take_over(const EmulatorOptions& options) {
        if (options.import_from.empty()) return;
        try {
            const azurite::Report report = azurite::import_folder(options.import_from, *stores_);
            for (const std::string& line : import_lines(report, options)) log::info(line);
        } catch (const azurite::NamesTaken& taken) {
            warnings_.emplace_back(taken.what());
        } catch (const std::runtime_error& problem) {
            throw std::runtime_error("import: " + std::string(problem.what()));
        }
    }

    void seed(const EmulatorOptions& options) {
        std::vector<Seed> seeds;
        const std::string& account = options.accounts.front().name;
        if (!options.seed.empty()) seeds = read_seed(options.seed, account);
        if (seeds.empty()) seeds.emplace_back().account = account;
        add_names(seeds.front(), options);
        std::promise<void> done;
        spawn(apply(seeds, done), [] {});
        done.get_future().get();
    }

    Task<> apply(const std::vector<Seed>& seeds, std::promise<void>& done) {
        co_await Hop{io_.executor(0)};
        try {
            Seeding seeding(environment_, gateways_);
            co_await seeding.apply(seeds);
            done.set_value();
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    }

    /// What was being copied when the emulator was stopped goes on.
    Task<> resume_all_copies() {
        if (Gateway* const blobs = gateways_[static_cast<std::size_t>(ServiceKind::blob)].get()) {
            const std::vector<std::string> accounts = stores_->accounts_with(blob::kBlobStore.name);
            for (const std::string& name : accounts) {
                const auto account = accounts_.find(name);
                if (!account || background_.stopping()) continue;
                const auto store = stores_->store(name, blob::kBlobStore.name);
                if (store) co_await blob::resume_copies(*store, *account, *blobs, background_);
            }
        }
        if (Gateway* const files = gateways_[static_cast<std::size_t>(ServiceKind::file)].get()) {
            const std::vector<std::string> accounts = stores_->accounts_with(file::kFileStore.name);
            for (const std::string& name : accounts) {
                if (!accounts_.find(name) || background_.stopping()) continue;
                const auto store = stores_->store(name, file::kFileStore.name);
                if (store) co_await file::resume_copies(*store, *files, background_);
            }
        }
    }

    void listen(ServiceKind kind, const EmulatorOptions& options) {
        const auto index = static_cast<std::size_t>(kind);
        const Listen& wanted = options.listen[index];
        if (!wanted.offered) return;
        ListenOptions how;
        how.idle_timeout = wanted.keep_alive;
        how.plain_too = options.tls.with_http;
        if (given_tls_) how.tls = [this] { return given_tls_; };
        if (local_tls_) how.tls = [this] { return local_tls_->current(); };
        auto endpoint = server_.listen(wanted.host, wanted.port, *gateways_[index], how);
        if (!endpoint && !wanted.required) {
            const std::string problem = endpoint.error();
            endpoint = server_.listen(wanted.host, 0, *gateways_[index], how);
            if (endpoint) {
                warnings_.push_back(std::string(title(kind)) + " cannot listen on port " + std::to_string(wanted.port) +
                                    " (" + problem + ") and uses " + std::to_string(endpoint->port) + " instead");
            }
        }
        if (!endpoint) {
            throw std::runtime_error(std::string(title(kind)) + " cannot listen on " + wanted.host + ":" +
                                     std::to_string(wanted.port) + ": " + endpoint.error());
        }
        endpoints_[index] = *endpoint;
        ports_[index] = endpoint->port;
    }

    std::shared_ptr<const TlsContext> given_tls_;
    std::optional<std::string> as_root_;
    SystemClock clock_;
    Accounts accounts_;
    Metrics metrics_;
    RequestLog requests_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::unique_ptr<LocalTls> local_tls_;
    std::unique_ptr<Authority> authority_;
    Workers workers_;
    Workers waiting_;  // for other servers
    HttpClient client_;
    Background background_;
    Environment environment_;
    AccountDuties duties_;
    Control control_;
    std::array<std::unique_ptr<Gateway>, std::size(kServiceKinds)> gateways_;
    std::array<Endpoint, std::size(kServiceKinds)> endpoints_;
    std::array<std::atomic<std::uint16_t>, std::size(kServiceKinds)> ports_{};  // of those that listen
    std::vector<std::string> configured_;  // names of the accounts that the configuration gave
    std::vector<std::string> warnings_;
    IoPool io_;
    Server server_;
};

Emulator::Emulator(EmulatorOptions options) : options_(std::move(options)) {
    if (options_.accounts.empty()) {
        options_.accounts.push_back({std::string(kDevelopmentAccount), {std::string(kDevelopmentKey)}});
    }
}

Emulator::~Emulator() { stop(); }

void Emulator::start() {
    raise_descriptor_limit();
    running_ = std::make_unique<Running>(options_);
}

void Emulator::stop() { running_.reset(); }

std::string Emulator::endpoint(Surface surface) const { return url_of(running_->secure(), running_->endpoint(surface)); }

void Emulator::set_accounts(std::vector<AccountOptions> accounts) {
    if (running_) running_->set_accounts(accounts);
    options_.accounts = std::move(accounts);
}

std::string Emulator::certificate_authority() const { return running_->certificate_authority(); }

std::uint16_t Emulator::port(Surface surface) const { return running_->endpoint(surface).port; }

const std::vector<std::string>& Emulator::warnings() const { return running_->warnings(); }

std::string Emulator::exposed() const { return running_->exposed(); }

std::string Emulator::connection_string(const std::string& account) const {
    const std::string name = account.empty() ? options_.accounts.front().name : account;
    const auto found = running_->accounts().find(name);
    if (!found) throw std::runtime_error("no such account: " + name);
    std::string text = "DefaultEndpointsProtocol=" + std::string(running_->secure() ? "https" : "http") +
                       ";AccountName=" + name + ";AccountKey=" + found->keys.front().text() + ";";
    for (const auto& [element, surface] : {std::pair{"BlobEndpoint", Surface::blob}, {"QueueEndpoint", Surface::queue},
                                          {"TableEndpoint", Surface::table}, {"FileEndpoint", Surface::file}}) {
        if (!options_.listen[static_cast<std::size_t>(surface)].offered) continue;
        text += std::string(element) + "=" + url_of(running_->secure(), reachable(running_->endpoint(surface))) + "/" +
                name + ";";
    }
    return text;
}

const char* version() { return LAZULITE_VERSION; }

}  // namespace lazulite
