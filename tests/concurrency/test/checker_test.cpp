#include "check/check.hpp"

#include <gtest/gtest.h>

namespace concurrency {
namespace {

/// The objects of a history that are not linearizable, in a line.
std::string refused(std::string_view text) {
    std::string names;
    for (const Judged& judged : check(from_text(text))) names += (names.empty() ? "" : ", ") + judged.object;
    return names;
}

TEST(Checker, TakesAHistoryWithoutConcurrency) {
    EXPECT_EQ(refused("etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
                      "etag-0 c1 3 4 get -> status=200 etag=E1 version=1 content=1\n"
                      "etag-0 c1 5 6 put value=2 if-match=E1 -> status=201 etag=E2\n"
                      "etag-0 c0 7 8 put value=3 if-match=E1 -> status=412 code=ConditionNotMet\n"),
              "");
}

TEST(Checker, TakesEitherOrderOfWhatRanAtTheSameTime) {
    const std::string both =
        "etag-0 c0 1 4 put value=1 -> status=201 etag=E1\n"
        "etag-0 c1 2 3 put value=2 -> status=201 etag=E2\n";
    EXPECT_EQ(refused(both + "etag-0 c2 5 6 get -> status=200 etag=E1 version=1 content=1\n"), "");
    EXPECT_EQ(refused(both + "etag-0 c2 5 6 get -> status=200 etag=E2 version=2 content=2\n"), "");
    EXPECT_EQ(refused(both + "etag-0 c2 5 6 get -> status=200 etag=E1 version=1 content=1\n"
                             "etag-0 c2 7 8 get -> status=200 etag=E2 version=2 content=2\n"),
              "etag-0");
}

TEST(Checker, RefusesAStaleRead) {
    EXPECT_EQ(refused("etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
                      "etag-0 c0 3 4 put value=2 -> status=201 etag=E2\n"
                      "etag-0 c1 5 6 get -> status=200 etag=E1 version=1 content=1\n"),
              "etag-0");
}

TEST(Checker, RefusesALostUpdate) {
    // Both named the same ETag, and both were told that they had it.
    EXPECT_EQ(refused("etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
                      "etag-0 c1 3 6 put value=2 if-match=E1 -> status=201 etag=E2\n"
                      "etag-0 c2 4 5 put value=3 if-match=E1 -> status=201 etag=E3\n"),
              "etag-0");
}

TEST(Checker, RefusesTwoWhoMadeTheSame) {
    EXPECT_EQ(refused("etag-0 c1 1 4 put value=1 if-none-match=* -> status=201 etag=E1\n"
                      "etag-0 c2 2 3 put value=2 if-none-match=* -> status=201 etag=E2\n"),
              "etag-0");
}

TEST(Checker, RefusesATornRead) {
    EXPECT_EQ(refused("etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
                      "etag-0 c0 3 6 put value=2 -> status=201 etag=E2\n"
                      "etag-0 c1 4 5 get -> status=200 etag=E2 version=2 content=1\n"),
              "etag-0");
}

TEST(Checker, RefusesAnEtagOfTwoWrites) {
    EXPECT_EQ(refused("etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
                      "etag-0 c0 3 4 put value=2 -> status=201 etag=E1\n"),
              "etag-0");
}

TEST(Checker, LetsWhatWasNotAnsweredHappenLaterOrNever) {
    const std::string left =
        "etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
        "etag-0 c1 3 - put value=2\n";
    EXPECT_EQ(refused(left + "etag-0 c2 5 6 get -> status=200 etag=E1 version=1 content=1\n"), "");
    EXPECT_EQ(refused(left + "etag-0 c2 5 6 get -> status=200 etag=E1 version=1 content=1\n"
                             "etag-0 c2 7 8 get -> status=200 etag=E2 version=2 content=2\n"),
              "");
    EXPECT_EQ(refused(left + "etag-0 c2 5 6 get -> status=200 etag=E2 version=2 content=2\n"
                             "etag-0 c2 7 8 get -> status=200 etag=E1 version=1 content=1\n"),
              "etag-0");
}

TEST(Checker, RefusesTwoHoldersOfALease) {
    const std::string made = "lease-0 c32 1 2 put value=1 -> status=201\n";
    EXPECT_EQ(refused(made + "lease-0 c0 3 6 acquire proposed=1 duration=-1 -> status=201\n"
                             "lease-0 c1 4 5 acquire proposed=2 duration=-1 -> status=201\n"),
              "lease-0");
    // One after the other, by the time that went on between them.
    EXPECT_EQ(refused(made + "lease-0 c0 3 4 acquire proposed=1 duration=20 -> status=201\n"
                             "clock c0 5 6 advance -> status=200\n"
                             "lease-0 c1 7 8 acquire proposed=2 duration=20 -> status=201\n"),
              "");
    EXPECT_EQ(refused(made + "lease-0 c0 3 4 acquire proposed=1 duration=60 -> status=201\n"
                             "clock c0 5 6 advance -> status=200\n"
                             "lease-0 c1 7 8 acquire proposed=2 duration=20 -> status=201\n"),
              "lease-0");
}

TEST(Checker, RefusesAWriteWithoutTheLease) {
    EXPECT_EQ(refused("lease-0 c32 1 2 put value=1 -> status=201\n"
                      "lease-0 c0 3 4 acquire proposed=1 duration=-1 -> status=201\n"
                      "lease-0 c1 5 6 put value=2 -> status=201\n"),
              "lease-0");
}

TEST(Checker, RefusesAnAppendThatIsLost) {
    const std::string made =
        "append-0 c32 1 2 create value=1 -> status=201 etag=E1\n"
        "append-0 c0 3 4 append value=2 -> status=201 etag=E2 offset=0 blocks=1\n";
    EXPECT_EQ(refused(made + "append-0 c1 5 6 append value=3 position=8 -> status=201 etag=E3 offset=8 blocks=2\n"
                             "append-0 c1 7 8 get -> status=200 etag=E3 version=3 block=2 block=3\n"),
              "");
    EXPECT_EQ(refused(made + "append-0 c1 5 6 append value=3 position=0 -> status=201 etag=E3 offset=0 blocks=1\n"),
              "append-0");
    EXPECT_EQ(refused(made + "append-0 c1 5 6 append value=3 most=8 -> status=201 etag=E3 offset=8 blocks=2\n"),
              "append-0");
    EXPECT_EQ(refused(made + "append-0 c1 5 6 append value=3 -> status=201 etag=E3 offset=8 blocks=2\n"
                             "append-0 c1 7 8 get -> status=200 etag=E3 version=3 block=3\n"),
              "append-0");
}

TEST(Checker, RefusesAMessageWithTwoOwners) {
    const std::string put =
        "queue-0 c0 1 2 put message=1 visibility=0 -> status=201 receipt=R1\n"
        "queue-0 c1 3 6 get most=1 visibility=20 -> status=200 message=1 value=1 count=1 receipt=R2\n";
    EXPECT_EQ(
        refused(put + "queue-0 c2 4 5 get most=1 visibility=20 -> status=200 message=1 value=1 count=1 receipt=R3\n"),
        "queue-0/message 1");
    EXPECT_EQ(
        refused(put + "queue-0 c2 4 5 get most=1 visibility=20 -> status=200 message=1 value=1 count=2 receipt=R3\n"),
        "queue-0/message 1");
    EXPECT_EQ(
        refused(put + "clock c0 7 8 advance -> status=200\n"
                      "queue-0 c2 9 10 get most=1 visibility=20 -> status=200 message=1 value=1 count=2 receipt=R3\n"
                      "queue-0 c1 11 12 delete message=1 receipt=R2 -> status=400 code=PopReceiptMismatch\n"
                      "queue-0 c2 13 14 delete message=1 receipt=R3 -> status=204\n"),
        "");
    EXPECT_EQ(
        refused(put + "clock c0 7 8 advance -> status=200\n"
                      "queue-0 c2 9 10 get most=1 visibility=20 -> status=200 message=1 value=1 count=2 receipt=R3\n"
                      "queue-0 c1 11 12 delete message=1 receipt=R2 -> status=204\n"),
        "queue-0/message 1");
}

TEST(Checker, RefusesAMessageThatIsKeptBack) {
    EXPECT_EQ(refused("queue-0 c0 1 2 put message=1 visibility=0 -> status=201 receipt=R1\n"
                      "queue-0 c1 3 4 get most=1 visibility=20 -> status=200\n"),
              "queue-0/message 1");
    EXPECT_EQ(refused("queue-0 c1 3 4 get most=1 visibility=20 -> status=200 message=9 value=9 count=1 receipt=R2\n"),
              "queue-0");
}

TEST(Checker, RefusesHalfOfABatch) {
    const std::string made =
        "table-0 c32 1 2 batch value=1 change=insert entity=0 balance=5 change=insert entity=1 balance=5 -> "
        "status=204 entity=0 etag=E1 entity=1 etag=E2\n"
        "table-0 c0 3 6 batch value=2 change=merge entity=0 if-match=E1 balance=4 change=merge entity=1 "
        "if-match=E2 balance=6 -> status=204 entity=0 etag=E3 entity=1 etag=E4\n";
    const std::string before = "table-0 c1 4 5 query -> status=200 entity=0 version=1 balance=5 etag=E1 ";
    EXPECT_EQ(refused(made + before + "entity=1 version=1 balance=5 etag=E2\n"), "");
    EXPECT_EQ(refused(made + before + "entity=1 version=2 balance=6 etag=E4\n"), "table-0");
}

TEST(Checker, RefusesAFileWithTwoNamesAndOneWithNone) {
    const std::string made =
        "rename-0 c0 1 2 create name=0 value=7 -> status=201 etag=E1\n"
        "rename-0 c0 3 6 rename name=0 to=1 -> status=201 etag=E1\n";
    EXPECT_EQ(refused(made + "rename-0 c1 4 5 list -> status=200 name=0 etag=E1\n"), "");
    EXPECT_EQ(refused(made + "rename-0 c1 4 5 list -> status=200 name=0 etag=E1 name=1 etag=E1\n"), "rename-0");
    EXPECT_EQ(refused(made + "rename-0 c1 4 5 list -> status=200\n"), "rename-0");
}

TEST(Checker, RefusesHalfOfAWriteToAFile) {
    const std::string made =
        "file-0 c32 1 2 put-range value=1 first=0 last=3 -> status=201\n"
        "file-0 c0 3 6 put-range value=2 first=1 last=2 -> status=201\n";
    EXPECT_EQ(refused(made + "file-0 c1 4 5 get -> status=200 range=1 range=2 range=2 range=1\n"), "");
    EXPECT_EQ(refused(made + "file-0 c1 4 5 get -> status=200 range=1 range=2 range=1 range=1\n"), "file-0");
}

TEST(Checker, RefusesBlocksThatComeBack) {
    const std::string made =
        "blocks-0 c0 1 2 stage id=0 value=1 -> status=201\n"
        "blocks-0 c0 3 4 stage id=1 value=2 -> status=201\n"
        "blocks-0 c0 5 6 commit value=3 id=0 -> status=201 etag=E1\n"
        "blocks-0 c1 7 8 get -> status=200 etag=E1 version=3 block=1\n";
    EXPECT_EQ(refused(made + "blocks-0 c1 9 10 commit value=4 id=0 id=1 -> status=400 code=InvalidBlockList\n"
                             "blocks-0 c1 11 12 list -> status=200 id=0\n"),
              "");
    EXPECT_EQ(refused(made + "blocks-0 c1 9 10 commit value=4 id=0 id=1 -> status=201 etag=E2\n"), "blocks-0");
    EXPECT_EQ(refused(made + "blocks-0 c1 9 10 list -> status=200 id=0 staged=1\n"), "blocks-0");
}

TEST(Checker, RefusesHalfOfADirectory) {
    const std::string made =
        "tree-0 c0 1 2 create directory=0 value=7 -> status=201 etag=E1\n"
        "tree-0 c0 3 6 move directory=0 to=1 -> status=201\n";
    EXPECT_EQ(refused(made + "tree-0 c1 4 5 list -> status=200 directory=0 directory=0 etag=E1\n"), "");
    EXPECT_EQ(refused(made + "tree-0 c1 4 5 list -> status=200 directory=1 directory=1 etag=E1\n"), "");
    EXPECT_EQ(refused(made + "tree-0 c1 4 5 list -> status=200 directory=0 directory=1 directory=1 etag=E1\n"),
              "tree-0");
    EXPECT_EQ(refused(made + "tree-0 c1 4 5 list -> status=200 directory=1\n"), "tree-0");
}

TEST(Checker, ReadsWhatItWrote) {
    const std::string text =
        "etag-0 c0 1 2 put value=1 -> status=201 etag=E1\n"
        "etag-0 c1 3 - put value=2 if-match=E1\n";
    EXPECT_EQ(to_text(from_text(text)), text);
    EXPECT_THROW(static_cast<void>(from_text("etag-0 c0 1 2\n")), std::runtime_error);
}

TEST(Checker, GivesShortNamesInOrder) {
    History history = from_text(
        "etag-0 c0 1 2 put value=1 -> status=201 etag=\"0x8D\"\n"
        "etag-0 c0 3 4 put value=2 if-match=\"0x8D\" -> status=201 etag=\"0x8E\"\n");
    give_short_names(history);
    EXPECT_EQ(text(history[1].given, "if-match"), "E1");
    EXPECT_EQ(text(history[1].got, "etag"), "E2");
}

}  // namespace
}  // namespace concurrency
