#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "azurite/folder.hpp"
#include "azurite/import.hpp"
#include "blob/rows/schema.hpp"
#include "queue/rows/schema.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"
#include "table/rows/schema.hpp"

namespace lazulite::azurite {

/// A folder as Azurite leaves it, written by hand, and stores in memory to import it into.
class AFolder : public testing::Test {
  protected:
    AFolder() : path_(std::filesystem::temp_directory_path() / ("lazulite-azurite-" + std::to_string(getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
        Stores::Options options;
        options.wall = &clock_;
        options.kinds = {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore};
        stores_ = *Stores::open(files_, options);
    }
    ~AFolder() override {
        stores_->close();
        const StoreKind* const kinds[] = {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore};
        for (const std::string& problem : check(files_, kinds).problems) ADD_FAILURE() << problem;
        std::filesystem::remove_all(path_);
    }

    void file(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    using Collections = std::vector<std::pair<std::string, std::string>>;  // name and documents
    void database(std::string_view name, const Collections& collections) {
        std::string text = R"({"filename":"x","collections":[)";
        for (const auto& [collection, documents] : collections) {
            if (text.back() == '}') text += ',';
            text += R"({"name":")" + collection + R"(","data":[)" + documents + R"(],"idIndex":[1],"binaryIndices":{"name":{"values":[0]}}})";
        }
        file(std::string(name), text + R"(],"databaseVersion":1.5,"options":{"autosave":true}})");
    }
    /// The bytes of all blobs, or of all messages: one file, whose id is `e`.
    void bytes(const std::string& text, bool of_queues = false) {
        database(of_queues ? kQueueExtentFile : kBlobExtentFile,
                 {{"$EXTENTS_COLLECTION$", R"({"id":"e","locationId":"Default","path":"file","size":1})"}});
        file(std::string(of_queues ? kQueueStorage : kBlobStorage) + "/file", text);
    }

    Report import() { return import_folder(path_, *stores_); }
    /// What an import says that fails, without the folder's name.
    std::string refusal() {
        try {
            static_cast<void>(import());
        } catch (const std::runtime_error& problem) {
            std::string line = problem.what();
            for (std::size_t at = line.find(path_.string()); at != std::string::npos; at = line.find(path_.string())) {
                line.replace(at, path_.string().size(), "DIR");
            }
            return line;
        }
        return "imported";
    }
    std::shared_ptr<Store> store(std::string_view kind) { return *stores_->store("acct", kind); }

    std::filesystem::path path_;
    ManualClock clock_{Instant(std::chrono::seconds(1'800'000'000))};
    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    std::unique_ptr<Stores> stores_;
};

}  // namespace lazulite::azurite
