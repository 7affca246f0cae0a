#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lazulite::bench {

enum class Mode {
    fill, create, put, get, list, list_prefixes, get_random_ranges, put_blocks, commit_blocks, fill_appends, append, put_pages,
    delete_blobs, snapshot, copy, fill_tagged, find_tagged,
    fill_messages, put_messages, take_messages, mix_messages,
    fill_entities, insert_entities, batch_entities, get_entities, upsert_entities, query_partition, filter_entities,
    fill_ranges, put_ranges, get_ranges, fill_files, list_files, rename_files, rename_directories, snapshot_shares,
    fill_paths, create_paths, append_paths, list_paths, rename_paths, delete_paths, status_paths
};

/// The command line; `kUsage` in options.cpp says what each one means.
struct Options {
    Mode mode = Mode::get;
    std::uint16_t port = 0;
    std::vector<pid_t> pids;
    std::string path;
    std::string prefix;
    std::uint64_t first = 0;
    std::uint64_t count = 1;
    std::uint64_t size = 4096;
    std::uint64_t whole = 0;
    std::uint64_t page = 5000;
    std::uint64_t directories = 0;
    unsigned connections = 1;
    double seconds = 3;
    double warmup = 0;
    double rate = 0;  // of requests a second; none: as many as there can be
    bool close = false;
    std::uint64_t read_back = 0;
    std::vector<int> put_statuses = {201};
    std::string version = "2024-08-04";
    std::string sas;
    std::string account;
    std::string key;
};

/// Throws std::invalid_argument, with a text for people, when the command line makes no sense.
Options parse_options(int argc, char** argv);

}  // namespace lazulite::bench
