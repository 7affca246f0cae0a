#include "app/seed.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/content_type.hpp"
#include "app/cors_option.hpp"
#include "base/text.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::string_view kSeedFile = "seed.json";
constexpr std::string_view kEntities = ".jsonl";
constexpr std::string_view kKeepsEmptyFolder = ".gitkeep";  // what keeps a folder in git that has nothing else
constexpr char kAccountMark = '@';

[[noreturn]] void wrong(const std::string& source, const std::string& text) {
    throw std::runtime_error("seed: " + source + ": " + text);
}

/// A value of the file and the way to it, for people.
struct At {
    const json& value;
    std::string source;

    [[nodiscard]] At under(const std::string& key, const json& child) const { return {child, source + ", " + key}; }

    [[nodiscard]] const json& object() const {
        if (!value.is_object()) wrong(source, "not an object");
        return value;
    }
    [[nodiscard]] const json& array() const {
        if (!value.is_array()) wrong(source, "not a list");
        return value;
    }
    [[nodiscard]] std::string text() const {
        if (!value.is_string()) wrong(source, "not a text");
        return value.get<std::string>();
    }
    [[nodiscard]] std::int64_t seconds() const {
        if (!value.is_number_integer()) wrong(source, "not a whole number of seconds");
        return value.get<std::int64_t>();
    }
    [[nodiscard]] bool boolean() const {
        if (!value.is_boolean()) wrong(source, "neither true nor false");
        return value.get<bool>();
    }
    /// `each(key, At)` for every member; false is a key that nobody knows.
    template <class Each>
    void members(Each each) const {
        for (const auto& [key, child] : object().items()) {
            const At at = under(key, child);
            if (!each(key, at)) wrong(at.source, "unknown");
        }
    }
};

template <class Part>
Part& part_named(std::vector<Part>& parts, const std::string& name, const std::string& source) {
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
    if (found != parts.end()) return *found;
    Part& part = parts.emplace_back();
    part.name = name;
    part.source = source;
    return part;
}

// -- seed.json --------------------------------------------------------------------------------------------------------

void read_metadata(const At& at, Seed::Headers& into) {
    at.members([&](const std::string& name, const At& value) {
        into.emplace_back("x-ms-meta-" + name, value.text());
        return true;
    });
}

/// A SignedIdentifiers document. Reference: "Define a stored access policy".
std::string read_policies(const At& at) {
    XmlWriter xml;
    xml.open("SignedIdentifiers");
    for (const json& entry : at.array()) {
        std::string id, start, expiry, permission;
        const At policy{entry, at.source};
        policy.members([&](const std::string& key, const At& value) {
            std::string* const text = key == "id"           ? &id
                                      : key == "start"      ? &start
                                      : key == "expiry"     ? &expiry
                                      : key == "permission" ? &permission
                                                            : nullptr;
            if (text != nullptr) *text = value.text();
            return text != nullptr;
        });
        xml.open("SignedIdentifier");
        xml.element("Id", id);
        xml.open("AccessPolicy");
        if (!start.empty()) xml.element("Start", start);
        if (!expiry.empty()) xml.element("Expiry", expiry);
        if (!permission.empty()) xml.element("Permission", permission);
        xml.close();
        xml.close();
    }
    xml.close();
    return xml.take();
}

void set_header(Seed::Headers& headers, const std::string& name, std::string value) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
    if (found != headers.end()) {
        found->second = std::move(value);
    } else {
        headers.emplace_back(name, std::move(value));
    }
}

void read_blob(const At& at, Seed::Blob& blob) {
    at.members([&](const std::string& key, const At& value) {
        if (key == "metadata") {
            read_metadata(value, blob.headers);
            return true;
        }
        for (const auto& [known, header] : {std::pair{"contentType", "x-ms-blob-content-type"},
                                            {"contentEncoding", "x-ms-blob-content-encoding"},
                                            {"contentLanguage", "x-ms-blob-content-language"},
                                            {"contentDisposition", "x-ms-blob-content-disposition"},
                                            {"cacheControl", "x-ms-blob-cache-control"},
                                            {"tier", "x-ms-access-tier"}}) {
            if (key != known) continue;
            set_header(blob.headers, header, value.text());
            return true;
        }
        return false;
    });
}

