#include "sequence.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "wire/uri.hpp"

namespace lazulite::file::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kRemembered = 12;  ///< operations that a failure tells of
constexpr std::uint64_t kHalfGibibyte = 1ULL << 29;
constexpr std::size_t kMostPaths = 30;  ///< of a share; from there on things are removed
constexpr int kBetweenLooks = 20;       ///< operations between two looks at a whole share

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

FileSequence::FileSequence() : seed_(from_environment("LAZULITE_SEED", kSeed)), random_(seed_) { model_.advance(account_.now()); }

int FileSequence::operations(int otherwise) {
    return static_cast<int>(from_environment("LAZULITE_OPERATIONS", static_cast<std::uint64_t>(otherwise)));
}

std::int64_t FileSequence::number(const char* sql) {
    return *account_.store().read([sql](ReadTxn& tx) -> Result<std::int64_t> {
        Cursor row = tx.query(sql);
        return row.next() ? row.integer(0) : -1;
    });
}

// ---- chance ---------------------------------------------------------------------------------------------------------

std::uint64_t FileSequence::size() {
    if (chance(15)) return 0;
    if (chance(6)) return kHalfGibibyte * up_to(8);
    return chance(50) ? up_to(kLooked) : up_to(2000);
}

Path FileSequence::some_path() {
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end()) return {one_of(names_)};
    const std::vector<Path> paths = share->second.live.paths();
    if (!paths.empty() && chance(65)) return spoken(one_of(paths));
    Path path = paths.empty() || chance(40) ? Path() : one_of(paths);
    if (path.size() > 3) path.resize(3);
    path.push_back(one_of(names_));
    if (chance(3)) path.push_back(one_of(names_));
    return path;
}

Path FileSequence::path_to(Kind kind) {
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end() || chance(10)) return some_path();
    std::vector<Path> paths = share->second.live.paths();
    std::erase_if(paths, [&](const Path& path) {
        return share->second.live.node(share->second.live.find(path).node).kind != kind;
    });
    return paths.empty() ? some_path() : spoken(one_of(paths));
}

Path FileSequence::spoken(Path path) {
    if (nfs()) return path;
    for (std::string& name : path) {
        if (!chance(15)) continue;
        for (char& c : name) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return path;
}

Path FileSequence::path_in(const std::string& snapshot) {
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end() || !share->second.snapshots.contains(snapshot) || chance(20)) return some_path();
    const auto paths = share->second.snapshots.at(snapshot).tree.paths();
    return paths.empty() ? some_path() : spoken(one_of(paths));
}

std::string FileSequence::some_snapshot() {
    const auto share = model_.shares().find(share_);
    std::vector<std::string> ids{"2026-01-01T00:00:00.0000001Z"};
    if (share != model_.shares().end() && chance(90)) {
        for (const auto& [id, snapshot] : share->second.snapshots) ids.push_back(id);
    }
    return one_of(ids);
}

std::string FileSequence::some_attributes(bool directory) {
    if (nfs()) return "";
    const std::string more = chance(80) ? "" : chance(40) ? "ReadOnly | " : chance(50) ? "Hidden | " : "Hidden | System | ";
    return more + (directory ? "Directory" : "Archive");
}

/// Of any share, or of none.
std::string FileSequence::some_key() {
    std::vector<std::string> keys{"1*2"};
    for (const auto& [text, key] : model_.keys()) keys.push_back(key);
    return one_of(keys);
}

AskedPermission FileSequence::some_permission(bool is_new) {
    if (chance(nfs() ? 98 : 60)) return {};
    return given_permission(is_new);
}

AskedPermission FileSequence::given_permission(bool is_new) {
    if (chance(25)) return {is_new || chance(50) ? "inherit" : "preserve"};
    if (chance(3)) return {kNoPermission};
    if (chance(3)) return {one_of(kPermissions), some_key()};
    return chance(50) ? AskedPermission{one_of(kPermissions)} : AskedPermission{"", some_key()};
}

// ---- requests -------------------------------------------------------------------------------------------------------

Answer FileSequence::ask(std::string_view method, const Path& path, const std::string& query, Headers headers,
                         std::string_view body) {
    std::erase_if(headers, [](const auto& header) { return header.second.empty(); });
    return account_.send_to(share_, joined(path), method, query, headers, body);
}

Answer FileSequence::ask_share(std::string_view method, const std::string& query, const Headers& headers,
                               std::string_view body) {
    return ask(method, {}, "restype=share" + query, headers, body);
}

