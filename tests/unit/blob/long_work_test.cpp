#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/worker_pool.hpp"
#include "blob/operations.hpp"
#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/schema.hpp"
#include "harness.hpp"
#include "service/service.hpp"

// Long requests beside short ones on a server with a single io thread.
namespace lazulite::blob {
namespace {

using test::Client;

/// Files in memory whose n-th read can be made to hang until it is let go.
class HangingFiles final : public FileSystem {
  public:
    void hang_at_read(int n) {
        const std::lock_guard lock(mutex_);
        reads_left_ = n;
        hanging_ = false;
    }
    /// False when nobody came as far within 20 s.
    [[nodiscard]] bool wait_until_it_hangs() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return hanging_; });
    }
    void let_go() {
        const std::lock_guard lock(mutex_);
        reads_left_ = -1;
        changed_.notify_all();
    }

    IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) override {
        auto file = files_->open(path, how);
        if (!file) return file;
        return std::make_unique<HangingFile>(*this, *std::move(file));
    }
    IoResult<bool> exists(const std::string& path) override { return files_->exists(path); }
    IoResult<> remove(const std::string& path) override { return files_->remove(path); }
    IoResult<> rename(const std::string& from, const std::string& to) override { return files_->rename(from, to); }
    IoResult<> make_directories(const std::string& path) override { return files_->make_directories(path); }
    IoResult<std::vector<std::string>> list(const std::string& path) override { return files_->list(path); }
    IoResult<> sync_directory(const std::string& path) override { return files_->sync_directory(path); }

  private:
    class HangingFile final : public File {
      public:
        HangingFile(HangingFiles& owner, std::unique_ptr<File> file) : owner_(owner), file_(std::move(file)) {}
        IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) override {
            owner_.count_read();
            return file_->read(offset, to, size);
        }
        IoResult<> write(std::uint64_t offset, ByteView bytes) override { return file_->write(offset, bytes); }
        IoResult<> sync() override { return file_->sync(); }
        IoResult<> truncate(std::uint64_t size) override { return file_->truncate(size); }
        IoResult<std::uint64_t> size() override { return file_->size(); }
        IoResult<> punch(std::uint64_t offset, std::uint64_t length) override { return file_->punch(offset, length); }
        IoResult<std::uint64_t> links() override { return file_->links(); }
        [[nodiscard]] int descriptor() const override { return file_->descriptor(); }

      private:
        HangingFiles& owner_;
        std::unique_ptr<File> file_;
    };

    void count_read() {
        std::unique_lock lock(mutex_);
        if (reads_left_ < 0 || hanging_ || --reads_left_ > 0) return;
        hanging_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return reads_left_ < 0; });
    }

    std::unique_ptr<FileSystem> files_ = make_memory_file_system(1ULL << 30);
    std::mutex mutex_;
    std::condition_variable changed_;
    int reads_left_ = -1;
    bool hanging_ = false;
};

/// One worker, which can be kept from working.
class HeldWorkers final : public Executor {
  public:
    void hold() {
        const std::lock_guard lock(mutex_);
        held_ = true;
    }
    void let_go() {
        const std::lock_guard lock(mutex_);
        held_ = false;
        for (const auto handle : std::exchange(waiting_, {})) workers_.post(handle);
    }
    void stop() { workers_.stop(); }
    void post(std::coroutine_handle<> handle) override {
        const std::lock_guard lock(mutex_);
        if (!held_) return workers_.post(handle);
        waiting_.push_back(handle);
        changed_.notify_all();
    }
    /// False when nothing was handed over within 20 s.
    [[nodiscard]] bool wait_for_work() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !waiting_.empty(); });
    }

  private:
    Workers workers_{1};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false;
    std::vector<std::coroutine_handle<>> waiting_;
};

/// An account SAS that may do everything. Reference: "Create an account SAS".
std::string all_permitted(const AccountKey& key) {
    std::string signature;
    for (const char c : key.sign("acct\nrwdlac\nb\nsco\n\n2999-01-01\n\n\n2018-11-09\n")) {
        signature += c == '+' ? "%2B" : std::string(1, c);
    }
    return "sp=rwdlac&ss=b&srt=sco&se=2999-01-01&sv=2018-11-09&sig=" + signature;
}

