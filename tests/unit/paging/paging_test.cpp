#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "in_memory.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "wire/uri.hpp"

// For every list operation, whatever it is asked to include, and every size of a page from 1 to more than there is: each item
// comes exactly once, in the order of one page that holds all. What there is was noted when it was made.
namespace lazulite {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Items = std::vector<std::string>;

class OneText final : public BodyReader {
  public:
    explicit OneText(std::string_view text) : rest_(text) {}
    Task<Result<ByteView>> read() override {
        const auto piece = std::exchange(rest_, {});
        co_return as_bytes(piece);
    }

  private:
    std::string_view rest_;
};

struct Answer {
    int status = 0;
    Fields fields;
    std::string text;

    [[nodiscard]] std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
};

/// An account that makes versions, if it is not told otherwise, and keeps deleted containers and shares; asked by its owner.
class Owner {
  public:
    explicit Owner(bool versioning = true) : files_(make_memory_file_system(1ULL << 30)) {
        Stores::Options options;
        options.durability = Durability::none;
        options.wall = &clock_;
        options.kinds = {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore, &file::kFileStore};
        stores_ = *Stores::open(*files_, options);
        environment_.emplace(Environment{clock_, accounts_, *stores_, metrics_, loop_, "test"});
        for (const Service* service : {&blob::service(), &queue::service(), &table::service(), &file::service()}) {
            const auto index = static_cast<std::size_t>(service->kind);
            environment_->services[index] = service;
            gateways_[index] = std::make_unique<Gateway>(*environment_, service->kind, Gateway::Control(), Gateway::AccessLog());
        }
        Account account{"acct", {*AccountKey::parse("MTIzNA==")}, {}};
        account.settings.blob_versioning = versioning;
        account.settings.container_delete_retention_days = 7;
        account.settings.share_delete_retention_days = 7;
        accounts_.put(std::move(account));
    }
    ~Owner() { stores_->close(); }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    /// `target` is what follows the account.
    Answer ask(ServiceKind service, Method method, const std::string& target, const Headers& headers = {}, const std::string& body = {}) {
        OneText text(body);
        const std::string path = "/acct" + target.substr(0, target.find('?'));
        Request request;
        request.method = method;
        request.method_text = to_string(method);
        request.path = path;
        if (const auto mark = target.find('?'); mark != std::string::npos) request.query = std::string_view(target).substr(mark + 1);
        const std::string length = std::to_string(body.size());
        request.fields.add("Host", "127.0.0.1");
        request.fields.add("x-ms-version", "2026-10-06");
        request.fields.add("Content-Length", length);
        if (service == ServiceKind::table) {
            request.fields.add("Accept", "application/json;odata=nometadata");
            request.fields.add("Content-Type", "application/json");
        }
        for (const auto& [name, value] : headers) request.fields.add(name, value);
        request.content_length = body.size();
        request.remote_address = "127.0.0.1";
        request.body = &text;
        Result<Response> response = loop_.run(gateways_[static_cast<std::size_t>(service)]->handle_own(request));
        if (!response) {
            ADD_FAILURE() << target << " failed with " << static_cast<int>(response.error().code());
            return {};
        }
        Answer answer{response->status, std::move(response->fields), {}};
        if (auto* found = std::get_if<std::string>(&response->body)) answer.text = std::move(*found);
        return answer;
    }
    Answer put_blob(const std::string& path, Headers headers = {}, const std::string& body = "x") {
        headers.emplace_back("x-ms-blob-type", "BlockBlob");
        return ask(ServiceKind::blob, Method::put, path, headers, body);
    }

    /// From now on deleted blobs are kept.
    void keep_deleted_blobs() {
        const Answer answer = ask(ServiceKind::blob, Method::put, "/?restype=service&comp=properties", {},
                                  "<StorageServiceProperties><DeleteRetentionPolicy><Enabled>true</Enabled><Days>7</Days>"
                                  "</DeleteRetentionPolicy></StorageServiceProperties>");
        EXPECT_EQ(answer.status, 202);
    }

