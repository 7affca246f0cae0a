#include "options.hpp"

#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include "entity_text.hpp"

namespace lazulite::bench {
namespace {

constexpr const char* kUsage = R"(usage: lazulite_load MODE --port PORT --path PATH [options]

Modes over blobs: fill puts every blob once; create does so until the time is up; put overwrites them in turn; get reads
them in turn; list walks the pages, and list-prefixes those by the delimiter "/"; get-random-ranges reads --size bytes of the
first blob, which has --whole, at --count places in turn; put-blocks puts --count blocks of the blob TEXT, and commit-blocks
their list; fill-appends makes empty append blobs; append appends to them in turn; put-pages
overwrites the page blob TEXT in turn, --size bytes at a time; delete-blobs deletes --count blobs, in parts that are put off
the clock before each; snapshot and copy go over blobs in turn, which are there already; fill-tagged makes blobs with tags, and
find-tagged finds 20 of them at a time.
Modes over the messages of a queue: fill-messages puts --count of them; put-messages puts until the time is up;
take-messages gets one and deletes it, in parts of --count messages that are put off the clock before each; mix-messages
puts on every other connection, and gets and deletes on the rest.
Modes over the entities of a table: fill-entities inserts --count of them by batches of 100; insert-entities and
batch-entities do so until the time is up, one by one or by batches; get-entities reads them in turn, or 65,536 of them;
upsert-entities writes the same eight on all connections; query-partition asks for partitions of 1,000; filter-entities
for a thousandth of all by a property. Both walk all pages, and a walk counts as one request.
Modes over a share: fill-ranges and put-ranges put the ranges of the file TEXT, each once, or in turn until the time is up,
and get-ranges reads them; fill-files makes empty files in the directory PATH; list-files walks its pages; rename-files and
rename-directories give what is there another name and the old one in turn; snapshot-shares takes up to 150 snapshots of each
share TEXT000000 ... of the account PATH.
Modes over a filesystem of Data Lake, whose files fill, put and get take too: fill-paths makes empty files, create-paths does so
until the time is up; append-paths appends to files in turn and flushes; list-paths walks the pages of all that is below PATH;
rename-paths gives files or directories another name and the old one in turn; delete-paths deletes each with all that is in it;
status-paths asks for their status in turn.
The result is one JSON object on stdout. Only 127.0.0.1 is contacted.

  --port PORT           where the server listens
  --path PATH           the container, queue, table, or directory of a share, e.g. /devstoreaccount1/bench
  --prefix TEXT         blobs, and partitions of entities, are named TEXT000000, TEXT000001, ...
  --first N             the number of the first one of them (fill, create)
  --count N             how many blobs, files, shares, writes of pages or ranges, messages or entities (put, put-pages, put-ranges,
                        append, snapshot, copy, renames: a multiple of the connections)
  --size BYTES          of each blob, block or write of pages, of each message's text, or of each entity's JSON
  --whole BYTES         of the blob (get-random-ranges)
  --page N              entries per list page
  --directories N       fill, list, fill-paths, list-paths: what there is is spread over so many directories d000000,
                        d000001, ... (list-prefixes: they are the entries)
  --connections N       each with one request in flight
  --seconds S           how long new requests are begun (fill, fill-...: until all are put)
  --warmup S            the same work before it, not counted
  --rate R              begin so many requests a second, when they are due, on connections that are free; latencies count from
                        when they were due. Otherwise each connection has one in flight all the time
  --close 0|1           a new connection for each request: they say Connection: close
  --read-back N         fill, create, commit-blocks, put, put-pages, put-ranges, append, copy, fill-, insert-, batch-entities: afterwards read N and compare them to what
                        was put last (upsert-entities: all)
  --put-statuses A,B    what a put may answer (201)
  --pids A,B            the server's processes, for its CPU time
  --version TEXT        x-ms-version
  --sas QUERY           goes into each request's query
  --account NAME --key BASE64    sign each request with Shared Key instead
)";

Mode parse_mode(const std::string& word) {
    static const std::map<std::string, Mode> modes = {
        {"fill", Mode::fill}, {"create", Mode::create}, {"put", Mode::put}, {"get", Mode::get}, {"list", Mode::list},
        {"list-prefixes", Mode::list_prefixes}, {"get-random-ranges", Mode::get_random_ranges},
        {"put-blocks", Mode::put_blocks}, {"commit-blocks", Mode::commit_blocks},
        {"fill-appends", Mode::fill_appends}, {"append", Mode::append},
        {"put-pages", Mode::put_pages},
        {"delete-blobs", Mode::delete_blobs}, {"snapshot", Mode::snapshot}, {"copy", Mode::copy},
        {"fill-tagged", Mode::fill_tagged}, {"find-tagged", Mode::find_tagged},
        {"fill-messages", Mode::fill_messages}, {"put-messages", Mode::put_messages},
        {"take-messages", Mode::take_messages}, {"mix-messages", Mode::mix_messages},
        {"fill-entities", Mode::fill_entities}, {"insert-entities", Mode::insert_entities},
        {"batch-entities", Mode::batch_entities}, {"get-entities", Mode::get_entities},
        {"upsert-entities", Mode::upsert_entities}, {"query-partition", Mode::query_partition},
        {"filter-entities", Mode::filter_entities},
        {"fill-ranges", Mode::fill_ranges}, {"put-ranges", Mode::put_ranges}, {"get-ranges", Mode::get_ranges},
        {"fill-files", Mode::fill_files}, {"list-files", Mode::list_files}, {"rename-files", Mode::rename_files},
        {"rename-directories", Mode::rename_directories}, {"snapshot-shares", Mode::snapshot_shares},
        {"fill-paths", Mode::fill_paths}, {"create-paths", Mode::create_paths}, {"append-paths", Mode::append_paths},
        {"list-paths", Mode::list_paths}, {"rename-paths", Mode::rename_paths}, {"delete-paths", Mode::delete_paths},
        {"status-paths", Mode::status_paths}};
    const auto found = modes.find(word);
    if (found == modes.end()) throw std::invalid_argument("unknown mode: " + word + "\n\n" + kUsage);
    return found->second;
}

template <class Number>
std::vector<Number> parse_numbers(const std::string& text) {
    std::vector<Number> numbers;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) numbers.push_back(std::stoi(part));
    return numbers;
}

