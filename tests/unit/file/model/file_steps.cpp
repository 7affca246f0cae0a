#include "sequence.hpp"
#include "wire/uri.hpp"

namespace lazulite::file::test {

void FileSequence::create_directory() {
    path_ = some_path();
    const std::string metadata = word();
    note("Create Directory " + joined(path_));
    const AskedPermission permission = some_permission(true);
    Headers headers{{"x-ms-meta-m", metadata}};
    add(headers, permission);
    const Answer answer = ask("PUT", path_, "restype=directory", headers);
    compare(answer, model_.create_directory(live(path_), metadata, permission, told(answer)));
}

void FileSequence::delete_directory() {
    path_ = path_to(Kind::directory);
    note("Delete Directory " + joined(path_));
    compare(ask("DELETE", path_, "restype=directory"), model_.delete_directory(live(path_)));
}

void FileSequence::create_file() {
    path_ = some_path();
    Model::NewFile file{.size = size(),
                        .data = 0,
                        .metadata = word(),
                        .type = "text/t" + std::to_string(below(9)),
                        .attributes = some_attributes(false),
                        .permission = some_permission(true),
                        .lease = lease_id()};
    if (file.size > 0 && chance(20)) file.data = 1 + up_to(std::min(file.size, kLooked) - 1);
    note("Create File " + joined(path_) + " of " + std::to_string(file.size) + " with " + std::to_string(file.data));
    // A file that is made without attributes is to be archived.
    Headers headers{{"x-ms-type", "file"},
                    {"x-ms-content-length", std::to_string(file.size)},
                    {"x-ms-content-type", file.type},
                    {"x-ms-meta-m", file.metadata},
                    {"x-ms-file-attributes", file.attributes == "Archive" ? "" : file.attributes},
                    {"x-ms-lease-id", file.lease}};
    add(headers, file.permission);
    const Answer answer = ask("PUT", path_, "", headers, text_of_write(0, file.data));
    compare(answer, model_.create_file(live(path_), file, told(answer)));
}

std::string FileSequence::text_of_write(std::uint64_t first, std::uint64_t length) const {
    std::string text(length, '\0');
    for (std::uint64_t i = 0; i < length; ++i) text[i] = byte_of(model_.next_write(), first + i);
    return text;
}

void FileSequence::put_range() {
    path_ = path_to(Kind::file);
    const bool clear = chance(25);
    const Node* node = nullptr;
    (void)model_.read(live(path_), false, &node);
    const std::uint64_t seen = node == nullptr || node->size == 0 || chance(5) ? kLooked : std::min(node->size, kLooked);
    const std::uint64_t first = up_to(seen - 1);
    const std::uint64_t length = 1 + up_to(chance(70) ? std::min<std::uint64_t>(900, seen - first - 1) : seen - first - 1);
    const std::string lease = lease_id();
    const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + length - 1);
    note((clear ? "Clear Range " : "Put Range ") + joined(path_) + " " + range);
    const Answer answer = ask("PUT", path_, "comp=range",
                              {{"x-ms-range", range}, {"x-ms-write", clear ? "clear" : "update"}, {"x-ms-lease-id", lease}},
                              clear ? "" : text_of_write(first, length));
    compare(answer, model_.write(live(path_), first, length, clear, lease, told(answer)));
}

void FileSequence::set_properties() {
    const bool directory = chance(20);
    if (!directory || chance(85)) path_ = path_to(directory ? Kind::directory : Kind::file);
    Model::Properties properties;
    if (!directory && chance(70)) properties.size = size();
    if (!directory) properties.type = chance(20) ? "" : "text/t" + std::to_string(below(9));
    if (chance(40)) properties.attributes = some_attributes(directory);
    properties.permission = some_permission(false);
    if (!directory) properties.lease = lease_id();
    note("Set Properties " + joined(path_) + (properties.size ? ", to " + std::to_string(*properties.size) + " bytes" : ""));
    Headers headers{{"x-ms-content-length", properties.size ? std::to_string(*properties.size) : ""},
                    {"x-ms-content-type", properties.type},
                    {"x-ms-file-attributes", properties.attributes},
                    {"x-ms-lease-id", properties.lease}};
    add(headers, properties.permission);
    const Answer answer = ask("PUT", path_, directory ? "restype=directory&comp=properties" : "comp=properties", headers);
    compare(answer, model_.set_properties(live(path_), directory, properties, told(answer)));
}

