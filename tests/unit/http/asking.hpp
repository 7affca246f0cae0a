#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string>

#include "base/worker_pool.hpp"
#include "http/client.hpp"

namespace lazulite::test {

/// A whole answer.
struct Heard {
    int status = 0;
    std::string reason;
    Fields fields;
    std::optional<std::uint64_t> length;
    std::string body;
    std::string broken;  ///< why the body ended too soon
    std::size_t largest_piece = 0;
};

/// A client and the thread it asks from.
class Asking {
  public:
    explicit Asking(const ClientOptions& options = {}) : threads_(2), client(threads_, options) {}

    Heard get(const std::string& url) { return ask({Method::get, url, {}, {}}); }
    Heard ask(const OutgoingRequest& request) {
        Heard heard;
        const auto problem = run(request, heard);
        EXPECT_FALSE(problem) << (problem ? problem->text : "");
        return heard;
    }
    OutgoingProblem refused(const std::string& url) {
        Heard heard;
        const auto problem = run({Method::get, url, {}, {}}, heard);
        EXPECT_TRUE(problem) << url << " was answered " << heard.status;
        return problem.value_or(OutgoingProblem{});
    }

  private:
    std::optional<OutgoingProblem> run(const OutgoingRequest& request, Heard& heard) {
        std::promise<void> done;
        std::optional<OutgoingProblem> problem;
        spawn(hear(request, heard, problem), [&done] { done.set_value(); });
        done.get_future().wait();
        return problem;
    }
    Task<> hear(const OutgoingRequest& request, Heard& heard, std::optional<OutgoingProblem>& problem) {
        auto answer = co_await client.ask(request);
        if (!answer) {
            problem = answer.error();
            co_return;
        }
        heard.status = answer->status;
        heard.reason = answer->reason;
        heard.fields = answer->fields;
        heard.length = answer->length;
        while (true) {
            const auto piece = co_await answer->body->read();
            if (!piece) heard.broken = piece.error().details()->message;
            if (!piece || piece->empty()) break;
            heard.body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
            heard.largest_piece = std::max(heard.largest_piece, piece->size());
        }
    }

    Workers threads_;

  public:
    HttpClient client;
};

}  // namespace lazulite::test