  private:
    Loop loop_;
    SystemClock clock_;
    Accounts accounts_;
    Metrics metrics_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> stores_;
    std::optional<Environment> environment_;
    std::array<std::unique_ptr<Gateway>, std::size(kServiceKinds)> gateways_;
};

/// How a list is asked for, and how its answers are read.
struct Listing {
    ServiceKind service = ServiceKind::blob;
    std::string target;
    std::string size = "maxresults";  ///< the parameter that bounds a page
    /// The item that a match names.
    std::regex item;
    std::function<std::string(const std::smatch&)> name = [](const std::smatch& match) { return match[1].str(); };
    /// Continuation headers and the parameters that take them back; none: NextMarker and marker.
    std::vector<std::pair<std::string, std::string>> continuation = {};
    Headers headers = {};
};

/// What asks for the next page, as parameters; empty: there is none.
std::string next_of(const Listing& listing, const Answer& answer) {
    std::string next;
    for (const auto& [header, parameter] : listing.continuation) {
        if (const auto value = answer.fields.find(header)) next += "&" + parameter + "=" + percent_encode(*value);
    }
    if (!listing.continuation.empty()) return next;
    static const std::regex kMarker("<NextMarker>([^<]+)</NextMarker>");
    std::smatch match;
    return std::regex_search(answer.text, match, kMarker) ? "&marker=" + percent_encode(match[1].str()) : "";
}

Items items_of(const Listing& listing, const std::string& text) {
    Items items;
    for (std::sregex_iterator at(text.begin(), text.end(), listing.item), end; at != end; ++at) items.push_back(listing.name(*at));
    return items;
}

Items read_pages(Owner& owner, const Listing& listing, std::size_t size) {
    Items items;
    std::string next;
    do {
        const Answer answer = owner.ask(listing.service, Method::get, listing.target + "&" + listing.size + "=" + std::to_string(size) + next,
                                        listing.headers);
        if (answer.status != 200) return {"status " + std::to_string(answer.status)};
        const Items page = items_of(listing, answer.text);
        EXPECT_LE(page.size(), size);
        items.insert(items.end(), page.begin(), page.end());
        const std::string before = std::exchange(next, next_of(listing, answer));
        if (!next.empty() && next == before) return {"stands still at " + next};
    } while (!next.empty());
    return items;
}

void expect_each_once(Owner& owner, const Listing& listing, Items expected) {
    const Items whole = read_pages(owner, listing, 1000);
    Items sorted = whole;
    std::sort(sorted.begin(), sorted.end());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(sorted, expected) << listing.target;
    for (std::size_t size = 1; size <= expected.size() + 1; ++size) {
        ASSERT_EQ(read_pages(owner, listing, size), whole) << listing.target << " by " << size;
    }
}

Listing names_of_xml(ServiceKind service, const std::string& target) {
    return {.service = service, .target = target, .item = std::regex("<Name>([^<]*)</Name>")};
}

TEST(Paging, OfContainersAndQueues) {
    Owner owner;
    Items expected;
    for (int i = 0; i < 12; ++i) {
        expected.push_back("name" + std::to_string(i));
        owner.ask(ServiceKind::blob, Method::put, "/" + expected.back() + "?restype=container");
        owner.ask(ServiceKind::queue, Method::put, "/" + expected.back());
    }
    for (const char* const include : {"", "&include=metadata"}) {
        expect_each_once(owner, names_of_xml(ServiceKind::blob, std::string("/?comp=list") + include), expected);
        expect_each_once(owner, names_of_xml(ServiceKind::queue, std::string("/?comp=list") + include), expected);
    }
    const Items tens{"name1", "name10", "name11"};
    expect_each_once(owner, names_of_xml(ServiceKind::blob, "/?comp=list&prefix=name1"), tens);
    expect_each_once(owner, names_of_xml(ServiceKind::queue, "/?comp=list&prefix=name1"), tens);
}

TEST(Paging, OfDeletedContainers) {
    Owner owner;
    const auto put = [&](const std::string& name) { owner.ask(ServiceKind::blob, Method::put, "/" + name + "?restype=container"); };
    const auto remove = [&](const std::string& name) { owner.ask(ServiceKind::blob, Method::delete_, "/" + name + "?restype=container"); };
    Items live;
    Items all;
    for (const std::string name : {"aaa", "aaa-b", "bbb", "ccc"}) {
        for (int i = 0; i < 3; ++i) {  // deleted again and again under one name
            put(name);
            remove(name);
            all.push_back(name + " deleted");
        }
        if (name == "bbb") continue;
        put(name);
        live.push_back(name);
        all.push_back(name);
    }
    const auto listing = [](const std::string& more) {
        return Listing{.target = "/?comp=list" + more,
                       .item = std::regex("<Container><Name>([^<]*)</Name>(<Deleted>true</Deleted>)?"),
                       .name = [](const std::smatch& match) { return match[1].str() + (match[2].matched ? " deleted" : ""); }};
    };
    expect_each_once(owner, listing(""), live);
    expect_each_once(owner, listing("&include=deleted,metadata"), all);
    expect_each_once(owner, listing("&include=deleted&prefix=aaa-"), {"aaa-b", "aaa-b deleted", "aaa-b deleted", "aaa-b deleted"});
}

/// A container with every kind of entry that a list of blobs can have.
class PagingOfBlobs : public testing::Test {
  protected:
    PagingOfBlobs() {
        owner_.ask(ServiceKind::blob, Method::put, "/con?restype=container");
        for (const std::string name : {"a", "a/1", "a/2", "a/b/3", "b-", "b/4", "c", "d/5", "d/6/7"}) {
            for (int i = 0; i < 3; ++i) remember(name, put(name));
        }
        for (const std::string name : {"a", "a/1", "d/6/7"}) {
            for (int i = 0; i < 3; ++i) {
                const Answer taken = owner_.ask(ServiceKind::blob, Method::put, "/con/" + name + "?comp=snapshot");
                snapshots_.push_back(name + " snapshot " + taken.field("x-ms-snapshot"));
                remember(name, taken);
            }
        }
        for (const std::string name : {"b-", "d/5"}) {
            owner_.ask(ServiceKind::blob, Method::delete_, "/con/" + name);
            deleted_.insert(name);
        }
        for (const std::string name : {"a", "u", "d/staged"}) {
            owner_.ask(ServiceKind::blob, Method::put, "/con/" + name + "?comp=block&blockid=MQ==", {}, "x");
            if (!versions_.contains(name)) uncommitted_.push_back(name);
        }
    }