Told FileSequence::told(const Answer& answer) {
    return {answer.field("ETag"), answer.field("x-ms-file-id"), answer.field("x-ms-file-creation-time"),
            answer.field("x-ms-file-last-write-time")};
}

void FileSequence::add(Headers& headers, const AskedPermission& permission) {
    headers.emplace_back("x-ms-file-permission", permission.text);
    headers.emplace_back("x-ms-file-permission-key", permission.key);
}

std::string FileSequence::url_of(const Where& where) {
    return "http://127.0.0.1/acct/" + where.share + "/" + percent_encode(joined(where.path), "/") +
           (where.snapshot.empty() ? "" : "?sharesnapshot=" + where.snapshot);
}

std::string FileSequence::joined(const Path& path) {
    std::string text;
    for (const std::string& name : path) text += (text.empty() ? "" : "/") + name;
    return text;
}

void FileSequence::note(const std::string& what) {
    history_.push_back(share_ + ": " + what);
    if (history_.size() > kRemembered) history_.pop_front();
}

void FileSequence::compare(const Answer& answer, const Outcome& expected) {
    EXPECT_EQ(answer.status, expected.status) << answer.code;
    EXPECT_EQ(answer.code, expected.error);
}

// ---- steps ----------------------------------------------------------------------------------------------------------

void FileSequence::switch_retention() {
    model_.retention_days = chance(50) ? 0 : 1 + below(5);
    account_.settings().share_delete_retention_days = model_.retention_days;
    note("deleted shares are kept for " + std::to_string(model_.retention_days) + " days");
}

void FileSequence::pass_time() {
    const auto by = chance(70) ? Ticks(std::chrono::seconds(below(40))) : Ticks(std::chrono::hours(below(60)));
    note("time passes: " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(by).count()) + " s");
    account_.advance(by);
}

void FileSequence::step() {
    using Operation = void (FileSequence::*)();
    static const std::vector<std::pair<int, Operation>> kOften{
        {14, &FileSequence::create_file},    {10, &FileSequence::create_directory}, {22, &FileSequence::put_range},
        {10, &FileSequence::set_properties}, {6, &FileSequence::set_metadata},      {7, &FileSequence::delete_file},
        {6, &FileSequence::delete_directory}, {20, &FileSequence::rename},          {5, &FileSequence::create_link},
        {6, &FileSequence::lease_file},      {2, &FileSequence::lease_share},       {4, &FileSequence::snapshot_share},
        {3, &FileSequence::delete_snapshot}, {12, &FileSequence::read_snapshot},    {12, &FileSequence::list_ranges},
        {3, &FileSequence::create_share},    {1, &FileSequence::delete_share},      {2, &FileSequence::restore_share},
        {3, &FileSequence::set_share},       {2, &FileSequence::share_stats},       {1, &FileSequence::switch_retention},
        {4, &FileSequence::pass_time},       {24, &FileSequence::copy_file},        {2, &FileSequence::abort_copy},
        {3, &FileSequence::create_permission}, {5, &FileSequence::get_permission}};
    share_ = one_of(shares_);
    path_.clear();
    const auto share = model_.shares().find(share_);
    if (share == model_.shares().end() && chance(40)) {
        create_share();
    } else if (share != model_.shares().end() && share->second.live.paths().size() > kMostPaths && chance(60)) {
        chance(50) ? delete_file() : delete_directory();
    } else {
        int left = 0;
        for (const auto& [weight, operation] : kOften) left += weight;
        left = below(left);
        const auto chosen = std::find_if(kOften.begin(), kOften.end(), [&left](const auto& each) {
            left -= each.first;
            return left < 0;
        });
        (this->*chosen->second)();
    }
    account_.advance(1ms);
    model_.advance(account_.now());
    if (!path_.empty()) expect_there(live(path_));
}

void FileSequence::run(int operations) {
    for (int i = 0; i < operations && !HasFailure(); ++i) {
        step();
        if (i % kBetweenLooks == 0) look_at_share();
        if (i % kBetweenLooks == kBetweenLooks / 2) look_at_shares();
        if (!HasFailure()) continue;
        std::string last;
        for (const std::string& each : history_) last += "\n  " + each;
        FAIL() << "seed " << seed_ << ", operation " << i + 1 << "; the last ones:" << last;
    }
}

}  // namespace lazulite::file::test
