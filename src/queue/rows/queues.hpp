#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "queue/rows/messages.hpp"
#include "store/transaction.hpp"

namespace lazulite::queue {

/// A queue as stored.
struct Queue {
    std::string name;
    Generation generation = 0;
    Instant created;
    std::string metadata;  ///< packed (wire/metadata.hpp)
    std::string policies;  ///< stored access policies, packed (auth/stored_policy.hpp)
};

[[nodiscard]] std::optional<Queue> find_queue(ReadTxn& tx, std::string_view name);
/// As find_queue, failing with queue_not_found or queue_being_deleted.
[[nodiscard]] Result<Queue> require_queue(ReadTxn& tx, std::string_view name);
/// The same for those who only want its messages.
[[nodiscard]] Result<Generation> require_generation(ReadTxn& tx, std::string_view name);
/// Fails with queue_being_deleted.
[[nodiscard]] Result<> check_not_being_deleted(ReadTxn& tx, std::string_view name);

void insert_queue(WriteTxn& tx, const Queue& queue);
void update_queue(WriteTxn& tx, const Queue& queue);
/// O(1): its messages are drained later. Its name is being deleted up to `until`, if any.
void remove_queue(WriteTxn& tx, const Queue& queue, std::optional<Instant> until);

/// Walks queues in name order from `first` on.
class QueueCursor {
  public:
    QueueCursor(ReadTxn& tx, std::string_view first);
    [[nodiscard]] std::optional<Queue> next();

  private:
    Cursor cursor_;
};

}  // namespace lazulite::queue