    Answer put(const std::string& name) { return owner_.put_blob("/con/" + name, {{"x-ms-meta-a", "b"}, {"x-ms-tags", "state=new&n=" + std::to_string(++puts_ % 4)}}); }
    void remember(const std::string& name, const Answer& answer) {
        auto& versions = versions_[name];
        const std::string id = answer.field("x-ms-version-id");
        if (versions.empty() || versions.back() != id) versions.push_back(id);
    }

    /// For good, as nothing is kept of what is deleted.
    void remove(const std::string& entry) {
        const auto space = entry.find(' ');
        const std::string path = "/con/" + entry.substr(0, space);
        if (space == std::string::npos) {
            owner_.ask(ServiceKind::blob, Method::delete_, path);  // its last state becomes a version
            const Listing versions = listing({false, true, false}, "&prefix=" + entry);
            for (const std::string& left : read_pages(owner_, versions, 1000)) {
                if (left.starts_with(entry + " ")) remove(left);
            }
            return;
        }
        const bool snapshot = entry.compare(space + 1, 8, "snapshot") == 0;
        const std::string id = entry.substr(entry.rfind(' ') + 1);
        owner_.ask(ServiceKind::blob, Method::delete_, path + (snapshot ? "?snapshot=" : "?versionid=") + percent_encode(id));
    }

    struct Include {
        bool snapshots, versions, uncommitted;
    };
    [[nodiscard]] Items entries(const Include& include) const {
        Items entries;
        for (const auto& [name, versions] : versions_) {
            if (!deleted_.contains(name)) entries.push_back(name);
            const std::size_t former = versions.size() - (deleted_.contains(name) ? 0 : 1);
            for (std::size_t i = 0; include.versions && i < former; ++i) entries.push_back(name + " version " + versions[i]);
        }
        if (include.snapshots) entries.insert(entries.end(), snapshots_.begin(), snapshots_.end());
        if (include.uncommitted) entries.insert(entries.end(), uncommitted_.begin(), uncommitted_.end());
        return entries;
    }
    static Items folded(const Items& entries, const std::string& prefix) {
        std::set<std::string> folders;
        Items shown;
        for (const std::string& entry : entries) {
            if (!entry.starts_with(prefix)) continue;
            const auto slash = entry.find('/', prefix.size());
            if (slash == std::string::npos) shown.push_back(entry);
            else if (folders.insert(entry.substr(0, slash + 1)).second) shown.push_back("folder " + entry.substr(0, slash + 1));
        }
        return shown;
    }
    static Listing listing(const Include& include, const std::string& more) {
        std::string target = "/con?restype=container&comp=list&include=metadata,tags,copy";
        if (include.snapshots) target += ",snapshots";
        if (include.versions) target += ",versions";
        if (include.uncommitted) target += ",uncommittedblobs";
        return {.target = target + more,
                .item = std::regex("<(Blob|BlobPrefix)><Name>([^<]*)</Name>(<Snapshot>([^<]*)</Snapshot>)?"
                                   "(<VersionId>([^<]*)</VersionId>)?(<IsCurrentVersion>)?"),
                .name = [](const std::smatch& match) {
                    if (match[1] == "BlobPrefix") return "folder " + match[2].str();
                    if (match[3].matched) return match[2].str() + " snapshot " + match[4].str();
                    if (match[5].matched && !match[7].matched) return match[2].str() + " version " + match[6].str();
                    return match[2].str();
                }};
    }

