#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <stdexcept>

#include "fault_test.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite {
namespace {

using Kind = FileOperation::Kind;

struct Failure {
    const char* name;
    Kind kind;
    int error;
    bool half_written;
    Durability durability;
    std::uint64_t stride;  ///< in the short form
};

/// A call of the file system fails once, while the script runs: from the start of the server to the last request.
class NthCall : public ::testing::TestWithParam<Failure> {
  protected:
    static const Expected& expected() {
        static const Expected untouched = [] {
            const auto files = make_memory_file_system(kMemory);
            OneServer server(*files, Durability::process);
            return run_untouched(server);
        }();
        return untouched;
    }

    static std::uint64_t calls() {
        const auto under = make_memory_file_system(kMemory);
        FaultFileSystem files(*under);
        {
            OneServer server(files, GetParam().durability);
            Shown shown;
            for (const Step& step : script()) ask(server, step, shown);
        }
        return files.calls(GetParam().kind);
    }

    /// False when the rest would only repeat what is wrong.
    static bool run(std::uint64_t nth) {
        const auto under = make_memory_file_system(kMemory);
        FaultFileSystem files(*under);
        files.inject({.kinds = {GetParam().kind}, .nth = nth, .error = GetParam().error, .half_written = GetParam().half_written});
        std::optional<OneServer> server;
        try {
            server.emplace(files, GetParam().durability);
        } catch (const std::runtime_error& refused) {
            EXPECT_STRNE(refused.what(), "") << "a start that fails says why";
            server.emplace(files, GetParam().durability);
        }
        Shown shown;
        for (std::size_t i = 0; i < script().size(); ++i) play(i, *server, files, shown);
        EXPECT_EQ(state_of(*server), expected().states.back()) << "at the end";
        server.reset();
        files.heal();
        expect_sound(files);
        if (HasFailure()) return false;
        const auto killed = files.after_kill(files.position());
        expect_sound(*killed);
        return !HasFailure();
    }

    static void play(std::size_t i, OneServer& server, FaultFileSystem& files, Shown& shown) {
        const Step& step = script()[i];
        const std::uint64_t before = files.failures();
        OneServer::Answer answer = ask(server, step, shown);
        if (files.failures() == before && lasting(answer) == expected().answers[i]) return;
        const std::string what = step.method + " " + step.target + ": " + std::to_string(answer.status) + answer.body;
        const std::string state = state_of(server);
        if (answer.failed()) {
            const bool full = GetParam().error == ENOSPC;
            EXPECT_TRUE(answer.status == (full ? 507 : 500) || answer.status == 0 || answer.status == 503) << what;
            EXPECT_EQ(state, expected().states[i]) << what << difference(state, expected().states[i]);
            answer = ask(server, step, shown);
            EXPECT_EQ(lasting(answer), expected().answers[i]) << step.target << " once more";
            return;
        }
        EXPECT_EQ(lasting(answer), expected().answers[i]) << what;
        EXPECT_EQ(state, expected().states[i + 1]) << what << difference(state, expected().states[i + 1]);
    }

    /// What a start after all that finds.
    static void expect_sound(FileSystem& files) {
        EXPECT_EQ(problems_of(files), std::vector<std::string>{});
        OneServer again(files, GetParam().durability);
        EXPECT_EQ(state_of(again), expected().states.back()) << "after another start";
    }
};

TEST_P(NthCall, HarmsOneRequestAtMost) {
    log::set_level(log::Level::off);
    const std::uint64_t most = calls();
    const std::uint64_t every = stride(GetParam().stride);
    std::uint64_t tried = 0;
    for (std::uint64_t nth = 1; nth <= most; nth += every) {
        SCOPED_TRACE("call " + std::to_string(nth) + " of " + std::to_string(most));
        ++tried;
        ASSERT_TRUE(run(nth));
    }
    RecordProperty("calls", std::to_string(tried));
    std::printf("%s: %llu of %llu calls failed in turn\n", GetParam().name, static_cast<unsigned long long>(tried),
                static_cast<unsigned long long>(most));
}

constexpr auto kProcess = Durability::process;
constexpr auto kPower = Durability::power;

INSTANTIATE_TEST_SUITE_P(
    All, NthCall,
    ::testing::Values(Failure{"Full", Kind::write, ENOSPC, false, kProcess, 29},
                      Failure{"WriteFails", Kind::write, EIO, false, kProcess, 31},
                      Failure{"ShortWriteFull", Kind::write, ENOSPC, true, kProcess, 37},
                      Failure{"ShortWrite", Kind::write, EIO, true, kProcess, 41},
                      Failure{"FullWhenDurable", Kind::write, ENOSPC, false, kPower, 43},
                      Failure{"SyncFails", Kind::sync, EIO, false, kPower, 13},
                      Failure{"NoDescriptorLeft", Kind::open, EMFILE, false, kProcess, 5},
                      Failure{"OpenFull", Kind::open, ENOSPC, false, kProcess, 7},
                      Failure{"ReadFails", Kind::read, EIO, false, kProcess, 31},
                      Failure{"RemoveFails", Kind::remove, EIO, false, kProcess, 3},
                      Failure{"RenameFails", Kind::rename, EIO, false, kProcess, 3},
                      Failure{"TruncateFails", Kind::truncate, EIO, false, kProcess, 3},
                      Failure{"PunchFails", Kind::punch, EIO, false, kProcess, 3},
                      Failure{"FolderFails", Kind::make_directory, ENOSPC, false, kProcess, 3},
                      Failure{"FolderSyncFails", Kind::sync_directory, EIO, false, kPower, 3},
                      Failure{"ListFails", Kind::list, EIO, false, kProcess, 3}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace lazulite