using Setter = std::function<void(Options&, const std::string&)>;

const std::map<std::string, Setter>& setters() {
    static const std::map<std::string, Setter> all = {
        {"--port", [](Options& o, const std::string& v) { o.port = static_cast<std::uint16_t>(std::stoul(v)); }},
        {"--pids", [](Options& o, const std::string& v) { o.pids = parse_numbers<pid_t>(v); }},
        {"--path", [](Options& o, const std::string& v) { o.path = v; }},
        {"--prefix", [](Options& o, const std::string& v) { o.prefix = v; }},
        {"--first", [](Options& o, const std::string& v) { o.first = std::stoull(v); }},
        {"--count", [](Options& o, const std::string& v) { o.count = std::stoull(v); }},
        {"--size", [](Options& o, const std::string& v) { o.size = std::stoull(v); }},
        {"--whole", [](Options& o, const std::string& v) { o.whole = std::stoull(v); }},
        {"--page", [](Options& o, const std::string& v) { o.page = std::stoull(v); }},
        {"--directories", [](Options& o, const std::string& v) { o.directories = std::stoull(v); }},
        {"--connections",
         [](Options& o, const std::string& v) { o.connections = static_cast<unsigned>(std::stoul(v)); }},
        {"--seconds", [](Options& o, const std::string& v) { o.seconds = std::stod(v); }},
        {"--warmup", [](Options& o, const std::string& v) { o.warmup = std::stod(v); }},
        {"--rate", [](Options& o, const std::string& v) { o.rate = std::stod(v); }},
        {"--close", [](Options& o, const std::string& v) { o.close = v == "1"; }},
        {"--read-back", [](Options& o, const std::string& v) { o.read_back = std::stoull(v); }},
        {"--put-statuses", [](Options& o, const std::string& v) { o.put_statuses = parse_numbers<int>(v); }},
        {"--version", [](Options& o, const std::string& v) { o.version = v; }},
        {"--sas", [](Options& o, const std::string& v) { o.sas = v; }},
        {"--account", [](Options& o, const std::string& v) { o.account = v; }},
        {"--key", [](Options& o, const std::string& v) { o.key = v; }},
    };
    return all;
}

void check(const Options& options) {
    if (options.port == 0 || options.path.empty()) throw std::invalid_argument("--port and --path are needed");
    if (options.count == 0 || options.connections == 0 || options.page == 0) {
        throw std::invalid_argument("--count, --connections and --page start at 1");
    }
    if (options.mode == Mode::get_random_ranges && options.whole < options.size) {
        throw std::invalid_argument("--whole is at least --size");
    }
    const bool by_thousands = options.mode == Mode::fill_entities || options.mode == Mode::query_partition ||
                              options.mode == Mode::filter_entities;
    if (by_thousands && options.count % kPartitionSize != 0) {
        throw std::invalid_argument("entities of a table that is filled are counted by whole partitions of 1,000");
    }
    const bool one_writer_a_blob = options.mode == Mode::put || options.mode == Mode::append || options.mode == Mode::put_pages ||
                                   options.mode == Mode::put_ranges || options.mode == Mode::rename_files ||
                                   options.mode == Mode::rename_directories || options.mode == Mode::append_paths ||
                                   options.mode == Mode::rename_paths;
    if (one_writer_a_blob && options.count % options.connections != 0) {
        throw std::invalid_argument("put, append, put-pages, put-ranges and renames need as many for each connection, or two would write the same at once");
    }
}

}  // namespace

Options parse_options(int argc, char** argv) {
    if (argc < 2) throw std::invalid_argument(kUsage);
    Options options;
    options.mode = parse_mode(argv[1]);
    for (int place = 2; place < argc; place += 2) {
        const std::string name = argv[place];
        const auto setter = setters().find(name);
        if (setter == setters().end()) throw std::invalid_argument("unknown option: " + name + "\n\n" + kUsage);
        if (place + 1 == argc) throw std::invalid_argument(name + " needs a value");
        setter->second(options, argv[place + 1]);
    }
    check(options);
    return options;
}

}  // namespace lazulite::bench
