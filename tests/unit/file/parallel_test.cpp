#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "service_account.hpp"

// Many clients on one share: files that are replaced while they are read, directories that are renamed while they are listed,
// snapshots meanwhile. Nobody sees anything half done.
namespace lazulite::file {
namespace {

constexpr int kRounds = 60;
constexpr std::size_t kLength = 3000;  // beyond what stands in rows
constexpr int kInDirectory = 12;

class FilesInParallel : public ::testing::Test {
  protected:
    using Answer = ServiceAccount::Answer;
    using Headers = ServiceAccount::Headers;

    /// What one client asks, from a thread of its own.
    class Client {
      public:
        explicit Client(ServiceAccount& account) : account_(account) {}
        Answer send(std::string_view method, const std::string& path, const std::string& query = "", const Headers& headers = {},
                    const std::string& body = {}) {
            return account_.send_on(loop_, "shr", path, method, query, headers, body);
        }
        Answer put(const std::string& path, char letter) {
            return send("PUT", path, "", {{"x-ms-type", "file"}, {"x-ms-content-length", std::to_string(kLength)}}, std::string(kLength, letter));
        }
        Answer rename(const std::string& from, const std::string& to, const std::string& kind = "") {
            return send("PUT", to, kind + "comp=rename", {{"x-ms-file-rename-source", "http://127.0.0.1/acct/shr/" + from},
                                                          {"x-ms-file-rename-replace-if-exists", kind.empty() ? "true" : "false"}});
        }

      private:
        ServiceAccount& account_;
        Loop loop_;
    };

    FilesInParallel() {
        EXPECT_EQ(account_.send_to("shr", "", "PUT", "restype=share").status, 201);
        EXPECT_EQ(account_.send_to("shr", "d0", "PUT", "restype=directory").status, 201);
    }
    void start(std::function<void(Client&)> work) {
        threads_.emplace_back([this, work = std::move(work)] {
            Client client(account_);
            work(client);
        });
    }
    void join() {
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }
    static bool whole(const std::string& body) { return body == std::string(kLength, body.empty() ? '-' : body.front()); }
    static int count_of(const std::string& text, const std::string& part) {
        int found = 0;
        for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }

    ServiceAccount account_{service(), kFileStore};
    std::vector<std::thread> threads_;
};

TEST_F(FilesInParallel, AreSeenWholeWhileTheyAreReplacedRenamedListedAndKept) {
    Client(account_).put("config", 'a');
    for (int i = 0; i < kInDirectory; ++i) Client(account_).put("d0/f" + std::to_string(i), 'a');
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    std::atomic<int> failed = 0;
    const auto expect = [&failed](const Answer& answer, int status) {
        if (answer.status != status) ++failed;
    };
    for (int writer = 0; writer < 2; ++writer) {
        start([&, writer](Client& client) {
            const std::string mine = "new" + std::to_string(writer);
            for (int i = 0; i < kRounds; ++i) {
                const char letter = static_cast<char>('a' + (2 * i + writer) % 26);
                if (i % 2 == 0) {
                    expect(client.put("config", letter), 201);
                } else {
                    expect(client.put(mine, letter), 201);
                    expect(client.rename(mine, "config"), 200);
                }
            }
        });
    }
    start([&](Client& client) {
        for (int i = 0; i < kRounds; ++i) {
            expect(client.rename("d" + std::to_string(i), "d" + std::to_string(i + 1), "restype=directory&"), 200);
        }
    });
    start([&](Client& client) {
        for (int i = 0; i < kRounds / 4; ++i) {
            const Answer taken = client.send("PUT", "", "restype=share&comp=snapshot");
            expect(taken, 201);
            const std::string snapshot = "sharesnapshot=" + taken.field("x-ms-snapshot");
            const std::string first = client.send("GET", "config", snapshot).body;
            if (!whole(first) || client.send("GET", "config", snapshot).body != first) ++torn;
            expect(client.send("DELETE", "", "restype=share&" + snapshot), 202);
        }
    });
    std::atomic<int> readers = 2;
    for (int reader = 0; reader < 2; ++reader) {
        start([&](Client& client) {
            while (!done) {
                const Answer read = client.send("GET", "config");
                if (read.status != 200 || !whole(read.body)) ++torn;
                const std::string root = client.send("GET", "", "restype=directory&comp=list").body;
                if (count_of(root, "<Directory>") != 1 || count_of(root, "<Name>config<") != 1) ++torn;
                const auto name = root.find("<Name>d");
                const std::string directory = root.substr(name + 6, root.find('<', name + 6) - name - 6);
                const Answer listed = client.send("GET", directory, "restype=directory&comp=list");
                if (listed.status != 404 && count_of(listed.body, "<File>") != kInDirectory) ++torn;
            }
            --readers;
        });
    }
    for (std::size_t i = 0; i < 4; ++i) threads_[i].join();
    done = true;
    threads_.erase(threads_.begin(), threads_.begin() + 4);
    join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(account_.send_to("shr", "d" + std::to_string(kRounds), "GET", "restype=directory").status, 200);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(FilesInParallel, OneOfManyWinsANameAndALease) {
    Client(account_).put("f", 'a');
    std::atomic<int> directories = 0;
    std::atomic<int> renames = 0;
    std::atomic<int> leases = 0;
    std::atomic<int> others = 0;
    for (int i = 0; i < 6; ++i) {
        start([&, i](Client& client) {
            const auto count = [&others](const Answer& answer, int status, std::atomic<int>& won, const std::vector<std::string>& lost) {
                if (answer.status == status) ++won;
                else if (std::find(lost.begin(), lost.end(), answer.code) == lost.end()) ++others;
            };
            count(client.send("PUT", "same", "restype=directory"), 201, directories, {"ResourceAlreadyExists"});
            const std::string mine = "g" + std::to_string(i);
            count(client.send("PUT", "f", "comp=lease", {{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "-1"}}), 201, leases,
                  {"LeaseAlreadyPresent", "ResourceNotFound"});
            count(client.rename("same", mine, "restype=directory&"), 200, renames, {"ResourceNotFound"});
        });
    }
    join();
    // A directory that was renamed leaves its name to the next.
    EXPECT_EQ(directories, renames);
    EXPECT_GE(directories, 1);
    EXPECT_EQ(leases, 1);
    EXPECT_EQ(others, 0);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

TEST_F(FilesInParallel, RangesOfManyWritersAreAllThere) {
    constexpr int kWriters = 4;
    constexpr std::size_t kRange = 700;
    const std::size_t size = kWriters * kRounds * kRange;
    EXPECT_EQ(Client(account_).send("PUT", "f", "", {{"x-ms-type", "file"}, {"x-ms-content-length", std::to_string(size)}}).status, 201);
    std::atomic<int> failed = 0;
    for (int writer = 0; writer < kWriters; ++writer) {
        start([&, writer](Client& client) {
            for (int i = 0; i < kRounds; ++i) {
                const std::size_t first = (static_cast<std::size_t>(i) * kWriters + static_cast<std::size_t>(writer)) * kRange;
                const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(first + kRange - 1);
                const Answer put = client.send("PUT", "f", "comp=range", {{"x-ms-write", "update"}, {"x-ms-range", range}},
                                               std::string(kRange, static_cast<char>('a' + writer)));
                if (put.status != 201) ++failed;
            }
        });
    }
    join();
    EXPECT_EQ(failed, 0);
    std::string expected;
    for (int i = 0; i < kRounds * kWriters; ++i) expected += std::string(kRange, static_cast<char>('a' + i % kWriters));
    EXPECT_TRUE(account_.send_to("shr", "f", "GET", "").body == expected);
    EXPECT_EQ(account_.problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace lazulite::file