void FileSequence::set_metadata() {
    const bool directory = chance(30);
    path_ = path_to(directory ? Kind::directory : Kind::file);
    const std::string value = word();
    const std::string lease = directory ? "" : lease_id();
    note("Set Metadata " + joined(path_));
    const Answer answer = ask("PUT", path_, directory ? "restype=directory&comp=metadata" : "comp=metadata",
                              {{"x-ms-meta-m", value}, {"x-ms-lease-id", lease}});
    compare(answer, model_.set_metadata(live(path_), directory, value, lease, told(answer)));
}

void FileSequence::delete_file() {
    path_ = path_to(Kind::file);
    const std::string lease = lease_id();
    note("Delete File " + joined(path_));
    compare(ask("DELETE", path_, "", {{"x-ms-lease-id", lease}}), model_.delete_file(live(path_), lease));
}

void FileSequence::rename() {
    Model::Rename asked;
    asked.directory = chance(45);
    asked.replace = chance(50);
    asked.ignore_read_only = chance(50);
    asked.source_lease = lease_id();
    asked.destination_lease = lease_id();
    if (chance(20)) asked.metadata = word();
    const Path from = path_to(asked.directory ? Kind::directory : Kind::file);
    path_ = some_path();
    note("Rename " + joined(from) + " to " + joined(path_) + (asked.replace ? ", replacing" : ""));
    if (chance(30)) asked.permission = some_permission(false);
    Headers headers{{"x-ms-file-rename-source", url_of(live(from))},
                    {"x-ms-file-rename-replace-if-exists", asked.replace ? "true" : ""},
                    {"x-ms-file-rename-ignore-readonly", asked.ignore_read_only ? "true" : "false"},
                    {"x-ms-source-lease-id", asked.source_lease},
                    {"x-ms-destination-lease-id", asked.destination_lease},
                    {"x-ms-meta-m", asked.metadata}};
    add(headers, asked.permission);
    const Answer answer = ask("PUT", path_, asked.directory ? "restype=directory&comp=rename" : "comp=rename", headers);
    compare(answer, model_.rename(live(from), path_, asked, told(answer)));
    expect_there(live(from));
}

void FileSequence::create_link() {
    path_ = some_path();
    if (chance(40)) {
        const std::string target = "../" + one_of(names_);
        note("Create Symbolic Link " + joined(path_) + " to " + target);
        const Answer answer = ask("PUT", path_, "restype=symboliclink", {{"x-ms-link-text", percent_encode(target, "/")}});
        return compare(answer, model_.create_link(live(path_), target, told(answer)));
    }
    const Path target = path_to(Kind::file);
    const std::string lease = lease_id();
    note("Create Hard Link " + joined(path_) + " to " + joined(target));
    const Answer answer = ask("PUT", path_, "restype=hardlink",
                              {{"x-ms-type", "file"}, {"x-ms-file-target-file", "/" + joined(target)}, {"x-ms-lease-id", lease}});
    compare(answer, model_.create_hard_link(live(path_), target, lease, told(answer)));
}

void FileSequence::lease_file() {
    path_ = path_to(Kind::file);
    Outcome missing;
    Lease* const held = model_.file_lease(live(path_), missing);
    lease(path_, "comp=lease", held, missing, false);
}

void FileSequence::lease(const Path& path, const std::string& query, Lease* held, const Outcome& missing, bool ends) {
    std::vector<std::string> actions{"acquire", "acquire", "change", "release", "release", "break", "break"};
    if (ends) actions.emplace_back("renew");
    const std::string action = one_of(actions);
    const std::string id = one_of(leases_);
    const std::string proposed = one_of(leases_);
    const int seconds = !ends || chance(30) ? -1 : 15 + below(46);
    const std::optional<int> period = ends && chance(50) ? std::optional(below(30)) : std::nullopt;
    note("Lease " + joined(path) + " " + action);
    Headers more{{"x-ms-lease-action", action}};
    if (action == "acquire") {
        more.emplace_back("x-ms-proposed-lease-id", id);
        more.emplace_back("x-ms-lease-duration", std::to_string(seconds));
    } else if (action == "break") {
        if (period) more.emplace_back("x-ms-lease-break-period", std::to_string(*period));
    } else {
        more.emplace_back("x-ms-lease-id", id);
        if (action == "change") more.emplace_back("x-ms-proposed-lease-id", proposed);
    }
    const Answer answer = ask("PUT", path, query, more);
    const Instant now = model_.now;
    compare(answer, held == nullptr       ? missing
                    : action == "acquire" ? held->acquire(id, seconds, now)
                    : action == "renew"   ? held->renew(id, now)
                    : action == "change"  ? held->change(id, proposed, now)
                    : action == "release" ? held->release(id)
                                          : held->break_now(period, now));
}

}  // namespace lazulite::file::test
