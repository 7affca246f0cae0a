#include "auth/token_key.hpp"

#include <gtest/gtest.h>

#include "auth/json_web_token.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

// Made with OpenSSL's command line: keys, and signatures over kMessage.
constexpr std::string_view kMessage = "the signed part";
const std::string kModulus =
    "qU4ARSFZb5QyaGEBSmblo3cbXfkbky_tOnlsw2UhcEw-5B9YnmOHNtBiltHxvCv4dtJp4dhiK9Od4UGZLO-d7oZHR_D2BPVbpahb"
    "M82x5yZz4tRa-KLh8seIhxbympnEJDMgJtpRId_-EV7wGvhtSUKqWbmbUH2IeeEs3Btxc-j8XB3kNzD_vBIPsWO5Se0I5WrGwVSl"
    "jm7Q0bniclC66XwxAiE7nhMDtA-uRxFelRCYReUpL-ORwy22AWdAU7TurFDpsGqIWUhZkJfYjyHRbAnVEg6rmptwqPB4n-xi08_y"
    "WIRSeBPPSaGkA2EMnzp39TxYtt8lXO5DcdvKlPsScw";
const std::string kX =
    "RCyZnrof5TpU0P7B1hmd0NRJVlWImWCAU0_ZgtEA8tc";
const std::string kY =
    "_w0kzUWJ8TP0pwu-ktHfiyEvkpK5bbPZS03ReuIuaFI";
const std::string kRs256 =
    "gK5bhw_SYQrnJg7Zun_pDoArBtLEP6uOmIcF0g0K5bHhYMZ6dXr72sfeWnDW5_qbX5Y-sOKl-_FnlLROcBMkBQ38O9VJtRRTEcor"
    "tQ0teyPrnBHDYzFfFLETMzLOgdQCTJeI99EcUD8UaIbJt1hEcGC3ffoPS24u5YoIR9mdE-qhJcBGBEc1zJ_aBjIvRme0hFJP_wYM"
    "tzWBzboCl6trYX3rCUOcDT1wN5CtIp_fBVFsw2k4osc8VOPwNpQrStZzIkCMfUjaBljwOnOfVNHMb0P-q-x3OusrYxWUdX6M6gUE"
    "KyG8WkP2ltjN32jOt0nsh_lzrfv-xLTA5T2fmcwQlg";
const std::string kPs256 =
    "FDW-_2o_dCsdlXfkZrIMt9UV0YfS82w8DaS-R2fp311x22kM0thpXhkDRLaJ_VBUmlFnSeuZ_grvFZdBHiEvHUwKcHqdo2QmsORT"
    "HW_91x95hVehWlN_otozcxmKuBkhgz_2m4yLD-duK7yoF8OXS4NgurhvwFr4QwXSKX1mwbhrWSJU47LocrutLvo3fnoa6gQ7JGNN"
    "RGqLSxxcMJ78vKdqhE4JGkfePA3XQFpIFxo8gdtdP3g0Z7eRQv1LNpNeBOQj90blOCiBlEnsyLS7XG2FOvmi_lnmq5KmYhtACBzc"
    "ZKVUJuzdeB2_6Rz6Gqo2pYHtPkwgIT_6g32ERYIFiw";
const std::string kEs256 =
    "z4qGrAtGSdCH55zWeK34FboENsqlKVfvPbv5DgqP1PZHhUlJNSZ0GMcrc9q6cfrnRza8QlY_srziGVJG5jPeeQ";
const std::string kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDBTCCAe2gAwIBAgIULgRW4bPAzz584ZREgIK7IZbuyBAwDQYJKoZIhvcNAQEL\n"
    "BQAwETEPMA0GA1UEAwwGY2xpZW50MCAXDTI2MTEyMjE0NTUwM1oYDzIxMjYxMDI5\n"
    "MTQ1NTAzWjARMQ8wDQYDVQQDDAZjbGllbnQwggEiMA0GCSqGSIb3DQEBAQUAA4IB\n"
    "DwAwggEKAoIBAQCpTgBFIVlvlDJoYQFKZuWjdxtd+RuTL+06eWzDZSFwTD7kH1ie\n"
    "Y4c20GKW0fG8K/h20mnh2GIr053hQZks753uhkdH8PYE9VulqFszzbHnJnPi1Fr4\n"
    "ouHyx4iHFvKamcQkMyAm2lEh3/4RXvAa+G1JQqpZuZtQfYh54SzcG3Fz6PxcHeQ3\n"
    "MP+8Eg+xY7lJ7QjlasbBVKWObtDRueJyULrpfDECITueEwO0D65HEV6VEJhF5Skv\n"
    "45HDLbYBZ0BTtO6sUOmwaohZSFmQl9iPIdFsCdUSDquam3Co8Hif7GLTz/JYhFJ4\n"
    "E89JoaQDYQyfOnf1PFi23yVc7kNx28qU+xJzAgMBAAGjUzBRMB0GA1UdDgQWBBRZ\n"
    "gx8+09wfz/d0oaGkTPUgRDG8FzAfBgNVHSMEGDAWgBRZgx8+09wfz/d0oaGkTPUg\n"
    "RDG8FzAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQARpl8BJLB8\n"
    "yFMvTCKT3Y2akCPaFptLRYle93wyOQ4+yu1SUirIMBhD5IIpiBjdiPpNd1dxIBe/\n"
    "FhrGjfwYrTv1lB6AQb7uUS88MMedO3SCHZe6ZxXjlNwFyJtCeRv6c+ops8E2dJ9i\n"
    "Stffizj5Ncqu3k5ZnB9Lv7bzxRsO2MQwqLMrTw3Bt7vl0eLQs9njUUM94BBTwCZO\n"
    "U+O/nCKrJrrTbedWhcfPTLNGp40Ld+sI9oOWdKQap5W/XNOVeyEo0xE7ggMCRzws\n"
    "RWb/Ek5F1wqgHTznNnLcI6tCra7D5M2qOASsSPedecnTHZneObklpZtC5y8kr/no\n"
    "m28jKbyKQj1f\n"
    "-----END CERTIFICATE-----\n";

