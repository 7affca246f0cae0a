#include <chrono>
#include <thread>

#include "a_folder.hpp"
#include "auth/stored_policy.hpp"
#include "azurite/table_document.hpp"
#include "azurite/walk.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/history.hpp"
#include "queue/rows/queues.hpp"
#include "service/current_properties.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"
#include "wire/date.hpp"

namespace lazulite::azurite {
namespace {

constexpr const char* kContainer =
    R"({"accountName":"acct","name":"con","properties":{"etag":"\"0x273B55E2738D680\"","lastModified":"2026-11-22T02:52:55.233Z"}})";

/// A block blob whose bytes begin at `offset`.
std::string a_blob(const std::string& name, int offset, int count, const std::string& more = {}) {
    return R"({"accountName":"acct","containerName":"con","name":")" + name +
           R"(","isCommitted":true,"snapshot":"","properties":{"etag":"\"0x0C5CF9B9C5B84A0\"","lastModified":"2026-11-22T02:52:55.266Z","contentLength":)" +
           std::to_string(count) + R"(,"blobType":"BlockBlob"},"persistency":{"id":"e","offset":)" + std::to_string(offset) +
           R"(,"count":)" + std::to_string(count) + "}" + more + "}";
}

std::string a_message(const std::string& id, const std::string& expires, int offset, int count) {
    return R"({"accountName":"acct","queueName":"que","messageId":")" + id + R"(","popReceipt":"MjJOb3Y=","timeNextVisible":1790000000000,)" +
           R"("insertionTime":"2026-09-21T14:13:20.000Z","expirationTime":")" + expires +
           R"(","dequeueCount":2,"persistency":{"id":"e","offset":)" + std::to_string(offset) + R"(,"count":)" + std::to_string(count) + "}}";
}

