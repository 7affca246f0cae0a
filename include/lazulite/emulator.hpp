#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lazulite {

/// The surfaces of the emulator, in the order in which they start.
enum class Surface : std::uint8_t { blob, queue, table, file, dfs, web };

/// Where a surface listens. Port 0 lets the system choose.
struct Listen {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    /// False: when the port is taken, the surface moves to a free one with a warning instead of failing the start.
    bool required = true;
    bool offered = true;                              ///< false: this surface is not started at all
    std::optional<std::chrono::seconds> keep_alive;  ///< instead of EmulatorOptions::keep_alive
};

/// How long blobs are protected that say nothing of it themselves when they are uploaded.
struct RetentionOptions {
    std::uint32_t days = 0;  ///< 0: not at all; at most 146,000
    bool locked = false;     ///< the policy of a blob can then only be extended
};

/// Which containers take immutability policies and legal holds of single blobs. Needs, and switches on, `blob_versioning`.
struct ImmutableStorageOptions {
    bool enabled = false;     ///< all of them
    RetentionOptions policy;  ///< where a container has none of its own
    std::map<std::string, RetentionOptions, std::less<>> containers;
};

/// An account beside or instead of `devstoreaccount1`.
struct AccountOptions {
    std::string name;               ///< 3 to 24 lower-case letters and digits; others are taken with a warning
    std::vector<std::string> keys;  ///< one or two, base64
    bool allow_shared_key = true;
    bool allow_blob_public_access = true;  ///< false: no container can be opened to anonymous readers
    bool blob_versioning = false;          ///< writes to blobs keep what they replace, as versions
    bool hierarchical_namespace = false;   ///< Data Lake Storage: real directories; fixed once there are containers
    bool change_feed = false;              ///< changes to blobs are recorded in `$blobchangefeed`
    unsigned change_feed_retention_days = 0;  ///< how long; 0: for ever
    int container_delete_retention_days = 0;  ///< how long deleted containers are kept: 0 (not at all) to 365
    int share_delete_retention_days = 0;      ///< the same of shares
    ImmutableStorageOptions immutable_storage;
    bool last_access_time_tracking = false;  ///< of block blobs, once a day
    std::map<std::string, bool, std::less<>> encryption_scopes;  ///< and whether they are enabled; none: every name is one
    std::string access_tier = "Hot";       ///< of block blobs whose tier was never set: Hot, Cool or Cold
    std::string lifecycle_policy;          ///< JSON: what is done to blobs by their age, as docs/lifecycle.md has it
    std::string event_subscriptions;       ///< JSON: who is told of blobs created, deleted, ..., as docs/events.md has it
    std::string kind = "StorageV2";        ///< what Get Account Information says, and the next too
    std::string sku = "Standard_RAGRS";    ///< only SKUs with RA in their name have a `-secondary` endpoint
};

/// Who may use the services from a web page of another origin. Reference: "CORS support for Azure Storage".
struct CorsOptions {
    std::vector<std::string> allowed_origins;  ///< "https://contoso.com", or "*"
    std::vector<std::string> allowed_methods;  ///< "GET", "PUT", ...
    std::vector<std::string> allowed_headers;  ///< names, prefixes ("x-ms-meta-*"), or "*"
    std::vector<std::string> exposed_headers;  ///< the same
    std::uint32_t max_age_seconds = 0;
};

/// HTTPS on every surface.
struct TlsOptions {
    bool with_http = false;               ///< `--https`: beside HTTP, on the same ports; otherwise instead of it
    std::string certificate;              ///< file: PEM with `key`, else PFX; empty: one of the local authority, if `with_http`
    std::string key;                      ///< file: PEM
    std::optional<std::string> password;  ///< of the PFX, or of an encrypted key
};

