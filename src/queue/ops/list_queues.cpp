#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "service/listing.hpp"

namespace lazulite::queue {
namespace {

constexpr IncludeValue kQueueIncludes[] = {{"metadata"}};

struct ListQueues {
    std::optional<std::string> prefix;
    std::optional<std::string> marker;
    std::optional<std::int64_t> max_results;
};

template <class Codec>
void describe(Codec& c, ListQueues& m) {
    c.query("prefix", m.prefix);
    c.query("marker", m.marker);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

}  // namespace

Task<Result<Response>> list_queues(Exchange& x) {
    LAZ_CO_TRY(const ListQueues command, decode<ListQueues>(x.request, x.query));
    LAZ_CO_TRY(const auto include, parse_include(x.query, kQueueIncludes, x.version));
    const Result<std::string> marker = decode_marker(command.marker.value_or(""));
    if (!marker) co_return fail(ErrorCode::invalid_marker);
    const std::string prefix = command.prefix.value_or("");
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));

    const auto make_page = [&](ReadTxn& tx, std::size_t entries) -> Result<Page> {
        XmlWriter xml;
        const bool old = x.version < kServiceEndpoint;
        xml.open("EnumerationResults", {{old ? "AccountName" : "ServiceEndpoint", x.target.endpoint()}});
        echo_parameters(xml, x.query);
        QueueCursor cursor(tx, std::max(prefix, *marker));
        xml.open("Queues");
        std::optional<Queue> queue = cursor.next();
        for (std::size_t count = 0; queue && queue->name.starts_with(prefix) && count < entries; ++count) {
            xml.open("Queue");
            xml.element("Name", queue->name);
            if (old) xml.element("Url", x.target.endpoint() + queue->name);
            if (includes(include, "metadata")) write_metadata(xml, queue->metadata);
            xml.close();
            queue = cursor.next();
        }
        xml.close();
        const bool more = queue && queue->name.starts_with(prefix);
        xml.element("NextMarker", more ? encode_marker(queue->name) : "");
        xml.close();
        return Page{xml.take(), more};
    };
    Result<Response> response = co_await answer_with_page(x, most, make_page);
    co_return response;
}

}  // namespace lazulite::queue
