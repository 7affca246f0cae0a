#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "in_memory.hpp"
#include "service/accounts.hpp"
#include "service/exchange.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// One account of one service, in memory unless another file system is given, as its owner: the rows of the operation table are
/// matched and run, without a socket or a signature, at the newest version. Account time stands until it is moved. What it keeps
/// in memory is as durable as on a disk, for `problems` looks at what the files hold.
class ServiceAccount {
  public:
    struct Answer {
        int status = 0;
        std::string code;  ///< of an error; empty for a success
        Fields fields;
        std::string body;

        [[nodiscard]] std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
    };
    using Headers = std::vector<std::pair<std::string, std::string>>;

    ServiceAccount(const Service& service, const StoreKind& kind, std::unique_ptr<FileSystem> files = make_memory_file_system(1ULL << 30),
                   Durability durability = Durability::process);
    /// The same over a store that somebody else has opened, who alone can look for `problems`.
    ServiceAccount(const Service& service, const StoreKind& kind, std::shared_ptr<Store> store);
    ~ServiceAccount();
    ServiceAccount(const ServiceAccount&) = delete;
    ServiceAccount& operator=(const ServiceAccount&) = delete;

    /// To what has this name in a container, as it is behind the slash of a URL; without one, to the container or the account.
    /// On the thread that made this.
    Answer send_to(std::string_view container, std::string_view name, std::string_view method, std::string_view query,
                   const Headers& headers = {}, std::string_view body = {}) {
        return send_on(loop_, container, name, method, query, headers, body);
    }
    /// The same on any thread, which runs the loop.
    Answer send_on(Loop& loop, std::string_view container, std::string_view name, std::string_view method,
                   std::string_view query, const Headers& headers = {}, std::string_view body = {});
    /// Another service over the same store answers what `service` does not, as on a listener of the latter.
    void also(const Service& other) { other_ = &other; }
    /// How bodies come from here on: in pieces, `between` being called before each but the first, and with or without saying
    /// how long they are. 0: in one piece.
    struct Delivery {
        std::size_t piece = 0;
        bool length_known = true;
        std::function<void()> between = {};
    };
    void deliver(Delivery delivery) { delivery_ = std::move(delivery); }
    void advance(Ticks by);
    AccountSettings& settings() { return account_.settings; }
    Store& store() { return *store_; }
    Instant now() { return store_->now(); }
    /// Closes the store; what `lazulite check` says of it.
    std::vector<std::string> problems();

  private:
    class OwnUrls;
    [[nodiscard]] const Service& answering(const Request& request, const Query& query) const;
    Task<Result<Response>> run(Loop& loop, Target target, Request& request, const Query& query);

    Loop loop_;
    const Service& service_;
    const Service* other_ = nullptr;
    const StoreKind& kind_;
    ManualClock clock_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    Account account_;
    Delivery delivery_;
};

}  // namespace lazulite
