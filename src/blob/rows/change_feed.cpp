#include "blob/rows/change_feed.hpp"

#include <chrono>
#include <cstdio>
#include <string>

#include "base/avro.hpp"
#include "base/hash.hpp"
#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/expiry.hpp"
#include "store/contents.hpp"

namespace lazulite::blob {
namespace {

using std::chrono::floor;
using std::chrono::hours;

/// Of an append blob.
constexpr std::uint64_t kMostBlocks = 50'000;

/// The segment that is there from the start, always empty: that of the year in which Windows' file times begin.
const Instant kInitialSegment = std::chrono::sys_days(std::chrono::January / 1 / 1601);

std::string format(Instant hour, const char* pattern) {
    const auto day = floor<std::chrono::days>(hour);
    const std::chrono::year_month_day date(day);
    char text[64];
    std::snprintf(text, sizeof text, pattern, static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(floor<hours>(hour - day).count()));
    return text;
}

std::string path_of(Instant hour) { return format(hour, "%04d/%02u/%02u/%02d00/"); }
std::string iso_of(Instant hour) { return format(hour, "%04d-%02u-%02uT%02d:00:00.000Z"); }

std::string diagnostics(std::string_view time) {
    return R"("storageDiagnostics":{"version":0,"lastModifiedTime":")" + std::string(time) + R"(","data":{}})";
}

std::string manifest(Instant hour, std::string_view status, bool has_log) {
    std::string text = R"({"version":0,"begin":")" + iso_of(hour) + R"(","intervalSecs":3600,"status":")";
    text.append(status);
    text.append(R"(","config":{"version":0,"configVersionEtag":"0x8d698f0fba563db","numShards":1,)"
                R"("recordsFormat":"avro","formatSchemaVersion":5,"shardDistFnVersion":1},"chunkFilePaths":[)");
    if (has_log) text.append("\"").append(kChangeFeedContainer).append("/log/00/").append(path_of(hour)).append("\"");
    return text.append("],").append(diagnostics(iso_of(hour))).append("}");
}

std::string segments(Instant last_consumable) {
    return R"({"version":0,"lastConsumable":")" + iso_of(last_consumable) + "\"," + diagnostics(iso_of(last_consumable)) +
           "}";
}

std::string md5_of(std::string_view text) {
    Md5 md5;
    md5.update(as_bytes(text));
    const Md5Digest digest = md5.finish();
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Puts a text in the place of what stands there.
void put_text(WriteTxn& tx, const BlobKey& key, std::string_view text) {
    const auto before = find_blob(tx, key);
    Blob blob;
    blob.tick = tx.next_tick();
    blob.created = before ? before->created : blob.tick;
    blob.size = text.size();
    blob.headers.type = "application/json";
    blob.headers.md5 = md5_of(text);
    blob.content = contents::create_inline(tx, text);
    replace(tx, key, before, blob);
}

std::string manifest_name(Instant hour) { return "idx/segments/" + path_of(hour) + "meta.json"; }

Container opened(WriteTxn& tx) {
    if (auto container = find_container(tx, kChangeFeedContainer)) return *std::move(container);
    Container container;
    container.name = kChangeFeedContainer;
    container.container_id = tx.next_id();
    container.root_dir_id = tx.next_id();
    container.tick = container.created = tx.next_tick();
    insert_container(tx, container);
    put_text(tx, {container.root_dir_id, "meta/segments.json"}, segments(kInitialSegment));
    put_text(tx, {container.root_dir_id, manifest_name(kInitialSegment)}, manifest(kInitialSegment, "Finalized", false));
    return container;
}

/// The last name behind `first` and before `end`.
std::optional<std::string> last_name(ReadTxn& tx, std::int64_t dir_id, const std::string& first, const std::string& end) {
    Cursor row = tx.query("SELECT name FROM blobs WHERE dir_id = ?1 AND name > ?2 AND name < ?3 ORDER BY name DESC LIMIT 1",
                          dir_id, first, end);
    if (!row.next()) return std::nullopt;
    return std::string(row.bytes(0));
}

/// Which hour a manifest is of.
Instant hour_of(const std::string& manifest_name) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    if (std::sscanf(manifest_name.c_str(), "idx/segments/%d/%u/%u/%2d", &year, &month, &day, &hour) != 4) return {};
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    return Instant(std::chrono::sys_days(date)) + hours(hour);
}

