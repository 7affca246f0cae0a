// Requests of our own to other servers, over TLS.
#include "asking.hpp"
#include "certificate.hpp"
#include "harness.hpp"

namespace lazulite::test {
namespace {

class SecureOutgoings : public HttpTest {
  protected:
    /// Listens with that certificate.
    void listen(const Certificate& certificate) {
        start();
        const auto tls = TlsContext::from_pem(certificate.file(), certificate.key());
        ASSERT_TRUE(tls);
        const auto endpoint = server->listen("127.0.0.1", 0, handler, {.idle_timeout = {}, .tls = [tls] { return *tls; }});
        ASSERT_TRUE(endpoint);
        secure_port = endpoint->port;
    }
    [[nodiscard]] std::string url(const std::string& path, const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(secure_port) + path;
    }
    std::uint16_t secure_port = 0;
};

TEST_F(SecureOutgoings, TrustsTheAuthoritiesItIsGiven) {
    const Certificate certificate;
    listen(certificate);
    handler.make_file(3'000'000);
    Asking asking({.authorities = certificate.file()});
    EXPECT_EQ(asking.get(url("/hello")).body, "hello");
    EXPECT_EQ(asking.get(url("/file/0/3000000")).body, TestHandler::pattern(0, 3'000'000));
    OutgoingRequest request{Method::post, url("/echo"), {}, std::string(3 << 20, 'b')};
    EXPECT_EQ(asking.ask(request).body, request.body);
}

TEST_F(SecureOutgoings, TrustsNobodyElse) {
    const Certificate certificate;
    const Certificate other;
    listen(certificate);
    for (const std::string& authorities : {std::string(), other.file()}) {
        Asking asking({.authorities = authorities});
        const OutgoingProblem problem = asking.refused(url("/hello"));
        EXPECT_EQ(problem.kind, OutgoingProblem::Kind::unreachable);
        EXPECT_TRUE(problem.text.starts_with("its certificate is not trusted: ")) << problem.text;
    }
}

TEST_F(SecureOutgoings, ComparesTheName) {
    const Certificate certificate("elsewhere.example");
    listen(certificate);
    Asking asking({.authorities = certificate.file()});
    EXPECT_TRUE(asking.refused(url("/hello")).text.starts_with("its certificate is not trusted: "));
}

}  // namespace
}  // namespace lazulite::test
