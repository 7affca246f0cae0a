// Requests of our own to other servers, plain HTTP.
#include "http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "asking.hpp"
#include "harness.hpp"
#include "http/address_rule.hpp"

namespace lazulite::test {
namespace {

using std::chrono::milliseconds;
using Kind = OutgoingProblem::Kind;

Reached judged(const std::string& text) {
    sockaddr_storage address{};
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&address);
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address);
    if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        address.ss_family = AF_INET;
    } else {
        EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr), 1) << text;
        address.ss_family = AF_INET6;
    }
    return judge_address(reinterpret_cast<const sockaddr&>(address));
}

TEST(AddressRule, JudgesByRange) {
    for (const char* text : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_EQ(judged(text), Reached::loopback) << text;
    }
    for (const char* text : {"8.8.8.8", "10.0.0.1", "192.168.1.1", "172.17.0.2", "168.63.129.15", "169.253.255.255",
                             "2001:4860:4860::8888", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::808:808"}) {
        EXPECT_EQ(judged(text), Reached::elsewhere) << text;
    }
    for (const char* text :
         {"0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200", "192.0.0.192",
          "224.0.0.1", "255.255.255.255", "::", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254",
          "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:0.0.0.0"}) {
        EXPECT_EQ(judged(text), Reached::forbidden) << text;
    }
}

TEST(AddressRule, KnowsNames) {
    EXPECT_TRUE(is_metadata_name("Metadata.Google.Internal."));
    EXPECT_FALSE(is_metadata_name("metadata.example"));
}

/// Sends `script` to whoever comes, once it has read up to the empty line behind a head; then closes or, without `close`,
/// stays silent until the test ends.
class Scripted {
  public:
    explicit Scripted(std::string script, bool close = true, milliseconds between_bytes = {})
        : script_(std::move(script)), close_(close), between_bytes_(between_bytes) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 1);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/a?b";
        thread_ = std::thread([this] { serve(); });
    }
    ~Scripted() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        if (client_ >= 0) ::close(client_);
        ::close(listener_);
    }
    Scripted(const Scripted&) = delete;
    Scripted& operator=(const Scripted&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    void serve() {
        client_ = ::accept(listener_, nullptr, nullptr);
        std::string head;
        char c = 0;
        while (!head.ends_with("\r\n\r\n") && ::recv(client_, &c, 1, 0) == 1) head += c;
        const std::size_t piece = between_bytes_.count() == 0 ? script_.size() : 1;
        for (std::size_t at = 0; at < script_.size(); at += piece) {
            if (::send(client_, script_.data() + at, piece, MSG_NOSIGNAL) < 0) return;
            std::this_thread::sleep_for(between_bytes_);
        }
        if (close_) ::shutdown(client_, SHUT_WR);
    }

    std::string script_;
    bool close_;
    milliseconds between_bytes_;
    std::string url_;
    int listener_ = -1;
    int client_ = -1;
    std::thread thread_;
};

class Outgoings : public HttpTest {
  protected:
    [[nodiscard]] std::string url(const std::string& path, const std::string& host = "127.0.0.1") const {
        return "http://" + host + ":" + std::to_string(port) + path;
    }
    Asking asking;
};

TEST_F(Outgoings, GetsHeadAndBody) {
    start();
    const Heard heard = asking.get(url("/hello"));
    EXPECT_EQ(heard.status, 200);
    EXPECT_EQ(heard.reason, "OK");
    EXPECT_EQ(heard.length, 5U);
    EXPECT_EQ(heard.body, "hello");
    EXPECT_EQ(heard.fields.find("content-length"), "5");
}

TEST_F(Outgoings, SendsFieldsAndBody) {
    start();
    OutgoingRequest request{Method::post, url("/echo"), {}, std::string(3 << 20, 'b')};
    request.fields.add("x-ms-version", "2021-12-02");
    EXPECT_EQ(asking.ask(request).body, request.body);
    request.url = url("/describe?q=1");
    request.body.clear();
    const std::string described = asking.ask(request).body;
    for (const char* part : {"POST", "/describe", "q=1", "2021-12-02"}) {
        EXPECT_NE(described.find(part), std::string::npos) << part << " in " << described;
    }
}

TEST_F(Outgoings, ReadsLongBodiesInPieces) {
    start();
    handler.make_file(5'000'000);
    const Heard heard = asking.get(url("/file/3/4999990"));
    EXPECT_EQ(heard.length, 4'999'990U);
    EXPECT_EQ(heard.body, TestHandler::pattern(3, 4'999'990));
    EXPECT_LE(heard.largest_piece, 1U << 20);
}

