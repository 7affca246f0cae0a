// Certificates, handshakes, and what TLS adds to a connection. The other tests of this layer run over it as well.
#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <fstream>

#include "certificate.hpp"
#include "harness.hpp"

namespace lazulite::test {
namespace {

using std::chrono::milliseconds;

void expect_refusal(const TlsContext::Loaded& loaded, const std::string& line) {
    ASSERT_FALSE(loaded) << line;
    EXPECT_EQ(loaded.error(), line);
}

TEST(TlsContext, TakesPemAndPfx) {
    const Certificate certificate;
    EXPECT_TRUE(TlsContext::from_pem(certificate.file(), certificate.key()));
    EXPECT_TRUE(TlsContext::from_pem(certificate.file(), certificate.encrypted_key("secret"), "secret"));
    EXPECT_TRUE(TlsContext::from_pfx(certificate.pfx("secret"), "secret"));
    EXPECT_TRUE(TlsContext::from_pfx(certificate.pfx(""), ""));
}

TEST(TlsContext, SaysWhatIsWrongInOneLine) {
    const Certificate certificate;
    const Certificate other;
    const std::string missing = (certificate.folder() / "missing.pem").string();
    const std::string garbage = (certificate.folder() / "garbage.pem").string();
    std::ofstream(garbage) << "not a certificate\n";
    expect_refusal(TlsContext::from_pem(missing, certificate.key()), missing + ": No such file or directory");
    expect_refusal(TlsContext::from_pem(certificate.file(), missing), missing + ": No such file or directory");
    expect_refusal(TlsContext::from_pem(garbage, certificate.key()), garbage + ": holds no certificate in PEM form");
    expect_refusal(TlsContext::from_pem(certificate.file(), garbage), garbage + ": holds no private key in PEM form");
    expect_refusal(TlsContext::from_pem(certificate.file(), other.key()),
                   other.key() + ": the key does not belong to the certificate in " + certificate.file());
    const std::string encrypted = certificate.encrypted_key("secret");
    for (const auto& password : {std::optional<std::string>(), std::optional<std::string>("wrong")}) {
        expect_refusal(TlsContext::from_pem(certificate.file(), encrypted, password),
                       encrypted + ": holds a key that the password does not open");
    }
    const std::string pfx = certificate.pfx("secret");
    expect_refusal(TlsContext::from_pfx(pfx, "wrong"), pfx + ": the password is wrong");
    expect_refusal(TlsContext::from_pfx(pfx, ""), pfx + ": the password is wrong");
    expect_refusal(TlsContext::from_pfx(missing, ""), missing + ": No such file or directory");
    expect_refusal(TlsContext::from_pfx(certificate.file(), ""),
                   certificate.file() + ": is no PFX (PKCS #12) file; a certificate in PEM form needs --key");
}

TEST(TlsContext, KnowsWhenTheCertificateIsValid) {
    using std::chrono::hours;
    const Certificate old("localhost", -hours(48), -hours(24));
    for (const auto& [loaded, file] : {std::pair{TlsContext::from_pem(old.file(), old.key()), old.file()},
                                       {TlsContext::from_pfx(old.pfx("secret"), "secret"), old.pfx("secret")}}) {
        ASSERT_FALSE(loaded);
        const std::string line = file + ": the certificate has expired, on 2";
        EXPECT_TRUE(loaded.error().starts_with(line)) << loaded.error();
        EXPECT_EQ(loaded.error().size(), line.size() + sizeof "026-11-20T21:07:12Z" - 1) << loaded.error();
    }
    const Certificate early("localhost", hours(24), hours(48));
    const auto loaded = TlsContext::from_pem(early.file(), early.key());
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_TRUE((*loaded)->doubt().starts_with(early.file() + ": the certificate is not valid yet: clients refuse it until 2"))
        << (*loaded)->doubt();
    const Certificate good;
    EXPECT_EQ((*TlsContext::from_pem(good.file(), good.key()))->doubt(), "");
}

class Tls : public HttpTest {};

TEST_F(Tls, SpeaksVersions12And13Only) {
    start();
    for (const auto& [version, spoken] : {std::pair{TLS1_VERSION, false},
                                          {TLS1_1_VERSION, false},
                                          {TLS1_2_VERSION, true},
                                          {TLS1_3_VERSION, true}}) {
        Client client(Client::later);
        client.offer_only(version);
        client.connect(port);
        const bool sent = client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(sent, spoken) << version;
        if (spoken) {
            EXPECT_EQ(client.rest(), kHelloClose) << version;
        }
    }
}

TEST_F(Tls, RequestsAreSecure) {
    start();
    EXPECT_EQ(exchange("GET /secure HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), ok_close("yes"));
    const auto plain = server->listen("127.0.0.1", 0, handler);
    ASSERT_TRUE(plain);
    Client client(plain->port, "127.0.0.1", Client::plain);
    client.send("GET /secure HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.rest(), ok_close("no"));
}

TEST_F(Tls, AgreesOnHttp11) {
    start();
    for (const auto& [offered, chosen] : {std::pair{std::string("\x02h2\x08http/1.1"), "http/1.1"},
                                          {std::string("\x02h2"), ""},
                                          {std::string(), ""}}) {
        Client client(Client::later);
        client.offer_protocols(offered);
        client.connect(port);
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(client.rest(), kHelloClose) << offered;
        EXPECT_EQ(client.protocol(), chosen) << offered;
    }
}

TEST_F(Tls, HandshakesHaveADeadline) {
    ServerOptions options;
    options.header_timeout = milliseconds(60);
    start(options);
    Client silent(port, "127.0.0.1", Client::plain);
    EXPECT_EQ(silent.rest(), "");
    Client slow(port, "127.0.0.1", Client::plain);
    slow.send("\x16\x03\x01\x02");
    EXPECT_EQ(slow.rest(), "");
    EXPECT_TRUE(handler.threads().empty());
}

TEST_F(Tls, WhoDoesNotSpeakItIsNotAnswered) {
    start();
    Client client(port, "127.0.0.1", Client::plain);
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.rest();
    EXPECT_EQ(answer.find("HTTP/1.1"), std::string::npos) << answer;
    EXPECT_TRUE(handler.threads().empty());
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), kHelloClose);
}

TEST_F(Tls, AHandshakeUnderWayDoesNotHoldUpTheEnd) {
    start();
    Client silent(port, "127.0.0.1", Client::plain);
    Client clock(port);
    clock.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(clock.read(kHello.size()), kHello);
    EXPECT_TRUE(server->stop(milliseconds(20'000)));
    EXPECT_EQ(silent.rest(), "");
}

// One request per record, and requests that share one or stand across two.
TEST_F(Tls, RecordsAndRequestsMayBeginAnywhere) {
    start();
    const std::string request = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string three = request + request + request;
    for (std::size_t cut = 1; cut < three.size(); cut += 7) {
        Client client(port);
        client.send(three.substr(0, cut));
        client.send(three.substr(cut));
        EXPECT_EQ(client.read(3 * kHello.size()), kHello + kHello + kHello) << cut;
    }
}

}  // namespace
}  // namespace lazulite::test
