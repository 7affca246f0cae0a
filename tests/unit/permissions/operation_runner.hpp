#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error_table.hpp"

#include "in_memory.hpp"

namespace lazulite {

/// Operations over one store, as the gateway runs them: for the owner of the account, at the newest version, on the
/// calling thread. One thread.
class OperationRunner {
  public:
    struct Answer {
        std::string body;
        Fields fields;
        int handed_over = 0;  ///< to the workers
    };

    /// `container` is what the URL names first: a queue, a table. `accept` may be empty.
    OperationRunner(const std::shared_ptr<Store>& store, std::string_view container, std::string_view accept = {})
        : store_(store), accept_(accept) {
        target_.container = container;
    }

    /// Nothing, and a failure of the test, where the operation fails. `elsewhere` does what is handed over, in place of the
    /// calling thread.
    Answer run(Operation::Run operation, std::string_view query_text, std::string_view body = {},
               Executor* elsewhere = nullptr) const {
        Loop loop;
        CountedWorkers workers(elsewhere != nullptr ? *elsewhere : loop);
        OneText reader(body);
        Request request;
        request.content_length = body.size();
        request.body = &reader;
        if (!accept_.empty()) request.fields.add("Accept", accept_);
        const Query query = *Query::parse(query_text);
        const Identity owner = Identity::owner();
        const Account account{"acct", {}, {}};
        const Operation row{};
        const Behaviour behaviour;
        Exchange x{request, query, target_, owner, account, row, kNewestVersion, store_, workers, behaviour, {}};
        Result<Response> response = loop.run(operation(x));
        if (!response) {
            ADD_FAILURE() << query_text << " failed with " << info(response.error().code()).name;
            return {};
        }
        auto* const written = std::get_if<std::string>(&response->body);
        return {written ? *written : "", response->fields, workers.count};
    }

  private:
    /// Counts what it hands on.
    class CountedWorkers final : public Executor {
      public:
        explicit CountedWorkers(Executor& threads) : threads_(threads) {}
        void post(std::coroutine_handle<> handle) override {
            ++count;
            threads_.post(handle);
        }
        int count = 0;

      private:
        Executor& threads_;
    };

    class OneText final : public BodyReader {
      public:
        explicit OneText(std::string_view text) : left_(text) {}
        Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(left_, {})); }

      private:
        std::string_view left_;
    };

    std::shared_ptr<Store> store_;
    std::string accept_;
    Target target_;
};

/// How often `part` stands in `text`.
inline int count_of(std::string_view text, std::string_view part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace lazulite
