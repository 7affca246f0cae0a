#include "app/local_tls.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "app/private_files.hpp"
#include "app/trust.hpp"

namespace lazulite {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;

const std::vector<std::string> kAlways = {"localhost",         "127.0.0.1",         "::1",
                                          "*.blob.localhost",  "*.queue.localhost", "*.table.localhost",
                                          "*.file.localhost",  "*.dfs.localhost",   "*.web.localhost",
                                          "*.z1.web.localhost"};

class LocalTlsTest : public testing::Test {
  protected:
    LocalTlsTest() {
        std::string name = (fs::temp_directory_path() / "lazulite-local-tls-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        location_ = name;
    }
    ~LocalTlsTest() override { fs::remove_all(location_); }

    std::unique_ptr<LocalTls> open(const EmulatorOptions& options = {}) {
        auto opened = LocalTls::open(tls_folder(location_), options, clock_);
        EXPECT_TRUE(opened) << opened.error();
        return opened ? *std::move(opened) : nullptr;
    }
    std::string refusal() {
        const auto opened = LocalTls::open(tls_folder(location_), {}, clock_);
        return opened ? "opened" : opened.error();
    }
    [[nodiscard]] fs::path file(const char* name) const { return tls_folder(location_) / name; }
    [[nodiscard]] mode_t mode(const char* name) const {
        struct stat found{};
        EXPECT_EQ(::stat(file(name).c_str(), &found), 0) << name;
        return found.st_mode & 0777;
    }
    static EmulatorOptions listening_on(const std::string& host) {
        EmulatorOptions options;
        options.listen[0].host = host;
        return options;
    }

    fs::path location_;
    ManualClock clock_{Instant(days(20'000))};
};

TEST_F(LocalTlsTest, MakesWhatIsMissingAndKeepsItToItself) {
    const auto local = open();
    EXPECT_EQ(local->server_facts().hosts, kAlways);
    EXPECT_EQ(read_whole(file("ca.pem")), local->authority());
    EXPECT_EQ(mode("ca.key"), 0600U);
    EXPECT_EQ(mode("server.pem"), 0600U);
    EXPECT_EQ(mode("ca.pem"), 0644U);
    EXPECT_EQ(std::distance(fs::directory_iterator(tls_folder(location_)), {}), 3);
    EXPECT_EQ(read_whole(file("ca.pem"))->find("PRIVATE KEY"), std::string::npos);
    EXPECT_TRUE(local->warnings().empty());
}

TEST_F(LocalTlsTest, KeepsBothOverAStart) {
    const auto first = open();
    clock_.advance(days(300));
    const auto second = open();
    EXPECT_EQ(second->authority(), first->authority());
    EXPECT_EQ(second->server_facts().fingerprint, first->server_facts().fingerprint);
    fs::remove(file("ca.pem"));
    EXPECT_EQ(open()->authority(), first->authority());
    EXPECT_EQ(read_whole(file("ca.pem")), first->authority());
}

TEST_F(LocalTlsTest, RenewsTheServersCertificateAtAStart) {
    const std::string first = open()->server_facts().fingerprint;
    const std::string authority = open()->authority();
    clock_.advance(days(396 - 30) - hours(1));
    EXPECT_EQ(open()->server_facts().fingerprint, first);
    clock_.advance(hours(1));
    const auto renewed = open();
    EXPECT_NE(renewed->server_facts().fingerprint, first);
    EXPECT_EQ(renewed->server_facts().not_after, clock_.now() + days(396));
    EXPECT_EQ(renewed->authority(), authority);
}

TEST_F(LocalTlsTest, RenewsTheServersCertificateWhileItRuns) {
    const auto local = open();
    const auto first = local->current();
    const std::string fingerprint = local->server_facts().fingerprint;
    clock_.advance(days(396 - 30) - hours(1));
    EXPECT_EQ(local->current(), first);
    clock_.advance(hours(1));
    const auto second = local->current();
    EXPECT_NE(second, first);
    EXPECT_EQ(local->current(), second);
    EXPECT_NE(local->server_facts().fingerprint, fingerprint);
    EXPECT_EQ(open()->server_facts().fingerprint, local->server_facts().fingerprint);  // it stands in the folder
}

TEST_F(LocalTlsTest, LivesInMemoryToo) {
    const auto opened = LocalTls::open({}, {}, clock_);
    ASSERT_TRUE(opened) << opened.error();
    const std::string authority = (*opened)->authority();
    const std::string first = (*opened)->server_facts().fingerprint;
    clock_.advance(days(380));
    EXPECT_NE((*opened)->current(), nullptr);
    EXPECT_NE((*opened)->server_facts().fingerprint, first);
    EXPECT_EQ((*opened)->authority(), authority);
}

TEST_F(LocalTlsTest, AnAuthorityAtItsEndIsReplaced) {
    const auto local = open();
    const std::string authority = local->authority();
    clock_.advance(days(3650 - 30) - hours(1));
    const auto last = open();
    EXPECT_EQ(last->authority(), authority);
    EXPECT_TRUE(last->warnings().empty());
    clock_.advance(hours(1));
    const auto next = open();
    EXPECT_NE(next->authority(), authority);
    EXPECT_EQ(next->warnings(),
              (std::vector<std::string>{"the local certificate authority has come to its end: a new one was "
                                        "made, to be trusted anew"}));
    EXPECT_EQ(next->server_facts().not_after, clock_.now() + days(396));
}

TEST_F(LocalTlsTest, IsForTheHostsThatListenersWereGiven) {
    for (const char* host : {"0.0.0.0", "::", "localhost", "127.0.0.1"}) {
        EXPECT_EQ(open(listening_on(host))->server_facts().hosts, kAlways) << host;
    }
    std::vector<std::string> with_one_more = kAlways;
    with_one_more.emplace_back("127.0.0.9");
    EXPECT_EQ(open(listening_on("127.0.0.9"))->server_facts().hosts, with_one_more);
    // The authority is not good for it: who trusts that one would have to trust another.
    const auto other = open(listening_on("192.168.7.7"));
    EXPECT_EQ(other->server_facts().hosts, kAlways);
    EXPECT_EQ(other->warnings(),
              (std::vector<std::string>{"the local certificate authority was not made for 192.168.7.7, so clients "
                                        "that ask for it by HTTPS refuse the certificate: see docs/https.md"}));
    fs::remove_all(tls_folder(location_));
    with_one_more.back() = "192.168.7.7";
    const auto anew = open(listening_on("192.168.7.7"));
    EXPECT_EQ(anew->server_facts().hosts, with_one_more);
    EXPECT_TRUE(anew->warnings().empty());
}

TEST_F(LocalTlsTest, MakesADamagedServersCertificateAnewButNoAuthority) {
    const std::string authority = open()->authority();
    std::ofstream(file("server.pem")) << "damaged\n";
    EXPECT_EQ(open()->authority(), authority);
    EXPECT_EQ(open()->server_facts().hosts, kAlways);
    std::ofstream(file("ca.key")) << "damaged\n";
    EXPECT_EQ(refusal(), file("ca.key").string() +
                             ": does not hold two certificates and a key; without this file a new authority is "
                             "made, to be trusted anew");
}

TEST_F(LocalTlsTest, SaysWhereItCannotBe) {
    std::ofstream(location_ / "lazulite") << "a file\n";
    EXPECT_EQ(refusal(), (location_ / "lazulite" / "tls").string() + ": Not a directory");
}

TEST_F(LocalTlsTest, IsShownWithWaysToTrustIt) {
    EmulatorOptions options;
    options.location = location_;
    const auto text = trust(options, {});  // makes it
    ASSERT_TRUE(text) << text.error();
    const std::string ca = file("ca.pem").string();
    EXPECT_TRUE(text->starts_with(*read_whole(ca))) << *text;
    for (const std::string& line : {"export NODE_EXTRA_CA_CERTS=" + ca, "export REQUESTS_CA_BUNDLE=" + ca,
                                    "export SSL_CERT_FILE=" + ca, " -file " + ca}) {
        EXPECT_NE(text->find(line), std::string::npos) << line;
    }
    EXPECT_EQ(trust(options, {}), text);
    EXPECT_EQ(trust(options, {.remove = true}).error(), "trust --remove says from where: --system, or --nss DIR");
    fs::remove_all(tls_folder(location_));
    EXPECT_EQ(trust(options, {.system = true, .remove = true}).error(), ca + ": there is no certificate authority");
}

}  // namespace
}  // namespace lazulite