    Owner owner_;
    int puts_ = 0;
    std::map<std::string, std::vector<std::string>> versions_;  // of each name, the current one last
    std::set<std::string> deleted_;
    Items snapshots_;
    Items uncommitted_;
};

TEST_F(PagingOfBlobs, InOrderOfNameThenSnapshotsThenVersionsThenTheCurrentOne) {
    const Include include{true, true, true};
    Items wanted = entries(include);
    const auto place = [](const std::string& entry) {
        const auto space = entry.find(' ');
        const std::string name = entry.substr(0, space);
        const std::string rest = space == std::string::npos ? "" : entry.substr(space + 1);
        return std::tuple(name, rest.empty() ? 2 : rest.starts_with("snapshot") ? 0 : 1, rest);
    };
    std::sort(wanted.begin(), wanted.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    EXPECT_EQ(read_pages(owner_, listing(include, ""), 3), wanted);
}

TEST_F(PagingOfBlobs, GoesOnBehindAnEntryThatIsGoneByThen) {
    const Include include{true, true, false};
    const Listing all = listing(include, "");
    const Items wanted = read_pages(owner_, all, 1000);
    Items got;
    std::string next;
    do {
        const Answer answer = owner_.ask(ServiceKind::blob, Method::get, all.target + "&maxresults=1" + next);
        const Items page = items_of(all, answer.text);
        got.insert(got.end(), page.begin(), page.end());
        next = next_of(all, answer);
        for (const std::string& entry : page) remove(entry);
    } while (!next.empty());
    EXPECT_EQ(got, wanted);
    EXPECT_EQ(read_pages(owner_, all, 1000), Items());
}

TEST_F(PagingOfBlobs, Flat) {
    for (int mask = 0; mask < 8; ++mask) {
        const Include include{(mask & 1) != 0, (mask & 2) != 0, (mask & 4) != 0};
        expect_each_once(owner_, listing(include, ""), entries(include));
    }
}

TEST_F(PagingOfBlobs, ByHierarchy) {
    for (int mask = 0; mask < 4; ++mask) {
        const Include include{false, (mask & 1) != 0, (mask & 2) != 0};
        for (const std::string prefix : {"", "a", "a/", "d/"}) {
            expect_each_once(owner_, listing(include, "&delimiter=/&prefix=" + prefix), folded(entries(include), prefix));
        }
    }
}

TEST_F(PagingOfBlobs, FromANameAndToAName) {
    const Include include{true, true, true};
    const auto between = [&](const std::string& first, const std::string& end) {
        Items wanted;
        for (const std::string& entry : entries(include)) {
            const std::string name = entry.substr(0, entry.find(' '));
            if (name >= first && (end.empty() || name < end)) wanted.push_back(entry);
        }
        return wanted;
    };
    for (const std::string first : {"a/1", "a/10", "b/4", "zz"}) {
        expect_each_once(owner_, listing(include, "&startFrom=" + first), between(first, ""));
    }
    expect_each_once(owner_, listing(include, "&startFrom=a/1&endBefore=d/5"), between("a/1", "d/5"));
    expect_each_once(owner_, listing(Include{}, "&delimiter=/&startFrom=a0"), {"c", "folder b/", "folder d/"});
}

/// What was written is told apart by its length, for nothing tells the id of what an overwrite left behind.
struct Kept {
    std::string name;
    std::size_t length;
    bool deleted, snapshot, version;
    bool last = false;  ///< the version that a deleted blob left as its last

    [[nodiscard]] std::string text() const { return name + " of " + std::to_string(length) + (deleted ? " deleted" : ""); }
};

Listing kept(const std::string& include, const std::string& more) {
    return {.target = "/con?restype=container&comp=list&include=metadata" + include + more,
            .item = std::regex("<(Blob|BlobPrefix)><Name>([^<]*)</Name>(<Deleted>true</Deleted>)?"
                               "(</BlobPrefix>|[^]*?<Content-Length>([0-9]+)</Content-Length>)"),
            .name = [](const std::smatch& match) {
                if (match[1] == "BlobPrefix") return "folder " + match[2].str();
                return Kept{match[2].str(), std::stoul(match[5].str()), match[3].matched, false, false}.text();
            }};
}

TEST(Paging, OfDeletedBlobsAndSnapshots) {
    Owner owner(false);
    owner.keep_deleted_blobs();
    owner.ask(ServiceKind::blob, Method::put, "/con?restype=container");
    std::vector<Kept> all;
    std::size_t length = 0;
    for (const std::string name : {"a", "a/1", "a/b/2", "b", "c"}) {
        const std::string path = "/con/" + name;
        const auto put = [&] { owner.put_blob(path, {}, std::string(++length, 'x')); };
        put();
        for (int i = 0; i < 3; ++i) {
            put();
            all.push_back({name, length - 1, true, true, false});  // an overwrite leaves a deleted snapshot
        }
        const std::string taken = owner.ask(ServiceKind::blob, Method::put, path + "?comp=snapshot").field("x-ms-snapshot");
        owner.ask(ServiceKind::blob, Method::put, path + "?comp=snapshot");
        owner.ask(ServiceKind::blob, Method::delete_, path + "?snapshot=" + percent_encode(taken));
        const bool gone = name == "a/1" || name == "b";
        if (gone) owner.ask(ServiceKind::blob, Method::delete_, path, {{"x-ms-delete-snapshots", "include"}});
        all.push_back({name, length, true, true, false});
        all.push_back({name, length, gone, true, false});
        all.push_back({name, length, gone, false, false});
    }
    const auto shown = [&](bool snapshots, bool deleted) {
        Items items;
        for (const Kept& one : all) {
            if ((!one.deleted || deleted) && (!one.snapshot || snapshots)) items.push_back(one.text());
        }
        return items;
    };
    expect_each_once(owner, kept("", ""), shown(false, false));
    expect_each_once(owner, kept(",deleted", ""), shown(false, true));
    expect_each_once(owner, kept(",snapshots", ""), shown(true, false));
    expect_each_once(owner, kept(",snapshots,deleted", ""), shown(true, true));
    Items folded;
    for (const std::string& item : shown(false, true)) {
        if (item.find('/') == std::string::npos) folded.push_back(item);
    }
    folded.emplace_back("folder a/");
    expect_each_once(owner, kept(",deleted", "&delimiter=/"), folded);
}

TEST(Paging, OfDeletedVersions) {
    Owner owner;
    owner.keep_deleted_blobs();
    owner.ask(ServiceKind::blob, Method::put, "/con?restype=container");
    std::vector<Kept> all;
    std::size_t length = 0;
    for (const std::string name : {"a", "a/1", "a/b/2", "b", "c"}) {
        const std::string path = "/con/" + name;
        const bool gone = name == "a/1" || name == "b";
        for (int i = 0; i < 5; ++i) {
            const std::string id = owner.put_blob(path, {}, std::string(++length, 'x')).field("x-ms-version-id");
            const bool last = i == 4;
            const bool deleted = i % 2 == 1;
            all.push_back({name, length, deleted, false, !last || gone, last && gone});
            if (last) continue;
            owner.put_blob(path, {}, std::string(length, 'x'));  // only what is not the current version can be deleted
            if (deleted) owner.ask(ServiceKind::blob, Method::delete_, path + "?versionid=" + percent_encode(id));
            all.push_back({name, length, false, false, true});
        }
        if (gone) owner.ask(ServiceKind::blob, Method::delete_, path);
    }
    const auto shown = [&](bool versions, bool deleted, bool marks) {
        Items items;
        for (const Kept& one : all) {
            if ((!one.deleted || deleted) && (!one.version || versions)) items.push_back(one.text());
            if (one.last && marks) items.push_back(one.text());  // an entry of its own, with HasVersionsOnly
        }
        return items;
    };
    for (int mask = 0; mask < 8; ++mask) {
        const bool versions = (mask & 1) != 0, deleted = (mask & 2) != 0, marks = (mask & 4) != 0;
        const std::string include = std::string(versions ? ",versions" : "") + (deleted ? ",deleted" : "") + (marks ? ",deletedwithversions" : "");
        expect_each_once(owner, kept(include, ""), shown(versions, deleted, marks));
        Items folded;
        for (const std::string& item : shown(versions, deleted, marks)) {
            if (item.find('/') == std::string::npos) folded.push_back(item);
        }
        folded.emplace_back("folder a/");
        expect_each_once(owner, kept(include, "&delimiter=/"), folded);
    }
}

TEST_F(PagingOfBlobs, ByTags) {
    owner_.ask(ServiceKind::blob, Method::put, "/other?restype=container");
    for (int i = 0; i < 5; ++i) owner_.put_blob("/other/o" + std::to_string(i), {{"x-ms-tags", "state=new"}});
    owner_.put_blob("/other/untagged");
    Items here;
    for (const auto& [name, versions] : versions_) {
        if (!deleted_.contains(name)) here.push_back("con/" + name);
    }
    Items everywhere = here;
    for (int i = 0; i < 5; ++i) everywhere.push_back("other/o" + std::to_string(i));
    const auto where = [](const std::string& target, const std::string& expression) {
        return Listing{.target = target + "comp=blobs&where=" + percent_encode(expression),
                       .item = std::regex("<Blob><Name>([^<]*)</Name><ContainerName>([^<]*)</ContainerName>"),
                       .name = [](const std::smatch& match) { return match[2].str() + "/" + match[1].str(); }};
    };
    for (const char* const expression : {"state='new'", "\"state\" >= 'a' AND \"state\" < 'z'"}) {
        expect_each_once(owner_, where("/?", expression), everywhere);
        expect_each_once(owner_, where("/con?restype=container&", expression), here);
    }
    expect_each_once(owner_, where("/?", "@container='con' AND state='new'"), here);
}

TEST_F(PagingOfBlobs, VersionsByTags) {
    const std::string everything = "/?comp=blobs&include=versions&where=" + percent_encode("\"state\" > 'a'");
    const Listing listing{.target = everything,
                          .item = std::regex("<Blob><Name>([^<]*)</Name>.*?<VersionId>([^<]*)</VersionId>(<IsCurrentVersion>)?"),
                          .name = [](const std::smatch& match) {
                              return match[3].matched ? match[1].str() : match[1].str() + " version " + match[2].str();
                          }};
    expect_each_once(owner_, listing, entries({false, true, false}));
}

TEST(Paging, OfPageRangesAndTheirChanges) {
    Owner owner;
    owner.ask(ServiceKind::blob, Method::put, "/con?restype=container");
    const std::string blob = "/con/disk";
    owner.ask(ServiceKind::blob, Method::put, blob, {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "65536"}});
    const auto write = [&](int page, bool clear) {
        const std::string range = "bytes=" + std::to_string(page * 512) + "-" + std::to_string(page * 512 + 511);
        owner.ask(ServiceKind::blob, Method::put, blob + "?comp=page", {{"x-ms-range", range}, {"x-ms-page-write", clear ? "clear" : "update"}},
                  clear ? "" : std::string(512, 'p'));
    };
    const auto range = [](const char* kind, int page) {
        return std::string(kind) + " " + std::to_string(page * 512) + "-" + std::to_string(page * 512 + 511);
    };
    Items written;
    for (int page = 0; page < 24; page += 2) {
        write(page, false);
        if (page != 6 && page != 12) written.push_back(range("PageRange", page));
    }
    const std::string snapshot = owner.ask(ServiceKind::blob, Method::put, blob + "?comp=snapshot").field("x-ms-snapshot");
    Items changed;
    for (const int page : {2, 8, 30, 34, 38}) {
        write(page, false);
        changed.push_back(range("PageRange", page));
        if (page >= 24) written.push_back(changed.back());
    }
    for (const int page : {6, 12}) {
        write(page, true);
        changed.push_back(range("ClearRange", page));
    }
    const auto ranges = [&](const std::string& more) {
        return Listing{.target = blob + "?comp=pagelist" + more,
                       .item = std::regex("<(PageRange|ClearRange)><Start>([0-9]+)</Start><End>([0-9]+)</End>"),
                       .name = [](const std::smatch& match) { return match[1].str() + " " + match[2].str() + "-" + match[3].str(); }};
    };
    expect_each_once(owner, ranges(""), written);
    expect_each_once(owner, ranges("&prevsnapshot=" + percent_encode(snapshot)), changed);
    const auto within = [&](Items all, int from, int to) {
        std::erase_if(all, [&](const std::string& item) {
            const long start = std::stol(item.substr(item.find(' ') + 1));
            return start < from * 512L || start >= to * 512L;
        });
        return all;
    };
    Listing part = ranges("");
    part.headers = {{"x-ms-range", "bytes=2048-16383"}};
    expect_each_once(owner, part, within(written, 4, 32));
    part.target += "&prevsnapshot=" + percent_encode(snapshot);
    expect_each_once(owner, part, within(changed, 4, 32));
}

TEST(Paging, OfTablesAndEntities) {
    Owner owner;
    Items tables;
    for (const char* const name : {"alpha", "Beta", "gamma", "Delta", "zeta", "Eta9", "eta8"}) {
        tables.emplace_back(name);
        owner.ask(ServiceKind::table, Method::post, "/Tables", {}, std::string(R"({"TableName":")") + name + "\"}");
    }
    expect_each_once(owner,
                     {.service = ServiceKind::table, .target = "/Tables?", .size = "$top", .item = std::regex(R"r("TableName":"([^"]*)")r"),
                      .continuation = {{"x-ms-continuation-NextTableName", "NextTableName"}}},
                     tables);
    Items entities;
    Items odd;
    for (const char* const partition : {"", "p", "q"}) {
        for (int row = 0; row < 6; ++row) {
            const std::string key = row == 0 ? "" : std::to_string(row);
            owner.ask(ServiceKind::table, Method::post, "/alpha", {},
                      std::string(R"({"PartitionKey":")") + partition + R"(","RowKey":")" + key + R"(","n":)" + std::to_string(row) + "}");
            entities.push_back(std::string(partition) + "|" + key);
            if (row % 2 == 1) odd.push_back(entities.back());
        }
    }
    const auto query = [](const std::string& filter) {
        return Listing{.service = ServiceKind::table, .target = "/alpha()?" + filter, .size = "$top",
                       .item = std::regex(R"r("PartitionKey":"([^"]*)","RowKey":"([^"]*)")r"),
                       .name = [](const std::smatch& match) { return match[1].str() + "|" + match[2].str(); },
                       .continuation = {{"x-ms-continuation-NextPartitionKey", "NextPartitionKey"}, {"x-ms-continuation-NextRowKey", "NextRowKey"}}};
    };
    expect_each_once(owner, query(""), entities);
    expect_each_once(owner, query("$filter=" + percent_encode("n eq 1 or n eq 3 or n eq 5")), odd);
}

/// Shares, directories and files, by requests that have to succeed.
class PagingOfFiles : public testing::Test {
  protected:
    Answer must(int status, Method method, const std::string& target, const Headers& headers = {}, const std::string& body = {}) {
        Answer answer = owner_.ask(ServiceKind::file, method, target, headers, body);
        EXPECT_EQ(answer.status, status) << target << answer.text;
        return answer;
    }
    void make_share(const std::string& name) { must(201, Method::put, "/" + name + "?restype=share"); }
    std::string snapshot(const std::string& share) {
        return must(201, Method::put, "/" + share + "?restype=share&comp=snapshot").field("x-ms-snapshot");
    }
    void make_directory(const std::string& path) { must(201, Method::put, path + "?restype=directory"); }
    void make_file(const std::string& path, std::size_t size = 0) {
        must(201, Method::put, path, {{"x-ms-type", "file"}, {"x-ms-content-length", std::to_string(size)}});
    }
    void remove_file(const std::string& path) { must(202, Method::delete_, path); }
    void rename_file(const std::string& from, const std::string& to) { rename(from, to, ""); }
    void rename_directory(const std::string& from, const std::string& to) { rename(from, to, "restype=directory&"); }
    void put_range(const std::string& path, std::size_t first, std::size_t length, bool clear = false) {
        const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + length - 1);
        must(201, Method::put, path + "?comp=range", {{"x-ms-range", range}, {"x-ms-write", clear ? "clear" : "update"}},
             clear ? "" : std::string(length, 'f'));
    }

    static Listing entries(const std::string& directory, const std::string& more) {
        return {.service = ServiceKind::file,
                .target = directory + "?restype=directory&comp=list" + more,
                .item = std::regex("<(File|Directory)>(?:<FileId>[0-9]+</FileId>)?<Name>([^<]*)</Name>"),
                .name = [](const std::smatch& match) { return (match[1] == "File" ? "" : "directory ") + match[2].str(); }};
    }
    static Listing shares(const std::string& more) {
        return {.service = ServiceKind::file,
                .target = "/?comp=list" + more,
                .item = std::regex("<Share><Name>([^<]*)</Name>(<Snapshot>([^<]*)</Snapshot>)?(<Version>)?"),
                .name = [](const std::smatch& match) {
                    return match[1].str() + (match[2].matched ? " snapshot " + match[3].str() : "") + (match[4].matched ? " deleted" : "");
                }};
    }
    static Listing ranges(const std::string& file, const std::string& more) {
        return {.service = ServiceKind::file,
                .target = file + "?comp=rangelist" + more,
                .item = std::regex("<(Range|ClearRange)><Start>([0-9]+)</Start><End>([0-9]+)</End>"),
                .name = [](const std::smatch& match) { return match[1].str() + " " + match[2].str() + "-" + match[3].str(); }};
    }
    static std::string since(const std::string& parameter, const std::string& snapshot) {
        return "&" + parameter + "=" + percent_encode(snapshot);
    }

    Owner owner_;

  private:
    void rename(const std::string& from, const std::string& to, const std::string& kind) {
        must(200, Method::put, to + "?" + kind + "comp=rename", {{"x-ms-file-rename-source", "http://127.0.0.1/acct" + from}});
    }
};

TEST_F(PagingOfFiles, OfSharesTheirSnapshotsAndDeletedOnes) {
    Items live;
    Items snapshots;
    Items deleted;
    Items snapshots_of_deleted;
    for (const std::string name : {"aaa", "aaa-b", "bbb", "ccc"}) {
        for (int i = 0; i < 2; ++i) {  // deleted again and again under one name
            make_share(name);
            for (int j = 0; j < i; ++j) snapshots_of_deleted.push_back(name + " snapshot " + snapshot(name) + " deleted");
            must(202, Method::delete_, "/" + name + "?restype=share", {{"x-ms-delete-snapshots", "include"}});
            deleted.push_back(name + " deleted");
        }
        if (name == "bbb") continue;
        make_share(name);
        live.push_back(name);
        for (int i = 0; name != "ccc" && i < 3; ++i) snapshots.push_back(name + " snapshot " + snapshot(name));
    }
    const auto with = [](Items items, const std::vector<const Items*>& more) {
        for (const Items* each : more) items.insert(items.end(), each->begin(), each->end());
        return items;
    };
    expect_each_once(owner_, shares(""), live);
    expect_each_once(owner_, shares("&include=metadata,snapshots"), with(live, {&snapshots}));
    expect_each_once(owner_, shares("&include=deleted"), with(live, {&deleted}));
    const Items all = with(live, {&snapshots, &deleted, &snapshots_of_deleted});
    expect_each_once(owner_, shares("&include=deleted,snapshots,metadata"), all);
    Items prefixed = all;
    std::erase_if(prefixed, [](const std::string& item) { return !item.starts_with("aaa-"); });
    expect_each_once(owner_, shares("&include=deleted,snapshots&prefix=aaa-"), prefixed);
}

TEST_F(PagingOfFiles, OfDirectoriesAndFiles) {
    make_share("shr");
    make_directory("/shr/d");
    Items expected;
    for (const std::string name : {"a", "B", "b1", "c", "\u00e9", "D", "e.txt", "E2", "z"}) {
        make_file("/shr/d/" + percent_encode(name));
        expected.push_back(name);
    }
    for (const std::string name : {"A1", "bb", "dir"}) {
        make_directory("/shr/d/" + name);
        expected.push_back("directory " + name);
    }
    make_file("/shr/d/dir/inside");
    for (const std::string more : {"", "&include=Timestamps,ETag,Attributes,PermissionKey"}) {
        expect_each_once(owner_, entries("/shr/d", more), expected);
        expect_each_once(owner_, entries("/shr/d", more + "&prefix=b"), {"B", "b1", "directory bb"});
        expect_each_once(owner_, entries("/shr/d", more + "&prefix=A"), {"a", "directory A1"});
    }
    expect_each_once(owner_, entries("/shr", ""), {"directory d"});
}

TEST_F(PagingOfFiles, OfWhatStoodInADirectoryWhenASnapshotWasTaken) {
    make_share("shr");
    make_directory("/shr/d");
    const auto name = [](int i) { return "f" + std::to_string(10 + i); };
    Items first;
    for (int i = 0; i < 14; i += 2) {
        make_file("/shr/d/" + name(i));
        first.push_back(name(i));
    }
    const std::string before = snapshot("shr");
    Items second = first;
    for (int i = 1; i < 14; i += 4) {
        make_file("/shr/d/" + name(i));
        second.push_back(name(i));
    }
    for (const int i : {0, 6, 12}) {
        remove_file("/shr/d/" + name(i));
        std::erase(second, name(i));
    }
    make_file("/shr/d/" + name(6));  // another one under the old name
    second.push_back(name(6));
    const std::string between = snapshot("shr");
    Items third = second;
    for (const int i : {1, 2, 6}) {
        rename_file("/shr/d/" + name(i), "/shr/d/moved" + std::to_string(i));
        std::erase(third, name(i));
        third.push_back("moved" + std::to_string(i));
    }
    must(201, Method::put, "/shr/d/" + name(1) + "?restype=directory");
    third.push_back("directory " + name(1));
    rename_directory("/shr/d", "/shr/elsewhere");
    expect_each_once(owner_, entries("/shr/d", since("sharesnapshot", before)), first);
    expect_each_once(owner_, entries("/shr/d", since("sharesnapshot", between)), second);
    expect_each_once(owner_, entries("/shr/elsewhere", ""), third);
    std::erase_if(second, [](const std::string& item) { return !item.starts_with("f1"); });
    expect_each_once(owner_, entries("/shr/d", since("sharesnapshot", between) + "&prefix=F1"), second);
    // What the first alone shows goes with it, and nothing else.
    must(202, Method::delete_, "/shr?restype=share" + since("sharesnapshot", before));
    expect_each_once(owner_, entries("/shr/d", since("sharesnapshot", between) + "&prefix=f1"), second);
}

TEST_F(PagingOfFiles, OfRangesAndTheirChanges) {
    make_share("shr");
    const std::string file = "/shr/f";
    make_file(file, 100'000);
    for (std::size_t i = 0; i < 12; ++i) put_range(file, i * 2048, 512);
    const std::string snapshot_id = snapshot("shr");
    const auto range = [](const std::string& kind, std::size_t first, std::size_t last) {
        return kind + " " + std::to_string(first) + "-" + std::to_string(last);
    };
    Items before;
    for (std::size_t i = 0; i < 12; ++i) before.push_back(range("Range", i * 2048, i * 2048 + 511));
    put_range(file, 512, 512);           // next to one that was there
    put_range(file, 2 * 2048 + 600, 10);  // twice in one piece of 512 bytes
    put_range(file, 2 * 2048 + 900, 10);
    put_range(file, 4 * 2048, 512, true);
    put_range(file, 6 * 2048, 512, true);
    put_range(file, 6 * 2048 + 100, 10);  // of a piece that was cleared, a part is written
    put_range(file, 7 * 2048 + 500, 20);  // across the end of a piece
    put_range(file, 99'999, 1);           // the last byte
    Items now;
    for (std::size_t i = 0; i < 12; ++i) {
        if (i == 4) continue;
        now.push_back(range("Range", i * 2048, i * 2048 + (i == 0 || i == 2 || i == 7 ? 1023 : 511)));
    }
    now.push_back(range("Range", 99'840, 99'999));
    const Items changed{range("Range", 512, 1023), range("Range", 2 * 2048 + 512, 2 * 2048 + 1023), range("ClearRange", 4 * 2048, 4 * 2048 + 511),
                        range("Range", 6 * 2048, 6 * 2048 + 511), range("Range", 7 * 2048, 7 * 2048 + 1023), range("Range", 99'840, 99'999)};
    expect_each_once(owner_, ranges(file, ""), now);
    expect_each_once(owner_, ranges(file, since("sharesnapshot", snapshot_id)), before);
    expect_each_once(owner_, ranges(file, since("prevsharesnapshot", snapshot_id)), changed);
    rename_file(file, "/shr/g");
    Listing moved = ranges("/shr/g", since("prevsharesnapshot", snapshot_id));
    moved.headers = {{"x-ms-file-support-rename", "true"}};
    expect_each_once(owner_, moved, changed);
    Listing part = ranges("/shr/g", "");
    part.headers = {{"x-ms-range", "bytes=2048-9000"}};
    expect_each_once(owner_, part, Items(now.begin() + 1, now.begin() + 4));
}

}  // namespace
}  // namespace lazulite