/// The Blob service of account `acct` with a container `box`, on one io thread.
class LongWork : public ::testing::Test {
  protected:
    LongWork() {
        Stores::Options options;
        options.durability = Durability::none;
        options.kinds = {&kBlobStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kBlobStore.name);
        Account account{"acct", {}, {}};
        account.keys.push_back(*AccountKey::parse("MTIzNA=="));
        sas_ = all_permitted(account.keys.front());
        accounts_.put(std::move(account));
        environment_.emplace(Environment{clock_, accounts_, *stores_, metrics_, workers_, "0", {}});
        environment_->services[static_cast<std::size_t>(ServiceKind::blob)] = &service();
        gateway_.emplace(*environment_, ServiceKind::blob, Gateway::Control(), Gateway::AccessLog());
        io_.start();
        port_ = server_.listen("127.0.0.1", 0, *gateway_)->port;
        write([](WriteTxn& tx) {
            Container container;
            container.name = "box";
            container.container_id = tx.next_id();
            container.root_dir_id = tx.next_id();
            container.tick = container.created = tx.next_tick();
            insert_container(tx, container);
        });
    }
    ~LongWork() override {
        files_.let_go();
        workers_.let_go();
        server_.stop();
        store_.reset();
        stores_->close();
        server_.join();
        workers_.stop();
        io_.stop();
        io_.join();
    }

