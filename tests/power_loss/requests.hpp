#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "service_account.hpp"

namespace lazulite::power_loss {

/// The accounts of a trace, each with one service that requests go to.
enum class Party : std::uint8_t { blobs, lake, queues, tables, files };
inline constexpr std::size_t kParties = 5;

struct PartyOf {
    std::string_view account;
    const Service& service;
    const Service* also;  ///< answers some of its requests
    const StoreKind& kind;
};
[[nodiscard]] const PartyOf& about(Party party);

/// Random requests of all services, which follow from a seed alone. Some fail, as requests do.
class Requests {
  public:
    using StoreOf = std::function<std::shared_ptr<Store>(Party)>;
    /// `store_of` opens what is not open. `between` may be called between two pieces of a body.
    Requests(std::uint64_t seed, StoreOf store_of, std::function<void()> between);

    void make_one();

    /// How many were made and how many of these succeeded, by what they were.
    struct Count {
        int made = 0;
        int succeeded = 0;
    };
    [[nodiscard]] const std::map<std::string, Count>& counts() const { return counts_; }

  private:
    using Answer = ServiceAccount::Answer;
    using Headers = ServiceAccount::Headers;

    std::uint64_t up_to(std::uint64_t limit) { return dice_() % (limit + 1); }
    bool chance(unsigned percent) { return dice_() % 100 < percent; }
    std::string one_of(const std::vector<std::string>& words) { return words[up_to(words.size() - 1)]; }
    std::string bytes();  ///< inline, packed, or longer
    std::string bytes(std::size_t size);
    std::string a_name(const char* stem, std::uint64_t count) { return stem + std::to_string(up_to(count - 1)); }

    Answer ask(Party party, const char* what, const std::string& container, const std::string& name, std::string_view method,
               const std::string& query, const Headers& headers = {}, std::string_view body = {});
    void blob_request();
    void block_request(const std::string& container, const std::string& blob);
    void page_request(const std::string& container, const std::string& blob);
    void container_request();
    void lake_request();
    void queue_request();
    void table_request();
    void batch(const std::string& table);
    void file_request();
    void share_request();
    void advance(Party party);

    std::mt19937_64 dice_;
    const StoreOf store_of_;
    const std::function<void()> between_;
    bool versions_ = false;
    Party party_{};
    std::vector<Party> parties_;  // of this trace; what comes twice is spoken to more often
    std::map<std::string, Count> counts_;

    std::map<std::string, std::vector<std::string>> staged_;  // block ids by blob
    std::map<std::string, std::vector<std::string>> listed_;
    std::map<std::string, std::size_t> written_;              // bytes of a file of the lake, appended or flushed
    std::vector<std::pair<std::string, std::string>> messages_;  // queue, and "id?popreceipt=..."
    std::string block_of_;
};

}  // namespace lazulite::power_loss
