#include <cerrno>
#include <deque>
#include <set>

#include "notes.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite {
namespace {

using namespace testing;
using Kind = FileOperation::Kind;

/// A store over a file system that fails when told to.
class FailingDisk : public ::testing::Test {
  protected:
    explicit FailingDisk(Durability durability = Durability::process)
        : under_(make_memory_file_system(kNoLimit)),
          files_(*under_),
          durability_(durability),
          stores_(open_stores(files_, durability)),
          store_(notes_of(*stores_)) {}

    /// Submits five inserts as one group; the names of those that were acknowledged, and the errors of the others.
    std::pair<std::set<std::string>, std::set<ErrorCode>> insert_group(const std::string& prefix) {
        std::deque<Job> jobs;
        std::vector<std::string> names;
        BusyWriter busy(*store_);
        for (int i = 0; i < 5; ++i) {
            names.push_back(prefix + "-" + std::to_string(i));
            jobs.emplace_back(*store_, [name = names.back()](WriteTxn& tx) -> Result<> {
                (void)tx.next_tick();
                insert(tx, name, std::string(3000, 'x'));
                return {};
            });
        }
        busy.release();
        std::pair<std::set<std::string>, std::set<ErrorCode>> answers;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const auto outcome = jobs[i].outcome();
            if (outcome) {
                answers.first.insert(names[i]);
            } else {
                answers.second.insert(outcome.error().code());
            }
        }
        return answers;
    }

    void expect_exactly(Store& store, const std::set<std::string>& acknowledged) {
        const auto names = names_in(store);
        EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), acknowledged);
    }

    /// What a killed process would leave now, opened again.
    void expect_after_kill(const std::set<std::string>& acknowledged) {
        const auto left = files_.after_kill(files_.position());
        const auto stores = open_stores(*left, durability_);
        expect_exactly(*notes_of(*stores), acknowledged);
    }

    void fail_each_call(Kind kind, int error, int calls, ErrorCode expected) {
        std::set<std::string> acknowledged;
        for (int nth = 1; nth <= calls; ++nth) {
            for (const bool half : {false, true}) {
                FaultFileSystem::Fault fault;
                fault.kinds = {kind};
                fault.nth = static_cast<std::uint64_t>(nth);
                fault.error = error;
                fault.half_written = half;
                fault.path_part = "notes.db";
                files_.inject(fault);
                const std::string name = "group-" + std::to_string(nth) + (half ? "h" : "");
                const auto [added, errors] = insert_group(name);
                files_.heal();
                // One fault: running again one by one succeeds, or one member carries the failure.
                EXPECT_GE(added.size(), 4U) << name;
                for (const ErrorCode code : errors) EXPECT_EQ(code, expected) << name;
                acknowledged.insert(added.begin(), added.end());
                expect_exactly(*store_, acknowledged);
                ASSERT_TRUE(add(*store_, name + "-next"));
                acknowledged.insert(name + "-next");
            }
        }
        expect_exactly(*store_, acknowledged);
        expect_after_kill(acknowledged);
    }

    std::unique_ptr<FileSystem> under_;
    FaultFileSystem files_;
    Durability durability_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

class FailingPowerDisk : public FailingDisk {
  protected:
    FailingPowerDisk() : FailingDisk(Durability::power) {}
};

TEST_F(FailingDisk, FullAtTheNthWriteHarmsNobodyElse) {
    fail_each_call(Kind::write, ENOSPC, 16, ErrorCode::insufficient_storage);
}

TEST_F(FailingDisk, AnIoErrorAtTheNthWriteHarmsNobodyElse) {
    fail_each_call(Kind::write, EIO, 16, ErrorCode::internal_error);
}

TEST_F(FailingPowerDisk, AFailedSyncHarmsNobodyElse) {
    fail_each_call(Kind::sync, EIO, 6, ErrorCode::internal_error);
}

TEST_F(FailingDisk, ADiskThatStaysFullAnswersEveryone) {
    ASSERT_TRUE(add(*store_, "before"));
    FaultFileSystem::Fault fault;
    fault.kinds = {Kind::write};
    fault.error = ENOSPC;
    fault.from_then_on = true;
    files_.inject(fault);
    for (int round = 0; round < 3; ++round) {
        const auto [added, errors] = insert_group("full");
        EXPECT_TRUE(added.empty());
        EXPECT_EQ(errors, std::set{ErrorCode::insufficient_storage});
        EXPECT_EQ(names_in(*store_), std::vector<std::string>{"before"}) << "reads go on";
    }
    const auto refused = store_->write_and_wait([](WriteTxn&) -> Result<> { return fail(ErrorCode::blob_not_found); });
    EXPECT_EQ(code_of(refused), ErrorCode::blob_not_found) << "a refusal needs no room";
    files_.heal();
    EXPECT_EQ(insert_group("after").first.size(), 5U);
}

TEST_F(FailingDisk, AFailedReadIsAnInternalError) {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(add(*store_, std::to_string(i), std::string(3000, 'x')));
    FaultFileSystem::Fault fault;
    fault.kinds = {Kind::read};
    fault.from_then_on = true;
    files_.inject(fault);
    const auto sum = [this] {
        return store_->read([](ReadTxn& tx) -> Result<std::int64_t> {
            Cursor cursor = tx.query("SELECT sum(length(text)) FROM notes");
            return cursor.next() ? cursor.integer(0) : 0;
        });
    };
    EXPECT_EQ(code_of(sum()), ErrorCode::internal_error);
    files_.heal();
    const auto healed = sum();
    ASSERT_TRUE(healed);
    EXPECT_EQ(*healed, 600'000);
}

TEST_F(FailingDisk, AnAccountThatCannotBeMadeIsMadeLater) {
    for (const Kind kind : {Kind::write, Kind::rename, Kind::open}) {
        FaultFileSystem::Fault fault;
        fault.kinds = {kind};
        fault.error = ENOSPC;
        fault.from_then_on = true;
        files_.inject(fault);
        const auto refused = stores_->store("newcomer", kNotes.name);
        EXPECT_FALSE(refused);
        files_.heal();
    }
    ASSERT_TRUE(add(*notes_of(*stores_, "newcomer"), "a"));
    const auto left = files_.after_kill(files_.position());
    EXPECT_EQ(open_stores(*left)->accounts(), (std::vector<std::string>{"newcomer", "someone"}));
}

TEST_F(FailingDisk, AResetThatCannotBeWrittenDownChangesNothing) {
    ASSERT_TRUE(add(*store_, "kept"));
    FaultFileSystem::Fault fault;
    fault.kinds = {Kind::write};
    fault.error = ENOSPC;
    fault.from_then_on = true;
    files_.inject(fault);
    EXPECT_EQ(code_of(stores_->reset("someone", "")), ErrorCode::insufficient_storage);
    files_.heal();
    EXPECT_EQ(names_in(*notes_of(*stores_)), std::vector<std::string>{"kept"});
}

}  // namespace
}  // namespace lazulite