TEST_F(Outgoings, ReadsChunks) {
    start();
    handler.make_file(70'000);
    const Heard heard = asking.get(url("/unknown-length"));
    EXPECT_FALSE(heard.length);
    EXPECT_TRUE(heard.body == "firstsecond, " + std::string(2, '\0') + TestHandler::pattern(0, 70'000));
    EXPECT_EQ(heard.broken, "");
}

TEST_F(Outgoings, ReadsNoBodyOfHead) {
    start();
    const Heard heard = asking.ask({Method::head, url("/hello"), {}, {}});
    EXPECT_EQ(heard.length, 5U);
    EXPECT_EQ(heard.body, "");
}

TEST_F(Outgoings, TellsEveryStatus) {
    start();
    EXPECT_EQ(asking.get(url("/status/404")).status, 404);
    EXPECT_EQ(asking.get(url("/status/503")).status, 503);
}

TEST_F(Outgoings, ReachesLocalhostByNames) {
    start();
    EXPECT_EQ(asking.get(url("/hello", "localhost")).body, "hello");
    EXPECT_EQ(asking.get(url("/hello", "account.blob.localhost")).body, "hello");
}

TEST_F(Outgoings, FollowsNoRedirect) {
    const Scripted other("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    const Heard heard = asking.get(other.url());
    EXPECT_EQ(heard.status, 302);
    EXPECT_EQ(heard.fields.find("Location"), "http://127.0.0.1:1/");
}

TEST_F(Outgoings, PassesInterimAnswersOver) {
    const Scripted other("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(asking.get(other.url()).body, "hi");
}

TEST_F(Outgoings, ReadsUpToTheEndWhereNoLengthIsGiven) {
    const Scripted other("HTTP/1.0 200 OK\r\n\r\neverything");
    EXPECT_EQ(asking.get(other.url()).body, "everything");
}

TEST_F(Outgoings, FailsWhereTheBodyBreaksOff) {
    const Scripted other("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    const Heard heard = asking.get(other.url());
    EXPECT_EQ(heard.body, "half");
    EXPECT_EQ(heard.broken, "the answer breaks off");
}

TEST_F(Outgoings, RefusesWhatIsNoHttp) {
    const Scripted other("220 mail.example ESMTP\r\n\r\n");
    const OutgoingProblem problem = asking.refused(other.url());
    EXPECT_EQ(problem.kind, Kind::unreachable);
    EXPECT_EQ(problem.text, "the answer is no HTTP");
}

TEST_F(Outgoings, WaitsNoLongerThanTold) {
    const Scripted silent("", false);
    Asking hasty({.answer_timeout = milliseconds(20)});
    EXPECT_EQ(hasty.refused(silent.url()).text, "no answer in time");
    const Scripted stuck("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false);
    Asking bored({.idle_timeout = milliseconds(20)});
    EXPECT_EQ(bored.get(stuck.url()).broken, "no answer in time");
}

TEST_F(Outgoings, GivesUpBodiesThatDrip) {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x');
    const Scripted dripping(answer, true, milliseconds(2));
    Asking told({.slow_timeout = milliseconds(100), .least_bytes = 1000});
    EXPECT_EQ(told.get(dripping.url()).broken, "the answer comes too slowly");
}

TEST_F(Outgoings, StopsAtOnce) {
    const Scripted silent("", false);
    Asking stopping;
    std::thread stop([&] { stopping.client.stop(); });
    EXPECT_EQ(stopping.refused(silent.url()).text, "the server is stopping");
    stop.join();
}

TEST_F(Outgoings, SaysThatNobodyListens) {
    start();
    const std::string closed = url("/hello");
    server->stop();
    server->join();
    const OutgoingProblem problem = asking.refused(closed);
    EXPECT_EQ(problem.kind, Kind::unreachable);
    EXPECT_EQ(problem.text, "connection refused");
}

TEST_F(Outgoings, AsksOtherHostsOnlyWhenTold) {
    for (const char* target : {"http://192.0.2.1/", "http://example.invalid/", "http://[2001:db8::1]/"}) {
        EXPECT_EQ(asking.refused(target).kind, Kind::forbidden) << target;
    }
    Asking open({.others = true, .connect_timeout = milliseconds(0)});
    EXPECT_EQ(open.refused("http://192.0.2.1/").kind, Kind::unreachable);
}

TEST_F(Outgoings, NeverAsksForbiddenHosts) {
    Asking open({.others = true});
    for (const char* target : {"http://169.254.169.254/latest", "http://[fe80::1]/", "http://0.0.0.0:10000/",
                               "http://[::ffff:169.254.169.254]/", "http://metadata.google.internal/", "http://2852039166/",
                               "http://0xa9.0xfe.0xa9.0xfe/", "http://[::]:10000/"}) {
        EXPECT_EQ(open.refused(target).kind, Kind::forbidden) << target;
    }
}

TEST_F(Outgoings, RefusesWhatIsNoUrl) {
    for (const char* target : {"", "file:///etc/passwd", "http://", "http://user@host/", "http://host:0/",
                               "http://host:70000/", "http://ho st/", "http://h\r\nX: y/", "/relative", "http://[::1"}) {
        EXPECT_EQ(asking.refused(target).kind, Kind::malformed) << target;
    }
}

}  // namespace
}  // namespace lazulite::test