void read_container(const At& at, Seed::Container& container) {
    at.members([&](const std::string& key, const At& value) {
        if (key == "publicAccess") {
            container.headers.emplace_back("x-ms-blob-public-access", value.text());
        } else if (key == "metadata") {
            read_metadata(value, container.headers);
        } else if (key == "policies") {
            container.policies = read_policies(value);
        } else if (key == "blobs") {
            value.members([&](const std::string& name, const At& properties) {
                const auto blob = std::find_if(container.blobs.begin(), container.blobs.end(),
                                               [&](const Seed::Blob& each) { return each.name == name; });
                if (blob == container.blobs.end()) wrong(properties.source, "there is no such file");
                read_blob(properties, *blob);
                return true;
            });
        } else {
            return false;
        }
        return true;
    });
}

Seed::Message read_message(const At& at) {
    Seed::Message message;
    bool base64 = false;
    const auto read = [&](const std::string& key, const At& value) {
        if (key == "text") {
            message.text = value.text();
        } else if (key == "base64") {
            base64 = value.boolean();
        } else if (key == "visibilityTimeout") {
            message.visibility_timeout = value.seconds();
        } else if (key == "timeToLive") {
            message.time_to_live = value.seconds();
        } else {
            return false;
        }
        return true;
    };
    if (at.value.is_string()) {
        message.text = at.text();
    } else {
        at.members(read);
    }
    if (base64) message.text = base64_encode(as_bytes(message.text));
    if (!legal_in_xml(message.text)) wrong(at.source, "a text with characters that no message can hold; base64 can");
    return message;
}

void read_queue(const At& at, Seed::Queue& queue) {
    at.members([&](const std::string& key, const At& value) {
        if (key == "metadata") {
            read_metadata(value, queue.headers);
        } else if (key == "policies") {
            queue.policies = read_policies(value);
        } else if (key == "messages") {
            for (const json& message : value.array()) queue.messages.push_back(read_message({message, value.source}));
        } else {
            return false;
        }
        return true;
    });
}

void read_table(const At& at, Seed::Table& table) {
    at.members([&](const std::string& key, const At& value) {
        if (key == "policies") {
            table.policies = read_policies(value);
        } else if (key == "entities") {
            std::size_t number = 0;
            for (const json& entity : value.array()) {
                table.entities.push_back({value.source + ", number " + std::to_string(++number), entity.dump()});
            }
        } else {
            return false;
        }
        return true;
    });
}

/// `errorDocument404Path` -> `ErrorDocument404Path`
std::string element_name(std::string key) {
    if (!key.empty()) key.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(key.front())));
    return key;
}

std::string with_commas(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
    return text;
}

void write_cors(XmlWriter& xml, const At& at) {
    const auto rules = read_cors(at.value);
    if (!rules) wrong(at.source, "not CORS rules");
    xml.open("Cors");
    for (const CorsOptions& rule : *rules) {
        xml.open("CorsRule");
        xml.element("AllowedOrigins", with_commas(rule.allowed_origins));
        xml.element("AllowedMethods", with_commas(rule.allowed_methods));
        xml.element("AllowedHeaders", with_commas(rule.allowed_headers));
        xml.element("ExposedHeaders", with_commas(rule.exposed_headers));
        xml.element("MaxAgeInSeconds", std::to_string(rule.max_age_seconds));
        xml.close();
    }
    xml.close();
}

void write_property(XmlWriter& xml, const std::string& key, const At& at) {
    const json& value = at.value;
    if (value.is_object()) {
        xml.open(element_name(key));
        at.members([&](const std::string& name, const At& child) {
            write_property(xml, name, child);
            return true;
        });
        xml.close();
    } else if (value.is_string()) {
        xml.element(element_name(key), value.get<std::string>());
    } else if (value.is_boolean() || value.is_number()) {
        xml.element(element_name(key), value.dump());
    } else {
        wrong(at.source, "neither a value nor an object");
    }
}

/// The elements of StorageServiceProperties, each with a small first letter; `cors` as in the configuration file.
std::string read_properties(const At& at) {
    XmlWriter xml;
    xml.open("StorageServiceProperties");
    at.members([&](const std::string& key, const At& value) {
        if (key == "cors") {
            write_cors(xml, value);
        } else {
            write_property(xml, key, value);
        }
        return true;
    });
    xml.close();
    return xml.take();
}

