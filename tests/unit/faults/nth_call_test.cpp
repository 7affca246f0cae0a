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

/// A call of the file system fails once, while a part of the script runs: from the start of the server to the last request.
class NthCall : public ::testing::TestWithParam<Failure> {
  protected:
    struct Run {
        const Part& part;
        const Expected& expected;
        FaultFileSystem& files;
    };

    static Expected untouched(const Part& part) {
        const auto files = make_memory_file_system(kMemory);
        OneServer server(*files, Durability::process);
        return run_untouched(server, part);
    }

    static std::uint64_t calls(const Part& part) {
        const auto under = make_memory_file_system(kMemory);
        FaultFileSystem files(*under);
        {
            OneServer server(files, GetParam().durability);
            Shown shown;
            for (const Step& step : part.steps) ask(server, step, shown);
        }
        return files.calls(GetParam().kind);
    }

    static void fail(std::uint64_t nth, const Part& part, const Expected& expected) {
        const auto under = make_memory_file_system(kMemory);
        FaultFileSystem files(*under);
        const Run run{part, expected, files};
        files.inject({.kinds = {GetParam().kind}, .nth = nth, .error = GetParam().error, .half_written = GetParam().half_written});
        std::optional<OneServer> server;
        try {
            server.emplace(files, GetParam().durability);
        } catch (const std::runtime_error& refused) {
            EXPECT_STRNE(refused.what(), "") << "a start that fails says why";
            server.emplace(files, GetParam().durability);
        }
        Shown shown;
        for (std::size_t i = 0; i < part.steps.size(); ++i) play(i, *server, run, shown);
        files.heal();
        const std::string state = state_of(*server, part);
        EXPECT_EQ(state, expected.states.back()) << difference(state, expected.states.back());
        const auto killed = files.after_kill(files.position());
        server.reset();
        if (HasFailure()) return;
        expect_sound(files, run);
        expect_sound(*killed, run);
    }

    static void play(std::size_t i, OneServer& server, const Run& run, Shown& shown) {
        const Step& step = run.part.steps[i];
        const std::uint64_t before = run.files.failures();
        OneServer::Answer answer = ask(server, step, shown);
        if (run.files.failures() == before && lasting(answer) == run.expected.answers[i]) return;
        const std::string what = step.method + " " + step.target + ": " + std::to_string(answer.status) + answer.body + "\n";
        const std::string state = state_of(server, run.part);
        const std::string& wanted = run.expected.states[answer.failed() ? i : i + 1];
        EXPECT_EQ(state, wanted) << what << difference(state, wanted);
        if (answer.failed()) {
            const int honest = GetParam().error == ENOSPC ? 507 : 500;
            EXPECT_TRUE(answer.status == honest || answer.status == 0 || answer.status == 503) << what;
            answer = ask(server, step, shown);
        }
        EXPECT_EQ(lasting(answer), run.expected.answers[i]) << what;
    }

    /// What the next start finds.
    static void expect_sound(FileSystem& files, const Run& run) {
        EXPECT_EQ(problems_of(files), std::vector<std::string>{});
        OneServer again(files, GetParam().durability);
        const std::string state = state_of(again, run.part);
        EXPECT_EQ(state, run.expected.states.back()) << difference(state, run.expected.states.back());
    }
};

TEST_P(NthCall, HarmsOneRequestAtMost) {
    log::set_level(log::Level::off);
    const std::uint64_t every = stride(GetParam().stride);
    std::uint64_t tried = 0;
    std::uint64_t calls_of_all = 0;
    std::uint64_t nth = 1;
    for (const Part& part : script()) {
        const Expected expected = untouched(part);
        const std::uint64_t most = calls(part);
        for (; nth <= most; nth += every) {
            SCOPED_TRACE(part.name + (", call " + std::to_string(nth)) + " of " + std::to_string(most));
            ++tried;
            fail(nth, part, expected);
            ASSERT_FALSE(HasFailure());
        }
        calls_of_all += most;
        nth -= most;
    }
    std::printf("%s: %llu of %llu calls failed in turn\n", GetParam().name, static_cast<unsigned long long>(tried),
                static_cast<unsigned long long>(calls_of_all));
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
                      Failure{"FolderFails", Kind::make_directory, ENOSPC, false, kProcess, 3},
                      Failure{"FolderSyncFails", Kind::sync_directory, EIO, false, kPower, 3},
                      Failure{"ListFails", Kind::list, EIO, false, kProcess, 3}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace lazulite
