#include <gtest/gtest.h>

#include <array>

#include "wire/codec.hpp"

namespace lazulite {
namespace {

enum class LeaseState { available, leased };
constexpr auto kLeaseStates =
    std::to_array<Named<LeaseState>>({{LeaseState::available, "available"}, {LeaseState::leased, "leased"}});
constexpr std::span<const Named<LeaseState>> names_of(LeaseState) {
    return kLeaseStates;
}

struct Lease {
    LeaseState state = LeaseState::available;
};
template <class Codec>
void describe(Codec& c, const Lease& lease) {
    c.property("x-ms-lease-state", "LeaseState", lease.state);
}

struct Properties {
    Instant last_modified{Ticks(0)};
    std::string etag = "0x8D\"";
    std::uint64_t length = 0;
    std::optional<std::string> content_type;
    std::optional<Md5Digest> md5;
    bool encrypted = true;
    Lease lease;
    Metadata metadata;
};
template <class Codec>
void describe(Codec& c, const Properties& p) {
    c.property("Last-Modified", "Last-Modified", p.last_modified);
    c.header("ETag", '"' + p.etag + '"');
    c.element("Etag", p.etag);
    c.element("Content-Length", p.length);
    c.property("Content-Type", "Content-Type", p.content_type);
    c.property("Content-MD5", "Content-MD5", p.md5);
    c.include(p.lease);
    c.property("x-ms-server-encrypted", "ServerEncrypted", p.encrypted);
    c.metadata(p.metadata);
}

std::string headers_of(const Properties& properties) {
    Fields fields;
    HeaderEncoder encoder(fields);
    describe(encoder, properties);
    return fields.text();
}
std::string xml_of(const Properties& properties) {
    XmlWriter xml;
    xml.open("P");
    XmlEncoder encoder(xml);
    describe(encoder, properties);
    xml.close();
    return xml.take().substr(38);  // without the declaration
}

Properties full() {
    Properties properties;
    properties.length = 5000;
    properties.content_type = "text/<x>";
    properties.md5 = Md5Digest{};
    properties.lease.state = LeaseState::leased;
    properties.metadata.add("Key", "a&b");
    return properties;
}

TEST(HeaderEncoder, WritesWhatIsThere) {
    EXPECT_EQ(headers_of(full()),
              "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
              "ETag: \"0x8D\"\"\r\n"
              "Content-Type: text/<x>\r\n"
              "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
              "x-ms-lease-state: leased\r\n"
              "x-ms-server-encrypted: true\r\n"
              "x-ms-meta-Key: a&b\r\n");
}

TEST(HeaderEncoder, LeavesOutWhatIsAbsent) {
    EXPECT_EQ(headers_of({}),
              "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
              "ETag: \"0x8D\"\"\r\n"
              "x-ms-lease-state: available\r\n"
              "x-ms-server-encrypted: true\r\n");
}

TEST(XmlEncoder, WritesTheSameDescriptionAsElements) {
    EXPECT_EQ(xml_of(full()),
              "<P><Last-Modified>Thu, 01 Jan 1970 00:00:00 GMT</Last-Modified><Etag>0x8D\"</Etag>"
              "<Content-Length>5000</Content-Length><Content-Type>text/&lt;x&gt;</Content-Type>"
              "<Content-MD5>AAAAAAAAAAAAAAAAAAAAAA==</Content-MD5><LeaseState>leased</LeaseState>"
              "<ServerEncrypted>true</ServerEncrypted><Metadata><Key>a&amp;b</Key></Metadata></P>");
}

TEST(XmlEncoder, LeavesOutWhatIsAbsent) {
    EXPECT_EQ(xml_of({}),
              "<P><Last-Modified>Thu, 01 Jan 1970 00:00:00 GMT</Last-Modified><Etag>0x8D\"</Etag>"
              "<Content-Length>0</Content-Length><LeaseState>available</LeaseState>"
              "<ServerEncrypted>true</ServerEncrypted><Metadata /></P>");
}

TEST(Encoders, TakeLiteralsAndViews) {
    Fields fields;
    HeaderEncoder encoder(fields);
    encoder.header("Accept-Ranges", "bytes");
    encoder.header("a", std::string_view("b"));
    encoder.header("n", 5);
    EXPECT_EQ(fields.text(), "Accept-Ranges: bytes\r\na: b\r\nn: 5\r\n");
}

}  // namespace
}  // namespace lazulite