void read_seed_file(const fs::path& file, Seed& seed) {
    std::ifstream stream(file);
    if (!stream) wrong(file.string(), "cannot be read");
    const json root = json::parse(stream, nullptr, false);
    if (root.is_discarded()) wrong(file.string(), "is not JSON");
    const auto each_named = [](const At& group, auto& parts, auto read) {
        group.members([&](const std::string& name, const At& at) {
            read(at, part_named(parts, name, at.source));
            return true;
        });
    };
    At{root, file.string()}.members([&](const std::string& key, const At& group) {
        if (key == "containers") {
            each_named(group, seed.containers, read_container);
        } else if (key == "queues") {
            each_named(group, seed.queues, read_queue);
        } else if (key == "tables") {
            each_named(group, seed.tables, read_table);
        } else if (key == "services") {
            group.members([&](const std::string& name, const At& properties) {
                for (const ServiceKind kind : {ServiceKind::blob, ServiceKind::queue, ServiceKind::table}) {
                    if (label(kind) != name) continue;
                    seed.services.push_back({kind, properties.source, read_properties(properties)});
                    return true;
                }
                return false;
            });
        } else {
            return false;
        }
        return true;
    });
}

// -- the folder -------------------------------------------------------------------------------------------------------

/// Names that stand for nothing: `.gitkeep`, and what a mounted ConfigMap keeps beside its files (`..data`).
bool is_left_out(const std::string& name) { return name == kKeepsEmptyFolder || name.starts_with(".."); }

std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
    std::error_code problem;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
        const std::string name = at->path().filename().string();
        if (!is_utf8(name)) wrong(at->path().string(), "the name is not UTF-8");
        if (!is_left_out(name)) entries.push_back(*at);
    }
    if (problem) wrong(folder.string(), problem.message());
    std::sort(entries.begin(), entries.end());
    return entries;
}

void read_blobs(const fs::path& folder, const std::string& prefix, Seed::Container& container) {
    for (const fs::directory_entry& entry : entries_of(folder)) {
        std::error_code problem;
        const std::string name = prefix + entry.path().filename().string();
        if (entry.is_directory(problem)) {
            read_blobs(entry.path(), name + "/", container);
        } else if (entry.is_regular_file(problem)) {
            container.blobs.push_back({name, entry.path(), {{"x-ms-blob-content-type", std::string(content_type_of(name))}}});
        } else {
            wrong(entry.path().string(), problem ? problem.message() : "neither a file nor a folder");
        }
    }
}

void read_entities(const fs::path& file, Seed::Table& table) {
    std::ifstream stream(file);
    if (!stream) wrong(file.string(), "cannot be read");
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (line.ends_with('\r')) line.pop_back();
        if (!trim(line).empty()) table.entities.push_back({file.string() + ":" + std::to_string(number), line});
    }
}

void read_account(const fs::path& folder, const std::string& account, std::vector<Seed>& seeds) {
    const bool nested = !seeds.empty();
    const std::size_t index = seeds.size();
    seeds.emplace_back().account = account;
    for (const fs::directory_entry& entry : entries_of(folder)) {
        const fs::path& path = entry.path();
        const std::string name = path.filename().string();
        const bool is_folder = entry.is_directory();
        if (is_folder && name.front() == kAccountMark && !nested) {
            read_account(path, name.substr(1), seeds);
        } else if (is_folder) {
            read_blobs(path, "", part_named(seeds[index].containers, name, path.string()));
        } else if (name.ends_with(kEntities) && name.size() > kEntities.size()) {
            read_entities(path, part_named(seeds[index].tables, path.stem().string(), path.string()));
        } else if (name != kSeedFile) {
            wrong(path.string(), "neither a folder (a container) nor NAME.jsonl (a table) nor seed.json");
        }
    }
    if (fs::exists(folder / kSeedFile)) read_seed_file(folder / kSeedFile, seeds[index]);
}

}  // namespace

std::vector<Seed> read_seed(const fs::path& folder, const std::string& account) {
    std::vector<Seed> seeds;
    read_account(folder, account, seeds);
    return seeds;
}

void add_names(Seed& seed, const EmulatorOptions& options) {
    for (const std::string& name : options.containers) part_named(seed.containers, name, "--containers");
    for (const std::string& name : options.queues) part_named(seed.queues, name, "--queues");
    for (const std::string& name : options.tables) part_named(seed.tables, name, "--tables");
    for (const std::string& name : options.shares) part_named(seed.shares, name, "--shares");
}

}  // namespace lazulite
