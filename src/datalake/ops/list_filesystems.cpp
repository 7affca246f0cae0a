#include "blob/rows/change_feed.hpp"
#include "datalake/ops/common.hpp"
#include "datalake/ops/json_objects.hpp"
#include "datalake/ops/operations.hpp"
#include "service/listing.hpp"
#include "wire/date.hpp"

namespace lazulite::datalake {
namespace {

struct ListFilesystems {
    std::optional<std::string> prefix;
    std::optional<std::int64_t> max_results;
};

template <class Codec>
void describe(Codec& c, ListFilesystems& m) {
    c.query("prefix", m.prefix);
    c.query("maxResults", m.max_results, Between{1, kMostResults, true});
}

struct Filesystems {
    JsonObjects list;
    std::optional<std::string> next;
};

}  // namespace

Task<Result<Response>> list_filesystems(Exchange& x) {
    LAZ_CO_TRY(const ListFilesystems command, decode<ListFilesystems>(x.request, x.query));
    LAZ_CO_TRY(const std::string from, decode_continuation(x.query));
    const std::string prefix = command.prefix.value_or("");
    const auto most = static_cast<std::size_t>(command.max_results.value_or(kMostResults));
    const std::string first = std::max(prefix, from);
    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Filesystems>> {
        Filesystems page;
        blob::ContainerCursor cursor(tx, first);
        while (const auto container = cursor.next()) {
            if (!container->name.starts_with(prefix)) break;
            if (container->name == blob::kChangeFeedContainer) continue;
            if (page.list.size() == most) {
                page.next = container->name;
                break;
            }
            if (effort == Effort::little && page.list.size() == kShortPage) return std::nullopt;
            page.list.begin();
            page.list.put("etag", without_quotes(etag_text(container->tick)));
            page.list.put("lastModified", format_rfc1123(container->tick));
            page.list.put("name", container->name);
            page.list.end();
        }
        return page;
    };
    LAZ_CO_TRY(const Filesystems page, co_await long_read(x, read));
    co_return json_page("{\"filesystems\":" + page.list.array() + "}", page.next);
}

}  // namespace lazulite::datalake
