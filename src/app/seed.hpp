#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lazulite/emulator.hpp"
#include "service/service_kind.hpp"

namespace lazulite {

/// What stands in an account from the start, as requests will say it. Names are those of the REST reference; nothing in
/// here is checked by its rules yet. docs/seed.md says how a folder spells it.
struct Seed {
    using Headers = std::vector<std::pair<std::string, std::string>>;
    /// `source` is where it was read, for people: "seed/seed.json, containers, images".
    struct Blob {
        std::string name;
        std::filesystem::path file;
        Headers headers;
    };
    struct Container {
        std::string name, source;
        Headers headers;
        std::string policies;  ///< a SignedIdentifiers document, or empty
        std::vector<Blob> blobs;
    };
    struct Message {
        std::string text;
        std::optional<std::int64_t> visibility_timeout, time_to_live;  ///< seconds
    };
    struct Queue {
        std::string name, source;
        Headers headers;
        std::string policies;
        std::vector<Message> messages;
    };
    struct Entity {
        std::string source;
        std::string body;  ///< of Insert Entity
    };
    struct Table {
        std::string name, source;
        std::string policies;
        std::vector<Entity> entities;
    };
    struct Share {
        std::string name, source;
    };
    struct Service {
        ServiceKind kind;
        std::string source;
        std::string properties;  ///< a StorageServiceProperties document
    };

    std::string account;
    std::vector<Container> containers;
    std::vector<Queue> queues;
    std::vector<Table> tables;
    std::vector<Share> shares;
    std::vector<Service> services;
};

/// The folder of `--seed`, a Seed for every account it speaks of; `account` is whose the folder itself is. Files of blobs
/// are named and not read. Throws std::runtime_error with one clear line.
[[nodiscard]] std::vector<Seed> read_seed(const std::filesystem::path& folder, const std::string& account);

/// Adds the names of `--containers`, `--queues`, `--tables` and `--shares`.
void add_names(Seed& seed, const EmulatorOptions& options);

}  // namespace lazulite