/// What an emulator inside another program is started with. The defaults suit a test: free ports, data in memory.
struct EmulatorOptions {
    std::filesystem::path location;        ///< data folder; empty: in memory
    std::optional<std::uint32_t> user;     ///< a root process gives `location` to that user and group and becomes it
    std::uint64_t memory_limit_bytes = 0;  ///< in memory only; 0: half of the machine's memory
    bool survive_power_loss = false;       ///< `--durability power`
    Listen listen[6];                      ///< by Surface
    std::vector<AccountOptions> accounts;  ///< empty: `devstoreaccount1` with the public development key
    unsigned threads = 0;                  ///< io threads; 0: one a core
    std::chrono::seconds keep_alive{60};   ///< idle connections close after that; 0: never
    bool remote_control = false;           ///< `/_lazulite/` takes changes from other machines too
    std::vector<std::string> control_hosts;  ///< names by which `/_lazulite/` may be called, beside those that are never public
    unsigned connections = 0;              ///< most at a time; 0: 10,000, or half of the open files that the process may have
    bool access_log = false;               ///< a line a request on stdout
    bool loose = false;                    ///< headers that ask for what is not offered are ignored, not refused; table names may hold `_` and `-`
    bool strict_api_version = false;       ///< service versions that are not known are refused
    bool queue_being_deleted = false;      ///< the name of a deleted queue stays taken for half a minute, as on Azure
    bool product_style_urls = true;        ///< false: a host never names an account, only the first segment does
    bool allow_outgoing = false;           ///< requests to other hosts, where somebody has one sent; never to metadata addresses
    TlsOptions tls;
    bool oauth = false;                    ///< `--oauth basic`: bearer tokens from elsewhere are taken, their signature is not verified
    std::string identity;                  ///< JSON: who there is and what they may do, as docs/identity.md has it; empty: one who may do all
    std::vector<CorsOptions> cors;         ///< what services have as CORS rules until their properties are set
    std::vector<std::string> containers;   ///< of the first account, made at the start where they are missing
    std::vector<std::string> queues;       ///< the same
    std::vector<std::string> tables;       ///< the same
    std::vector<std::string> shares;       ///< the same
    std::filesystem::path import_from;     ///< a data folder of Azurite to take over at the start (docs/from-azurite.md); empty: none
    std::filesystem::path seed;            ///< folder of what else is made at the start (docs/seed.md); empty: none
};

/// A running emulator. Starting and stopping is for one thread; everything else may be called from any.
///
///     lazulite::Emulator emulator(options);
///     emulator.start();                        // throws std::runtime_error with one clear line
///     use(emulator.connection_string());
///     emulator.stop();                         // keeps everything acknowledged
class Emulator {
  public:
    explicit Emulator(EmulatorOptions options = {});
    ~Emulator();  ///< stop()
    Emulator(const Emulator&) = delete;
    Emulator& operator=(const Emulator&) = delete;

    void start();
    void stop();

    /// The accounts of the configuration from now on. Those it named before and no longer names are gone; their data stays
    /// in the folder. Throws std::runtime_error with one clear line, and then nothing has changed.
    void set_accounts(std::vector<AccountOptions> accounts);

    /// For the first account, or the one named: `DefaultEndpointsProtocol=http;AccountName=...;BlobEndpoint=...;`
    [[nodiscard]] std::string connection_string(const std::string& account = {}) const;
    /// `http://127.0.0.1:49152`, as it listens now; of a surface that is offered.
    [[nodiscard]] std::string endpoint(Surface surface) const;
    [[nodiscard]] std::uint16_t port(Surface surface) const;
    /// The certificate of the local authority (`--https`), as PEM; empty where there is none.
    [[nodiscard]] std::string certificate_authority() const;
    /// What a person should know about the start: surfaces that moved to another port, odd account names.
    [[nodiscard]] const std::vector<std::string>& warnings() const;
    /// That the public key is worth something to other machines; empty where it is not.
    [[nodiscard]] std::string exposed() const;

  private:
    class Running;
    EmulatorOptions options_;
    std::unique_ptr<Running> running_;
};

/// The version of this library, "0.1.0".
[[nodiscard]] const char* version();

}  // namespace lazulite
