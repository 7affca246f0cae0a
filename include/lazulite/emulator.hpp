#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
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
};

/// An account beside or instead of `devstoreaccount1`.
struct AccountOptions {
    std::string name;               ///< 3 to 24 lower-case letters and digits
    std::vector<std::string> keys;  ///< one or two, base64
    bool allow_shared_key = true;
    bool allow_blob_public_access = true;  ///< false: no container can be opened to anonymous readers
    std::string kind = "StorageV2";        ///< what Get Account Information says, and the next too
    std::string sku = "Standard_RAGRS";    ///< only SKUs with RA in their name have a `-secondary` endpoint
};

/// What an emulator inside another program is started with. The defaults suit a test: free ports, data in memory.
struct EmulatorOptions {
    std::filesystem::path location;        ///< data folder; empty: in memory
    std::uint64_t memory_limit_bytes = 0;  ///< in memory only; 0: half of the machine's memory
    bool survive_power_loss = false;       ///< `--durability power`
    Listen listen[6];                      ///< by Surface
    std::vector<AccountOptions> accounts;  ///< empty: `devstoreaccount1` with the public development key
    unsigned threads = 0;                  ///< io threads; 0: one a core
    std::chrono::seconds keep_alive{60};   ///< idle connections close after that; 0: never
    bool remote_control = false;           ///< `/_lazulite/` takes changes from other machines too
    bool access_log = false;               ///< a line a request on stdout
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

    /// For the first account, or the one named: `DefaultEndpointsProtocol=http;AccountName=...;BlobEndpoint=...;`
    [[nodiscard]] std::string connection_string(const std::string& account = {}) const;
    /// `http://127.0.0.1:49152`, as it listens now.
    [[nodiscard]] std::string endpoint(Surface surface) const;
    [[nodiscard]] std::uint16_t port(Surface surface) const;
    /// What a person should know about the start: surfaces that moved to another port.
    [[nodiscard]] const std::vector<std::string>& warnings() const;

  private:
    class Running;
    EmulatorOptions options_;
    std::unique_ptr<Running> running_;
};

/// The version of this library, "0.1.0".
[[nodiscard]] const char* version();

}  // namespace lazulite