    template <class Fn>
    void write(Fn fn) {
        const auto done = store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        });
        ASSERT_TRUE(done);
    }
    void add_blobs(int count) {
        write([count](WriteTxn& tx) {
            const Container container = *find_container(tx, "box");
            for (int i = 0; i < count; ++i) {
                Blob blob;
                blob.tick = blob.created = tx.next_tick();
                blob.headers.language = std::string(200, 'x');
                replace(tx, {container.root_dir_id, "blob" + std::to_string(100'000 + i)}, std::nullopt, blob);
            }
        });
    }
    /// Sends the head of a request and returns its connection. `target` is a path and the beginning of a query.
    [[nodiscard]] std::unique_ptr<Client> begin(const std::string& method, const std::string& target,
                                                const std::string& fields, const std::string& body = {}) const {
        auto client = std::make_unique<Client>(port_);
        client->send(method + " " + target + "&" + sas_ +
                     " HTTP/1.1\r\nHost: h\r\nx-ms-version: 2021-12-02\r\nConnection: close\r\n" + fields +
                     (method == "PUT" ? "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" : "\r\n"));
        return client;
    }
    [[nodiscard]] std::unique_ptr<Client> send(const std::string& method, const std::string& target,
                                               const std::string& fields, const std::string& body = {}) const {
        auto client = begin(method, target, fields, body);
        client->send(body);
        return client;
    }
    [[nodiscard]] std::unique_ptr<Client> get(const std::string& target, const std::string& fields = {}) const {
        return send("GET", target, fields);
    }
    void expect_others_served() { EXPECT_EQ(status(get("/acct/box?restype=container")->rest()), "200"); }
    /// Sends while no worker works, sees that others are answered, and returns the answer once the workers work again.
    std::string send_while_held(const std::string& method, const std::string& target, const std::string& fields,
                                const std::string& body = {}) {
        workers_.hold();
        const auto client = begin(method, target, fields, body);
        const auto sending = std::async(std::launch::async, [&] { client->send(body); });
        EXPECT_TRUE(workers_.wait_for_work());
        expect_others_served();
        workers_.let_go();
        sending.wait();
        return client->rest();
    }
    static std::string status(const std::string& answer) { return answer.substr(9, 3); }
    static bool has_field(const std::string& answer, std::string_view name, std::string_view value) {
        return answer.find("\r\n" + std::string(name) + ": " + std::string(value) + "\r\n") != std::string::npos;
    }

    /// Blocks of one byte, with long ids, uncommitted.
    void stage(int count) {
        write([count](WriteTxn& tx) {
            const BlobKey key{find_container(tx, "box")->root_dir_id, "blob"};
            for (int i = 0; i < count; ++i) stage_block(tx, key, find_staged_set(tx, key), {id_of(i), 1, "x", Naming::fresh});
        });
    }
    /// 42 bytes, so that their base64 needs no escape in a URL.
    static std::string id_of(int i) { return std::string(36, 'i') + std::to_string(100'000 + i); }
    static std::string list_of(int count) {
        std::string xml = "<BlockList>";
        for (int i = 0; i < count; ++i) xml += "<Latest>" + base64_encode(as_bytes(id_of(i))) + "</Latest>";
        return xml + "</BlockList>";
    }

    HangingFiles files_;
    SystemClock clock_;
    Accounts accounts_;
    Metrics metrics_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    HeldWorkers workers_;
    std::optional<Environment> environment_;
    std::optional<Gateway> gateway_;
    IoPool io_{1};
    Server server_{io_};
    std::uint16_t port_ = 0;
    std::string sas_;
};

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

// Both listings stand on some 400 pages of the database, the 200 entries that the io thread may look at on some 20.
constexpr int kBeyondAShortPage = 150;

TEST_F(LongWork, APageOf5000BlobsLeavesTheIoThreadFree) {
    add_blobs(5001);
    files_.hang_at_read(kBeyondAShortPage);
    const auto listing = get("/acct/box?restype=container&comp=list");
    ASSERT_TRUE(files_.wait_until_it_hangs());
    expect_others_served();
    files_.let_go();
    const std::string page = listing->rest();
    EXPECT_EQ(status(page), "200");
    EXPECT_EQ(count_of(page, "<Blob>"), 5000U);
    EXPECT_EQ(count_of(page, "<NextMarker>"), 1U);
}

TEST_F(LongWork, APageOf5000ContainersLeavesTheIoThreadFree) {
    write([](WriteTxn& tx) {
        for (int i = 0; i < 5000; ++i) {
            Container container;
            container.name = "container" + std::to_string(100'000 + i);
            container.container_id = tx.next_id();
            container.root_dir_id = tx.next_id();
            container.tick = container.created = tx.next_tick();
            container.default_encryption_scope = std::string(200, 'x');
            insert_container(tx, container);
        }
    });
    files_.hang_at_read(kBeyondAShortPage);
    const auto listing = get("/acct?comp=list");
    ASSERT_TRUE(files_.wait_until_it_hangs());
    expect_others_served();
    files_.let_go();
    const std::string page = listing->rest();
    EXPECT_EQ(status(page), "200");
    EXPECT_EQ(count_of(page, "<Container>"), 5000U);
    EXPECT_EQ(count_of(page, "<NextMarker>"), 1U);
}

TEST_F(LongWork, APageOf200BlobsNeedsNoWorker) {
    add_blobs(200);
    workers_.hold();
    EXPECT_EQ(count_of(get("/acct/box?restype=container&comp=list")->rest(), "<Blob>"), 200U);
}

constexpr std::string_view kMd5Of8MiBZeros = "lplbWNTL9qqpBBtPAMf2rg==";
constexpr std::string_view kMd5Of4MiBZeros = "tc+p1sj+vWGPkawoQ9UKHA==";

class LongHash : public LongWork {
  protected:
    const std::string zeros_ = std::string(8 << 20, '\0');
    static std::string block_blob(std::string_view md5) {
        return "x-ms-blob-type: BlockBlob\r\nContent-MD5: " + std::string(md5) + "\r\n";
    }
};

TEST_F(LongHash, TheMd5OfALargeBodyLeavesTheIoThreadFree) {
    const std::string answer = send_while_held("PUT", "/acct/box/blob?", block_blob(kMd5Of8MiBZeros), zeros_);
    EXPECT_EQ(status(answer), "201");
    EXPECT_TRUE(has_field(answer, "Content-MD5", kMd5Of8MiBZeros)) << answer;
    EXPECT_TRUE(has_field(get("/acct/box/blob?")->read_head(), "Content-MD5", kMd5Of8MiBZeros));
}

TEST_F(LongHash, AWrongMd5OfALargeBodyIsSeen) {
    const std::string answer = send("PUT", "/acct/box/blob?", block_blob(kMd5Of4MiBZeros), zeros_)->rest();
    EXPECT_EQ(status(answer), "400");
    EXPECT_TRUE(has_field(answer, "x-ms-error-code", "Md5Mismatch")) << answer;
}

TEST_F(LongHash, TheMd5OfARangeLeavesTheIoThreadFree) {
    ASSERT_EQ(status(send("PUT", "/acct/box/blob?", block_blob(kMd5Of8MiBZeros), zeros_)->rest()), "201");
    const std::string answer = send_while_held(
        "GET", "/acct/box/blob?", "x-ms-range: bytes=1048576-5242879\r\nx-ms-range-get-content-md5: true\r\n");
    EXPECT_EQ(status(answer), "206");
    EXPECT_TRUE(has_field(answer, "Content-MD5", kMd5Of4MiBZeros)) << answer.substr(0, 1000);
}

TEST_F(LongHash, ASmallBodyNeedsNoWorker) {
    workers_.hold();
    const std::string answer = send("PUT", "/acct/box/blob?", "x-ms-blob-type: BlockBlob\r\n", zeros_.substr(0, 4096))->rest();
    EXPECT_EQ(status(answer), "201");
    EXPECT_TRUE(has_field(answer, "Content-MD5", "Yg8LZ6kff3QVG8W+dFtxEA==")) << answer;
}

TEST_F(LongWork, ALongBlockListLeavesTheIoThreadFree) {
    stage(2000);
    EXPECT_EQ(status(send_while_held("PUT", "/acct/box/blob?comp=blocklist", {}, list_of(2000))), "201");
    const std::string list = send_while_held("GET", "/acct/box/blob?comp=blocklist&blocklisttype=all", {});
    EXPECT_EQ(count_of(list, "<Block>"), 2000U);
    EXPECT_NE(list.find("<UncommittedBlocks />"), std::string::npos);
    EXPECT_TRUE(get("/acct/box/blob?")->rest().ends_with("\r\n\r\n" + std::string(2000, 'x')));
}

TEST_F(LongWork, AShortListOverManyBlocksLeavesTheIoThreadFree) {
    stage(2000);
    EXPECT_EQ(status(send_while_held("PUT", "/acct/box/blob?comp=blocklist", {}, list_of(2))), "201");
    EXPECT_TRUE(get("/acct/box/blob?")->rest().ends_with("\r\n\r\nxx"));
}

TEST_F(LongWork, TheLastUncommittedBlockIsThe100000th) {
    stage(1);
    write([](WriteTxn& tx) { tx.execute("UPDATE staged_sets SET count = 99999"); });
    const auto put = [&](int i) {
        return send("PUT", "/acct/box/blob?comp=block&blockid=" + base64_encode(as_bytes(id_of(i))), {}, "x")->rest();
    };
    EXPECT_EQ(status(put(1)), "201");
    const std::string refused = put(2);
    EXPECT_EQ(status(refused), "409");
    EXPECT_TRUE(has_field(refused, "x-ms-error-code", "BlockCountExceedsLimit")) << refused;
    EXPECT_EQ(count_of(get("/acct/box/blob?comp=blocklist&blocklisttype=uncommitted")->rest(), "<Block>"), 2U);
}

TEST_F(LongWork, AShortBlockListNeedsNoWorker) {
    stage(100);
    workers_.hold();
    EXPECT_EQ(status(send("PUT", "/acct/box/blob?comp=blocklist", {}, list_of(100))->rest()), "201");
    EXPECT_EQ(count_of(get("/acct/box/blob?comp=blocklist")->rest(), "<Block>"), 100U);
}

}  // namespace
}  // namespace lazulite::blob
