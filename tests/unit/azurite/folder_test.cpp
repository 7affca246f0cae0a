#include "a_folder.hpp"

#include "azurite/walk.hpp"

namespace lazulite::azurite {
namespace {

class AzuriteFolder : public AFolder {};

TEST_F(AzuriteFolder, HandsOverOneDocumentAfterTheOther) {
    database(kTableFile, {{"one", R"({"a":{"b":[1,{"c":2}]}},{"a":3})"}, {"none", ""}, {"two", R"({"name":"x","data":[{"d":4}]})"}});
    std::string seen;
    Folder(path_).read(kTableFile, [&](std::string_view collection, const Document& document) {
        seen += std::string(collection) + document.json().dump() + " ";
    });
    EXPECT_EQ(seen, R"(one{"a":{"b":[1,{"c":2}]}} one{"a":3} two{"name":"x","data":[{"d":4}]} )");
}

TEST_F(AzuriteFolder, SaysWhatIsWrongWithIt) {
    EXPECT_EQ(refusal(), "DIR: holds no data of Azurite: neither __azurite_db_blob__.json nor __azurite_db_queue__.json nor "
                         "__azurite_db_table__.json");
    file("__azurite_db_table__.json", "");
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json: is not whole: no JSON from byte 1 on");
    file("__azurite_db_table__.json", R"({"filename":"x","collections":[{"na)");
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json: is not whole: no JSON from byte 36 on");
    file("__azurite_db_table__.json", R"({"filename":"x"})");
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json: is no database of Azurite: it has no collections");
    database(kTableFile, {{"$TABLES_COLLECTION$", R"({"account":"acct"})"}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json, $TABLES_COLLECTION$, document 1: table is missing");
    database(kTableFile, {{"$TABLES_COLLECTION$", R"({"account":"acct","table":7})"}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json, $TABLES_COLLECTION$, document 1, table: is no text");
}

TEST_F(AzuriteFolder, FindsBytesOrSaysThatTheyAreLost) {
    database(kBlobFile, {});
    bytes("0123456789");
    const Folder folder(path_);
    const ExtentFiles files(folder, kBlobExtentFile, kBlobStorage);
    const auto find = [&](const char* persistency) {
        const Json json = Json::parse(persistency);
        try {
            const auto chunk = files.find(Document(json, "here"));
            return chunk ? files.read(*chunk) : std::string("zeros");
        } catch (const std::runtime_error& problem) {
            return std::string(problem.what()).substr(0, 30);
        }
    };
    EXPECT_EQ(find(R"({"id":"e","offset":3,"count":4})"), "3456");
    EXPECT_EQ(find(R"({"id":"e","offset":10,"count":0})"), "");
    EXPECT_EQ(find(R"({"id":"*ZERO*","offset":0,"count":512})"), "zeros");
    EXPECT_EQ(find(R"({"id":"e","offset":8,"count":3})"), "here: its bytes are lost: " + path_.string().substr(0, 4));
    EXPECT_EQ(find(R"({"id":"f","offset":0,"count":1})"), "here: its bytes are lost: " + path_.string().substr(0, 4));
    EXPECT_EQ(find(R"({"id":"e","offset":-1,"count":1})"), "here, offset: is no whole numb");
}

TEST_F(AzuriteFolder, LeavesItsFilesAlone) {
    database(kBlobFile, {});
    database(kBlobExtentFile, {{"$EXTENTS_COLLECTION$", R"({"id":"e","path":"../secret"})"}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_blob_extent__.json, $EXTENTS_COLLECTION$, document 1: path is no name of a file");
}

TEST_F(AzuriteFolder, ReadsTheFormsOfValues) {
    const Json json = Json::parse(R"({"t":"2026-01-02T03:04:05.678Z","ms":1767323045678,"b":{"0":93,"1":0},"buffer":{"type":"Buffer","data":[255]},"none":null})");
    const Document document(json, "here");
    EXPECT_EQ(document.at("t").time(), document.at("ms").time());
    EXPECT_EQ(document.at("b").bytes(), std::string("\x5D\0", 2));
    EXPECT_EQ(document.at("buffer").bytes(), "\xFF");
    EXPECT_FALSE(document.find("none"));
}

}  // namespace
}  // namespace lazulite::azurite