const json kRsa = {{"kty", "RSA"}, {"n", kModulus}, {"e", "AQAB"}};
const json kEc = {{"kty", "EC"}, {"crv", "P-256"}, {"x", kX}, {"y", kY}};

bool fits(const std::optional<VerifyingKey>& key, std::string_view algorithm, const std::string& signature,
          std::string_view message = kMessage) {
    return key && key->fits(algorithm, message, base64url_decode(signature).value());
}

TEST(VerifyingKey, KnowsTheSignaturesOfItsOwner) {
    const auto rsa = VerifyingKey::from_jwk(kRsa);
    EXPECT_TRUE(fits(rsa, "RS256", kRs256));
    EXPECT_TRUE(fits(rsa, "PS256", kPs256));
    EXPECT_TRUE(fits(VerifyingKey::from_jwk(kEc), "ES256", kEs256));
    EXPECT_TRUE(fits(VerifyingKey::from_certificate(kCertificate), "RS256", kRs256));
}

TEST(VerifyingKey, RefusesAnotherMessageAlgorithmOrKey) {
    const auto rsa = VerifyingKey::from_jwk(kRsa);
    const auto ec = VerifyingKey::from_jwk(kEc);
    EXPECT_FALSE(fits(rsa, "RS256", kRs256, "another part"));
    EXPECT_FALSE(fits(rsa, "PS256", kRs256));
    EXPECT_FALSE(fits(rsa, "RS256", kPs256));
    EXPECT_FALSE(fits(rsa, "ES256", kEs256));
    EXPECT_FALSE(fits(ec, "RS256", kRs256));
    EXPECT_FALSE(fits(ec, "ES256", kRs256));
    EXPECT_FALSE(fits(rsa, "none", ""));
    EXPECT_FALSE(fits(rsa, "HS256", kRs256));
    EXPECT_FALSE(fits(SigningKey::make().verifying(), "RS256", kRs256));
}

TEST(VerifyingKey, RefusesASignatureThatOnlyOpensslWouldTake) {
    // That of KnowsTheSignaturesOfItsOwner, as ASN.1 has it; RFC 7518, 3.4 has the two numbers one behind the other.
    const std::string numbers = base64url_decode(kEs256).value();
    ASSERT_EQ(numbers.size(), 64U);
    const std::string der = std::string("\x30\x45\x02\x21\x00", 5) + numbers.substr(0, 32) + "\x02\x20" + numbers.substr(32);
    const auto ec = VerifyingKey::from_jwk(kEc);
    ASSERT_TRUE(ec);
    EXPECT_FALSE(ec->fits("ES256", kMessage, der));
    EXPECT_FALSE(ec->fits("RS256", kMessage, der));
}

TEST(VerifyingKey, IsNothingWhereThereIsNoKey) {
    for (const json& jwk : {json("text"), json::object(), json{{"kty", "RSA"}}, json{{"kty", 1}, {"n", 2}},
                            json{{"kty", "RSA"}, {"n", kModulus}}, json{{"kty", "EC"}, {"crv", "P-384"}, {"x", kX}, {"y", kY}},
                            json{{"kty", "EC"}, {"crv", "P-256"}, {"x", kX}, {"y", kX}}, json{{"kty", "oct"}, {"k", "AQAB"}}}) {
        EXPECT_FALSE(VerifyingKey::from_jwk(jwk)) << jwk;
    }
    EXPECT_FALSE(VerifyingKey::from_certificate("no certificate"));
}

TEST(SigningKey, ComesBackFromItsText) {
    const SigningKey made = SigningKey::make();
    const auto read = SigningKey::from_pem(made.pem());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id(), made.id());
    EXPECT_TRUE(read->verifying().fits("RS256", "text", made.sign("text")));
    EXPECT_FALSE(read->verifying().fits("RS256", "text.", made.sign("text")));
    EXPECT_FALSE(SigningKey::from_pem("no key"));
}

TEST(SigningKey, ShowsItsPublicHalf) {
    const SigningKey made = SigningKey::make();
    const auto shown = VerifyingKey::from_jwk(made.jwk());
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->fits("RS256", "text", made.sign("text")));
    EXPECT_EQ(made.jwk()["kid"], made.id());
    EXPECT_EQ(made.jwk()["use"], "sig");
    EXPECT_EQ(made.jwk()["alg"], "RS256");
    EXPECT_FALSE(made.jwk().contains("d"));
}

}  // namespace
}  // namespace lazulite
