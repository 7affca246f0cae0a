#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/reason.hpp"
#include "base/clock.hpp"
#include "service/service_kind.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// Who sent a request: proven where it was answered, as its credentials claim where it was refused.
enum class Caller : std::uint8_t { anonymous, owner, account_sas, service_sas, user_delegation_sas, bearer };
[[nodiscard]] std::string_view word(Caller caller);  ///< "userDelegationSas"

/// What a request is a part of.
enum class Within : std::uint8_t { nothing, batch, copy };  ///< `copy`: it reads the source of one

/// What became of a request.
struct Answered {
    std::string_view request_id;
    ServiceKind service = ServiceKind::blob;
    std::string_view operation = {};  ///< its row's name; empty: none was found
    std::string_view account = {};
    Caller caller = Caller::anonymous;
    std::string_view object_id = {};  ///< of a bearer
    Within within = Within::nothing;
    int status = 200;
    const StorageError* error = nullptr;  ///< null: it succeeded
    const Reason* why = nullptr;          ///< what was noted while it was judged
};

/// The last requests, for whoever asks what happened to one: a ring of `kEntries`, whose texts are cut at the lengths
/// below, so that it holds 4 MiB at most. Secrets never get in. Any thread.
class RequestLog {
  public:
    static constexpr std::size_t kEntries = 256;
    static constexpr std::size_t kLongestId = 128;
    static constexpr std::size_t kLongestPath = 1024;
    static constexpr std::size_t kLongestQuery = 2048;
    static constexpr std::size_t kLongestText = 4096;  ///< of a string-to-sign and of what goes with it

    struct Entry {
        Instant time;
        std::string request_id;
        std::string client_request_id;
        std::string method;
        std::string path;   ///< as it came
        std::string query;  ///< as it came, signatures masked
        std::string_view service;
        std::string_view operation;
        std::string account;
        Caller caller = Caller::anonymous;
        std::string object_id;
        Within within = Within::nothing;
        int status = 0;
        std::string_view error_code;
        Reason why;          ///< `rule` is none where nothing was refused
        std::string detail;  ///< what the error says
    };

    /// Allocates nothing where the texts fit what an older entry held and nothing was refused.
    void add(const Request& request, const Answered& answered, Instant now);
    /// The newest first, until `each` answers false. Adding waits meanwhile.
    void for_each(const std::function<bool(const Entry&)>& each) const;

  private:
    mutable std::mutex mutex_;
    std::array<Entry, kEntries> entries_;
    std::size_t next_ = 0;
    std::size_t used_ = 0;
};

}  // namespace lazulite
