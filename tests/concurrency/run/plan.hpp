#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "objects/object.hpp"

namespace concurrency {

/// What a seed says of a history: its objects, and what each client asks of them. What a client asks depends on what it
/// was answered, and on nothing else.
class Plan {
  public:
    /// `kinds`: of which the objects may be. `unique` sets names apart from those of other histories on the same
    /// server.
    Plan(std::uint64_t seed, const std::vector<std::string>& kinds, const std::string& unique);

    struct Step {
        Call call;
        Object* object = nullptr;  ///< null: the clock
        bool leaves = false;       ///< the client goes without waiting for the answer
        unsigned pause = 0;        ///< before it asks, in some unit of time
    };
    [[nodiscard]] static constexpr int steps() { return 7; }
    Step step(int client, int number);

    [[nodiscard]] const std::vector<std::unique_ptr<Object>>& objects() const { return objects_; }

  private:
    std::vector<std::unique_ptr<Object>> objects_;
    std::vector<Random> randoms_;  ///< one a client
    bool timed_ = false;           ///< whether there is anything that account time ends
};

/// Status and code into the event, and the rest into what the object makes of it.
void learn(Plan::Step& step, const Answer& answer);

/// The credentials of an account, as query parameters: an account SAS for everything.
[[nodiscard]] const std::string& credentials(std::string_view account);
/// The target with credentials, unless it belongs to the emulator itself.
[[nodiscard]] std::string full_target(const Call& call);
inline constexpr const char* kKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// What every history finds: a container, a table, a share, a filesystem.
[[nodiscard]] std::vector<Call> places();

}  // namespace concurrency
