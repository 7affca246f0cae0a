#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "check/history.hpp"
#include "lazulite/emulator.hpp"
#include "random.hpp"
#include "wire/runner/http.hpp"

namespace concurrency {

using lazulite::Surface;
using wire_tests::Answer;
using wire_tests::Headers;

inline constexpr int kClients = 32;
inline constexpr int kPreparing = kClients;  ///< the client that makes the objects, before the others begin

inline constexpr std::string_view kFlatAccount = "devstoreaccount1";
inline constexpr std::string_view kLakeAccount = "lake";  ///< hierarchical

/// A request, and the operation it is.
struct Call {
    Event event;
    Surface surface = Surface::blob;
    std::string method;
    std::string target;  ///< with the account, without credentials
    Headers headers;
    std::string body;
};

/// An object of a history as its clients see it: what they ask of it next, by what they know of it, and what they learn
/// from the answers. Each client has knowledge of its own, so that they may run side by side.
class Object {
  public:
    /// `name` is its kind and its number, `unique` a name that no other history has.
    Object(std::string name, std::string unique) : name_(std::move(name)), unique_(std::move(unique)) {}
    virtual ~Object() = default;

    /// What has to be asked before the clients begin, each with its status.
    virtual std::vector<Call> prepare() { return {}; }
    /// `value` is a number that no other call of the history has.
    virtual Call next(int client, std::int64_t value, Random& random) = 0;
    /// Writes what came back into `call.event.got`, beside status and code, and remembers it.
    virtual void learn(Call& call, const Answer& answer) = 0;

    [[nodiscard]] const std::string& name() const { return name_; }

  protected:
    [[nodiscard]] Call call(int client, std::string what) const {
        Call call;
        call.event.object = name_;
        call.event.client = client;
        call.event.what = std::move(what);
        return call;
    }

    const std::string name_;
    const std::string unique_;
};

/// A kind of objects, and how often histories have one.
[[nodiscard]] std::unique_ptr<Object> make_object(const std::string& kind, int number, const std::string& unique,
                                                  Random& random);
inline constexpr const char* kKinds[] = {"etag",  "lease",  "append", "blocks", "queue",
                                         "table", "rename", "tree",   "file"};

/// Account time goes on by a step, for every object of the flat account.
[[nodiscard]] Call advance_clock(int client);

// For all kinds.
void add(Fields& fields, std::string name, std::int64_t value);
void add(Fields& fields, std::string name, std::string_view value);
[[nodiscard]] std::string header(const Answer& answer, std::string_view name);
[[nodiscard]] std::string path(std::string_view account, std::string_view rest);
/// What stands between `open` and `close` first, from `from` on, which then stands behind it.
[[nodiscard]] std::string between(const std::string& text, std::string_view open, std::string_view close,
                                  std::size_t& from);
/// A number in eight bytes.
[[nodiscard]] std::string eight(std::int64_t value);
[[nodiscard]] std::string lease_id(std::int64_t lease);

/// Lease, renew, change, release and break with ids out of a few, so that clients meet; `lasting`: a lease has no other
/// end.
Call lease_call(Call call, bool lasting, std::int64_t& held, Random& random);
void learn_lease(Call& call, const Answer& answer, std::int64_t& held);

std::unique_ptr<Object> make_etag(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_lease(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_append(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_blocks(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_tree(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_queue(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_table(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_rename(std::string name, std::string unique, Random& random);
std::unique_ptr<Object> make_file(std::string name, std::string unique, Random& random);

}  // namespace concurrency
