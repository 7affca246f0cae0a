#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "check/check.hpp"
#include "run/runner.hpp"

namespace concurrency {
namespace {

/// Falsifies histories that are linearizable, in ways that no order can explain, and sees that each is refused.
class Falsified : public testing::Test {
  protected:
    /// `falsify` changes one event, by all others, and says whether it did.
    void refuse_all(const std::string& kind, const std::function<bool(const History&, Event&)>& falsify) {
        int falsified = 0;
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            const History history = good(kind, seed);
            int here = 0;
            for (std::size_t i = 0; i < history.size() && here < 6; ++i) {
                History wrong = history;
                if (!falsify(history, wrong[i])) continue;
                ++here;
                EXPECT_FALSE(check(wrong).empty()) << "seed " << seed << ", event " << i << "\n"
                                                   << to_text({history[i], wrong[i]});
            }
            falsified += here;
        }
        EXPECT_GE(falsified, 10);
    }

    static void set(Fields& fields, std::string_view name, std::string value) {
        for (auto& [field, old] : fields) {
            if (field == name) {
                old = std::move(value);
                return;
            }
        }
    }
    static bool succeeded(const Event& event, std::string_view what) {
        return event.what == what && event.answered() && number(event.got, "status") < 300;
    }

  private:
    History good(const std::string& kind, std::uint64_t seed) {
        Plan plan(seed, {kind}, "m" + kind + std::to_string(seed) + "x");
        Ran ran = runner_->run(plan, seed);
        EXPECT_EQ(ran.problem, "");
        give_short_names(ran.history);
        EXPECT_TRUE(check(ran.history).empty());
        return ran.history;
    }

    std::unique_ptr<Runner> runner_ = make_stepped();
};

TEST_F(Falsified, AReadOfWhatIsWrittenLater) {
    refuse_all("etag", [](const History& history, Event& event) {
        if (!succeeded(event, "get")) return false;
        for (const Event& later : history) {
            if (later.object != event.object || !succeeded(later, "put") || later.called < event.returned) continue;
            for (const char* const name : {"version", "content"})
                set(event.got, name, std::string(text(later.given, "value")));
            set(event.got, "etag", std::string(text(later.got, "etag")));
            return true;
        }
        return false;
    });
}

TEST_F(Falsified, AReadOfWhatWasReplaced) {
    refuse_all("etag", [](const History& history, Event& event) {
        if (!succeeded(event, "get")) return false;
        for (const Event& over : history) {
            // By If-Match it is known which write this one replaced.
            const bool replaces = succeeded(over, "put") && has(over.given, "if-match");
            if (over.object != event.object || !replaces || over.returned > event.called) continue;
            for (const Event& under : history) {
                if (!succeeded(under, "put") || text(under.got, "etag") != text(over.given, "if-match")) continue;
                for (const char* const name : {"version", "content"})
                    set(event.got, name, std::string(text(under.given, "value")));
                set(event.got, "etag", std::string(text(under.got, "etag")));
                return true;
            }
        }
        return false;
    });
}

TEST_F(Falsified, ABlobWithoutOneOfItsBlocks) {
    refuse_all("append", [](const History& history, Event& event) {
        if (!succeeded(event, "get")) return false;
        std::set<std::string_view> answered;
        for (const Event& append : history) {
            if (succeeded(append, "append")) answered.insert(text(append.given, "value"));
        }
        const auto block =
            std::find_if(event.got.begin(), event.got.end(), [](const auto& field) { return field.first == "block"; });
        if (block == event.got.end() || block + 1 == event.got.end() || !answered.contains(block->second)) return false;
        event.got.erase(block);
        return true;
    });
}

TEST_F(Falsified, AnOffsetThatWasGivenTwice) {
    refuse_all("append", [](const History& /*history*/, Event& event) {
        if (!succeeded(event, "append") || number(event.got, "offset") == 0) return false;
        set(event.got, "offset", std::to_string(number(event.got, "offset") - 8));
        return true;
    });
}

TEST_F(Falsified, AMessageThatWasGivenOutTwice) {
    refuse_all("queue", [](const History& history, Event& event) {
        if (!succeeded(event, "get")) return false;
        for (const Event& other : history) {
            if (&other == &event || other.object != event.object || other.called == event.called ||
                !succeeded(other, "get"))
                continue;
            const std::string message(text(other.got, "message"));
            if (message.empty() || to_text({event}).find("message=" + message + " ") != std::string::npos) continue;
            for (const char* const name : {"message", "value", "count"})
                event.got.emplace_back(name, text(other.got, name));
            event.got.emplace_back("receipt", "R99999");
            return true;
        }
        return false;
    });
}

TEST_F(Falsified, ADeleteByAReceiptThatHoldsNoMore) {
    refuse_all("queue", [](const History& /*history*/, Event& event) {
        if (event.what != "delete" || text(event.got, "code") != "PopReceiptMismatch") return false;
        event.got = {{"status", "204"}};
        return true;
    });
}

TEST_F(Falsified, ABalanceThatNobodyWrote) {
    refuse_all("table", [](const History& /*history*/, Event& event) {
        if (!succeeded(event, "query") || !has(event.got, "balance")) return false;
        set(event.got, "balance", std::to_string(number(event.got, "balance") + 1));
        return true;
    });
}

TEST_F(Falsified, AFileUnderTwoNames) {
    refuse_all("rename", [](const History& /*history*/, Event& event) {
        if (!succeeded(event, "list") || !has(event.got, "etag") || has(event.got, "code")) return false;
        const std::string etag(text(event.got, "etag"));
        for (const char* const name : {"0", "1", "2"}) {
            if (to_text({event}).find(std::string("name=") + name) != std::string::npos) continue;
            event.got.emplace_back("name", name);
            event.got.emplace_back("etag", etag);
            return true;
        }
        return false;
    });
}

TEST_F(Falsified, ARangeOfAWriteThatWasRefused) {
    refuse_all("file", [](const History& history, Event& event) {
        if (!succeeded(event, "get")) return false;
        for (const Event& write : history) {
            if (write.object != event.object || write.what != "put-range" || number(write.got, "status") != 412)
                continue;
            set(event.got, "range", std::string(text(write.given, "value")));
            return true;
        }
        return false;
    });
}

TEST_F(Falsified, AContentThatNobodyWrote) {
    refuse_all("lease", [](const History& /*history*/, Event& event) {
        if (event.what != "get" || number(event.got, "status") != 200) return false;
        set(event.got, "content", "77777");
        return true;
    });
}

}  // namespace
}  // namespace concurrency
