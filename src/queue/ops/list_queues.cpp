#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "service/listing.hpp"

namespace lazulite::queue {
namespace {

constexpr IncludeValue kQueueIncludes[] = {{"metadata"}};

}  // namespace

Task<Result<Response>> list_queues(Exchange& x) {
    LAZ_CO_TRY(const ListNames command, decode<ListNames>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kQueueIncludes, x.version));
    const Result<std::string> marker = decode_marker(command.marker.value_or(""));
    if (!marker) co_return fail(ErrorCode::invalid_marker);
    const std::string prefix = command.prefix.value_or("");

    const auto write = [&](XmlWriter& xml, const Queue& queue) {
        if (includes(include, "metadata")) write_metadata(xml, queue.metadata);
    };
    const auto make_page = [&](ReadTxn& tx, PageSize size) -> Result<Page> {
        return page_of_names(x, QueueCursor(tx, std::max(prefix, *marker)), "Queues", "Queue", prefix, size, write);
    };
    Result<Response> response = co_await answer_with_page(x, command.most(), make_page);
    co_return response;
}

}  // namespace lazulite::queue
