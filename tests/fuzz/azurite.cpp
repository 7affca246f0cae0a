// What Azurite left behind: the first line names a service (b, q or t), the rest is its file of documents. Whatever is
// accepted is within the limits of the service; with a capital letter it is brought into stores in memory, which the
// checker then finds sound, whether it was refused or not.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "azurite/blob_document.hpp"
#include "azurite/import.hpp"
#include "azurite/shared.hpp"
#include "azurite/table_document.hpp"
#include "blob/domain/page.hpp"
#include "blob/rows/schema.hpp"
#include "input.hpp"
#include "queue/rows/schema.hpp"
#include "store/check.hpp"
#include "store/file_system.hpp"
#include "table/rows/schema.hpp"

using namespace lazulite;
using namespace lazulite::azurite;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// A folder with 4 KiB of bytes for blobs and for messages: a file called `file` whose id is `e`.
class LeftBehind {
  public:
    LeftBehind() : path_(fs::temp_directory_path() / ("lazulite-fuzz-azurite-" + std::to_string(getpid()))) {
        constexpr std::string_view kExtents =
            R"({"collections":[{"name":"$EXTENTS_COLLECTION$","data":[{"id":"e","locationId":"Default","path":"file","size":1}]}]})";
        for (const auto& [list, storage] : {std::pair{kBlobExtentFile, kBlobStorage}, {kQueueExtentFile, kQueueStorage}}) {
            fs::create_directories(path_ / storage);
            write(path_ / list, kExtents);
            write(path_ / storage / "file", std::string(4096, 'x'));
        }
    }
    ~LeftBehind() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    void put(std::string_view file, std::string_view text) {
        for (const std::string_view other : {kBlobFile, kQueueFile, kTableFile}) fs::remove(path_ / other);
        write(path_ / file, text);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

void check_blob(const FoundBlob& found) {
    std::uint64_t bytes = found.whole ? found.whole->length : 0;
    for (const auto& block : found.blocks) bytes += block.chunk.length;
    require(bytes <= 4096 * (found.blocks.size() + 1));
    if (found.blob.type == blob::BlobType::page) {
        require(found.blob.size <= blob::kLargestPageBlob && blob::whole_pages(found.blob.size));
        require(found.blob.sequence_number <= blob::kLargestSequenceNumber);
        for (const PageRange& range : found.pages) require(range.start < range.end && range.end <= found.blob.size);
        require(without_same(found.pages, found.pages).empty() && without_covered(found.pages, {}) == found.pages);
    } else {
        require(bytes == found.blob.size);
    }
}

void look(std::string_view collection, const Document& document, const ExtentFiles& files) {
    if (collection == "$BLOBS_COLLECTION$") {
        if (const auto found = blob_of(document, files)) check_blob(*found);
    } else if (collection == "$BLOCKS_COLLECTION$") {
        const FoundBlock block = block_of(document, files);
        require(block.chunk.length <= 4096 && files.read(block.chunk).size() == block.chunk.length);
    } else if (collection == "$CONTAINERS_COLLECTION$") {
        static_cast<void>(container_of(document));
    } else if (collection == kServices) {
        constexpr PropertiesDialect kStored{ServiceKind::blob, kNewestVersion, true};
        const ServiceProperties read = service_properties_of(document);
        require(parse_service_properties(write_service_properties(read, kStored), kStored) == read);
    } else {
        const table::Entity entity = entity_of(document);
        require(table::check_entity(entity.key, entity.properties).has_value());
    }
}

void bring(const fs::path& path) {
    const StoreKind* const kinds[] = {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore};
    const auto files = make_memory_file_system(1ULL << 30);
    ManualClock clock{Instant(std::chrono::seconds(1'800'000'000))};
    Stores::Options options;
    options.writer_threads = 1;
    options.wall = &clock;
    options.kinds = {std::begin(kinds), std::end(kinds)};
    auto stores = Stores::open(*files, options);
    require(stores.has_value());
    try {
        static_cast<void>(import_folder(path, **stores));
    } catch (const std::runtime_error& problem) {
        require(std::string_view(problem.what()).find('\n') == std::string_view::npos);
    }
    (*stores)->close();
    const auto problems = check(*files, kinds).problems;
    for (const std::string& one : problems) std::fprintf(stderr, "%s\n", one.c_str());
    require(problems.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static LeftBehind left;
    std::string_view text = text_of(data, size);
    const std::string_view first = take_first_line(text);
    const char kind = first.empty() ? '\0' : ascii_lower(first.front());
    const std::string_view file = kind == 'b' ? kBlobFile : kind == 'q' ? kQueueFile : kind == 't' ? kTableFile : std::string_view();
    if (file.empty()) return 0;
    left.put(file, text);
    const Folder folder(left.path());
    const ExtentFiles files(folder, kBlobExtentFile, kBlobStorage);
    try {
        folder.read(file, [&](std::string_view collection, const Document& document) {
            try {
                if (kind != 'q') look(collection, document, files);
            } catch (const std::runtime_error&) {  // one line for people
            }
        });
    } catch (const std::runtime_error&) {
    }
    if (kind != first.front()) bring(left.path());
    return 0;
}