/// A segment is complete when the next one begins, whether or not anybody has looked at the clock since.
void begin_segment(WriteTxn& tx, std::int64_t dir_id, Instant hour, std::optional<std::chrono::days> retention) {
    const std::string name = manifest_name(hour);
    if (const auto previous = last_name(tx, dir_id, manifest_name(kInitialSegment), name)) {
        finalize_segment(tx, hour_of(*previous));
    }
    put_text(tx, {dir_id, name}, manifest(hour, "Publishing", true));
    tx.expire_at(hour + hours(1), static_cast<int>(Expiry::segment), tick_count(hour), {});
    if (!retention) return;
    tx.expire_at(hour + hours(1) + *retention, static_cast<int>(Expiry::segment_over), tick_count(hour), {});
}

std::string log_name(const std::string& folder, unsigned number) {
    char text[16];
    std::snprintf(text, sizeof text, "%05u.avro", number);
    return folder + text;
}

}  // namespace

void open_change_feed(WriteTxn& tx) { static_cast<void>(opened(tx)); }

void append_to_change_feed(WriteTxn& tx, Instant time, std::string_view schema, std::string_view record,
                           std::optional<std::chrono::days> retention) {
    const Container feed = opened(tx);
    const Instant hour = floor<hours>(time);
    const std::string folder = "log/00/" + path_of(hour);
    BlobKey key{feed.root_dir_id, {}};
    std::optional<Blob> before;
    if (const auto last = last_name(tx, key.dir_id, folder, folder + '~')) {
        key.name = *last;
        before = find_blob(tx, key);
        if (before->committed_blocks >= kMostBlocks) {
            const auto number = static_cast<unsigned>(std::stoul(last->substr(folder.size())));
            key.name = log_name(folder, number + 1);
            before.reset();
        }
    } else {
        key.name = log_name(folder, 0);
        begin_segment(tx, key.dir_id, hour, retention);
    }

    const std::string sync = md5_of(std::to_string(feed.container_id) + '/' + key.name);
    Blob log;
    if (before) {
        log = *before;
    } else {
        log.type = BlobType::append;
        log.created = time;
        log.headers.type = "avro/binary";
        const std::string header = avro::header(schema, sync);
        log.size = header.size();
        log.content = contents::create_list(tx, std::vector<Block>{{{}, log.size, header, Naming::fresh}});
        log.committed_blocks = 1;
    }
    std::string block;
    avro::append_block(block, record, sync);
    const std::uint64_t length = block.size();
    log.content = contents::append(tx, log.content, log.size, {{}, length, std::move(block), Naming::fresh});
    log.size += length;
    log.committed_blocks += 1;
    log.tick = time;
    replace(tx, key, before, log);
}

void remove_segment(WriteTxn& tx, Instant hour) {
    const auto feed = find_container(tx, kChangeFeedContainer);
    if (!feed) return;
    const auto remove = [&](const std::string& name) {
        const BlobKey key{feed->root_dir_id, name};
        if (const auto blob = find_blob(tx, key)) replace(tx, key, blob, std::nullopt);
    };
    const std::string folder = "log/00/" + path_of(hour);
    while (const auto log = last_name(tx, feed->root_dir_id, folder, folder + '~')) remove(*log);
    remove(manifest_name(hour));
}

void finalize_segment(WriteTxn& tx, Instant hour) {
    const auto feed = find_container(tx, kChangeFeedContainer);
    if (!feed || !find_blob(tx, {feed->root_dir_id, manifest_name(hour)})) return;
    put_text(tx, {feed->root_dir_id, manifest_name(hour)}, manifest(hour, "Finalized", true));
    put_text(tx, {feed->root_dir_id, "meta/segments.json"}, segments(hour));
}

}  // namespace lazulite::blob