class AzuriteImport : public AFolder {
  protected:
    std::optional<blob::Blob> find(const std::string& name) {
        return *store("blob")->read([&](ReadTxn& tx) -> Result<std::optional<blob::Blob>> {
            const auto container = blob::find_container(tx, "con");
            if (!container) return std::optional<blob::Blob>();
            return blob::find_blob(tx, {container->root_dir_id, name});
        });
    }
    std::int64_t number(std::string_view kind, const char* sql) {
        return *store(kind)->read([sql](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    std::vector<queue::Message> messages() {
        return *store("queue")->read([](ReadTxn& tx) -> Result<std::vector<queue::Message>> {
            const auto queue = queue::find_queue(tx, "que");
            return queue::find_visible(tx, queue->generation, {}, 32, {}).messages;
        });
    }
};

TEST_F(AzuriteImport, KeepsEtagsUntilTheBlobIsWritten) {
    bytes("hello");
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", a_blob("b", 0, 5)}});
    const Report report = import();
    EXPECT_EQ(report.blobs, 1U);
    EXPECT_EQ(report.bytes, 5U);
    const auto blob = find("b");
    ASSERT_TRUE(blob);
    EXPECT_EQ(etag_text(blob->tick), "0x0C5CF9B9C5B84A0");
    EXPECT_EQ(format_iso8601(blob->tick), "2026-11-22T02:52:55.2660000Z");
    blob::Blob after = *blob;
    after.tick = Instant(Ticks(0));
    EXPECT_EQ(etag_text(after.tick), "0x89F7FF5F7B58000");
}

TEST_F(AzuriteImport, CopiesOnceWhatSeveralBlobsShare) {
    bytes(std::string(100'000, 'x') + "small");
    const std::string snapshot = a_blob("b", 0, 100'000).replace(a_blob("b", 0, 100'000).find(R"("snapshot":"")"), 13, R"("snapshot":"2026-11-22T02:52:55.2960000Z")");
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer},
                         {"$BLOBS_COLLECTION$", snapshot + "," + a_blob("b", 0, 100'000) + "," + a_blob("copy", 0, 100'000) + "," + a_blob("small", 100'000, 5)}});
    const Report report = import();
    EXPECT_EQ(report.bytes, 100'005U);
    EXPECT_EQ(report.snapshots, 1U);
    EXPECT_EQ(number("blob", "SELECT sum(live) FROM extents"), 100'000);
    EXPECT_EQ(number("blob", "SELECT max(refs) FROM contents WHERE kind = 4"), 3);
}

TEST_F(AzuriteImport, RefusesABlobWhoseBytesAreNotAsMany) {
    bytes("hello");
    std::string blob = a_blob("b", 0, 5);
    blob.replace(blob.find(R"("contentLength":5)"), 17, R"("contentLength":6)");
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", blob}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_blob__.json, $BLOBS_COLLECTION$, document 1 (con/b): has 6 bytes, but 5 were kept");
    EXPECT_EQ(number("blob", "SELECT count(*) FROM containers"), 0);
}

TEST_F(AzuriteImport, RefusesABlobThatIsThereTwice) {
    bytes("hello");
    std::string snapshot = a_blob("b", 0, 5);
    snapshot.replace(snapshot.find(R"("snapshot":"")"), 13, R"("snapshot":"2026-11-22T02:53:00.0000000Z")");
    const std::string once = a_blob("a", 0, 5) + "," + a_blob("b", 0, 5) + "," + snapshot;
    for (const std::string& again : {a_blob("b", 1, 4), snapshot}) {
        database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", once + "," + again}});
        EXPECT_EQ(refusal(), "DIR/__azurite_db_blob__.json, $BLOBS_COLLECTION$, document 4: blob con/b is there twice");
    }
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", once}});
    EXPECT_EQ(refusal(), "imported");
}

TEST_F(AzuriteImport, RefusesTablesThatDifferInLetterCaseAlone) {
    database(kTableFile, {{"$TABLES_COLLECTION$", R"({"account":"acct","table":"people"},{"account":"acct","table":"People"})"}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_table__.json, $TABLES_COLLECTION$, document 2: table people is there twice");
}

TEST_F(AzuriteImport, RefusesAPageBlobOfNoWholePages) {
    const auto a_page_blob = [](const std::string& size, const std::string& sequence_number) {
        return R"({"accountName":"acct","containerName":"con","name":"p","isCommitted":true,"snapshot":"","properties":{)"
               R"("lastModified":"2026-11-22T02:52:55.266Z","blobType":"PageBlob","contentLength":)" +
               size + R"(,"blobSequenceNumber":)" + sequence_number + "}}";
    };
    const std::string where = "DIR/__azurite_db_blob__.json, $BLOBS_COLLECTION$, document 1 (con/p): ";
    const std::pair<std::string, std::string> cases[] = {
        {a_page_blob("2148", "0"), "has no size of a page blob"},
        {a_page_blob("8796093022720", "0"), "has no size of a page blob"},  // 8 TiB and a page
        {a_page_blob("512", "9223372036854775808"), "has no sequence number"},
    };
    for (const auto& [blob, problem] : cases) {
        database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", blob}});
        EXPECT_EQ(refusal(), where + problem);
    }
}

TEST_F(AzuriteImport, RefusesServicePropertiesThatCouldNotBeReadAgain) {
    database(kBlobFile, {{"$SERVICES_COLLECTION$", R"({"accountName":"acct","deleteRetentionPolicy":{"enabled":true,"days":366}})"}});
    EXPECT_EQ(refusal(), "DIR/__azurite_db_blob__.json, $SERVICES_COLLECTION$, document 1: has properties that no service can have");
}

TEST_F(AzuriteImport, LeavesOutAPolicyWithoutAnId) {
    std::string container = kContainer;
    container.pop_back();
    container += R"(,"containerAcl":[{"id":"a","accessPolicy":{"permission":"r"}},{"id":"","accessPolicy":{"permission":"w"}}]})";
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", container}});
    static_cast<void>(import());
    const auto policies = *store("blob")->read([](ReadTxn& tx) -> Result<StoredPolicies> {
        return unpack_policies(blob::find_container(tx, "con")->policies);
    });
    EXPECT_EQ(policies, (StoredPolicies{{"a", {}, {}, "r"}}));
}

TEST_F(AzuriteImport, LeavesOutBlobsOfDeletedContainersAndWarns) {
    bytes("hello");
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", ""}, {"$BLOBS_COLLECTION$", a_blob("b", 0, 5)}});
    EXPECT_EQ(import().warnings, std::vector<std::string>{"1 blobs of containers that are deleted were left out"});
}

TEST_F(AzuriteImport, ChangesNothingWhereNamesAreTaken) {
    bytes("hello");
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}, {"$BLOBS_COLLECTION$", a_blob("b", 0, 5)}});
    static_cast<void>(import());
    const auto before = find("b");
    database(kTableFile, {{"$TABLES_COLLECTION$", R"({"account":"acct","table":"tab"})"}});
    EXPECT_EQ(refusal(), "DIR: nothing was imported, because names are there already: container con of account acct");
    EXPECT_EQ(find("b")->content.encode(), before->content.encode());
    EXPECT_EQ(number("table", "SELECT count(*) FROM tables"), 0);
}

TEST_F(AzuriteImport, ClearsAwayWhatOneThatWasCutOffLeft) {
    write_to(*store("blob"), [](WriteTxn& tx) {
        const std::int64_t dir_id = tx.next_id();
        note_unnamed(tx, {dir_id});
        blob::Blob half;
        half.content = contents::create_inline(tx, "half");
        blob::replace(tx, {dir_id, "half"}, std::nullopt, half);
    });
    database(kBlobFile, {{"$CONTAINERS_COLLECTION$", kContainer}});
    static_cast<void>(import());
    // The rows go in slices, in the background.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (number("blob", "SELECT count(*) FROM contents") != 0 && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(number("blob", "SELECT count(*) FROM blobs"), 0);
    EXPECT_EQ(number("blob", "SELECT count(*) FROM contents"), 0);
}

TEST_F(AzuriteImport, KeepsIdsAndReceiptsOfMessages) {
    bytes("onetwothree", true);
    database(kQueueFile, {{"$QUEUES_COLLECTION$", R"({"accountName":"acct","name":"que","metadata":{"Kind":"x"}})"},
                          {"$MESSAGES_COLLECTION$", a_message("e3727e02-3231-427e-8bae-928bca2e4ffb", "9999-12-31T23:59:59.999Z", 0, 3) + "," +
                                                        a_message("00000000-0000-4000-8000-000000000001", "2027-01-22T00:00:00Z", 3, 3) + "," +
                                                        a_message("79e2db9c-0573-4f89-b8db-9e468d6716d8", "2026-09-28T14:13:20Z", 6, 5)}});
    const Report report = import();
    EXPECT_EQ(report.messages, 2U);  // one had expired
    auto found = messages();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].id.text(), "e3727e02-3231-427e-8bae-928bca2e4ffb");
    EXPECT_EQ(found[0].text, "one");
    EXPECT_EQ(found[0].dequeue_count, 2);
    EXPECT_EQ(found[0].expires, queue::kNever);
    // The period in this id is long over; the message is not.
    EXPECT_EQ(found[1].id.text(), "00000000-0000-4000-8000-000000000001");
    const auto known = *store("queue")->read([&](ReadTxn& tx) -> Result<bool> {
        const auto receipt = queue::find_brought_receipt(tx, found[0].id, "MjJOb3Y=");
        const auto queue = queue::find_queue(tx, "que");
        return receipt && queue::require_message(tx, queue->generation, found[0].id, *receipt).has_value() &&
               !queue::find_brought_receipt(tx, found[0].id, "MjJOb3Z=");
    });
    EXPECT_TRUE(known);
}

TEST_F(AzuriteImport, KeepsTypesAndTheOrderOfProperties) {
    const Json json = Json::parse(R"({"PartitionKey":"p","RowKey":"r","lastModifiedTime":"2026-11-22T02:52:56.2666187Z","properties":{
        "PartitionKey":"p","RowKey":"r","z":5,"big":"9007199254740993","big@odata.type":"Edm.Int64","g":"MTExMTExMTEtMjIyMi0zMzMzLTQ0NDQtNTU1NTU1NTU1NTU1",
        "g@odata.type":"Edm.Guid","old":"11111111-2222-3333-4444-555555555555","old@odata.type":"Edm.Guid","whole":3,"whole@odata.type":"Edm.Double",
        "Timestamp":"2026-11-22T02:52:56.2666187Z","Timestamp@odata.type":"Edm.DateTime"}})");
    const table::Entity entity = entity_of(Document(json, "here"));
    EXPECT_EQ(table::entity_etag(entity.timestamp), "W/\"datetime'2026-11-22T02%3A52%3A56.2666187Z'\"");
    std::string seen;
    table::PropertyReader reader(entity.properties.bytes());
    while (const auto property = reader.next()) {
        seen += std::string(property->name) + ":" + std::string(name_of(property->value.type)) + " ";
    }
    EXPECT_EQ(seen, "z:Edm.Int32 big:Edm.Int64 g:Edm.Guid old:Edm.Guid whole:Edm.Double ");
}

TEST_F(AzuriteImport, TakesServicePropertiesAlong) {
    database(kTableFile, {{"$SERVICES_COLLECTION$", R"({"accountName":"acct","cors":[{"allowedOrigins":"http://a, http://b","allowedMethods":"GET","allowedHeaders":"","exposedHeaders":"","maxAgeInSeconds":9}],"defaultServiceVersion":"2020-10-02"})"}});
    static_cast<void>(import());
    const auto current = current_properties(*store("table"), Behaviour{});
    ASSERT_TRUE(current);
    EXPECT_EQ((*current)->cors(), (std::vector<CorsRule>{{{"http://a", "http://b"}, {"GET"}, {}, {}, 9}}));
}

}  // namespace
}  // namespace lazulite::azurite
