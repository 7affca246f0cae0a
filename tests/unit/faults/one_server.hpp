#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "in_memory.hpp"
#include "service/background.hpp"
#include "service/service.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// Every service over one file system, from a request's head and body to its whole answer: no socket, and the thread that asks
/// is that of the requests. The account `flat` has containers, queues, tables and shares, `lake` is hierarchical; both are asked
/// with a SAS that may do everything. Wall time stands.
class OneServer {
  public:
    /// Throws std::runtime_error when the data folder cannot be opened.
    OneServer(FileSystem& files, Durability durability);
    ~OneServer();
    OneServer(const OneServer&) = delete;
    OneServer& operator=(const OneServer&) = delete;

    using Headers = std::vector<std::pair<std::string, std::string>>;
    struct Answer {
        int status = 0;  ///< 0: the connection would have been closed
        Fields fields = {};
        std::string body;

        [[nodiscard]] std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
        [[nodiscard]] bool failed() const { return status == 0 || status >= 500; }
    };
    /// Everything, for the flat account.
    static std::string sas();
    /// `target` begins with the account.
    Answer send(ServiceKind surface, std::string_view method, const std::string& target, const Headers& headers,
                std::string_view body);

    /// Of this thread: while what runs is the server and not the test.
    static inline thread_local bool serving = false;

  private:
    /// Long work is done on the spot: whoever fails while it is under way waits for it, on the only thread.
    class OnTheSpot final : public Executor {
      public:
        void post(std::coroutine_handle<> handle) override { handle.resume(); }
    };
    Loop loop_;
    OnTheSpot workers_;
    ManualClock clock_;
    Accounts accounts_;
    Metrics metrics_;
    RequestLog requests_;
    Background background_;
    std::unique_ptr<Stores> stores_;
    Environment environment_;
    std::array<std::unique_ptr<Gateway>, std::size(kServiceKinds)> gateways_;
};

}  // namespace lazulite
