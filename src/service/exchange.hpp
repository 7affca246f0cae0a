#pragma once

#include <memory>

#include "auth/identity.hpp"
#include "base/task.hpp"
#include "service/accounts.hpp"
#include "service/behaviour.hpp"
#include "service/operation.hpp"
#include "service/target.hpp"
#include "store/store.hpp"
#include "wire/message.hpp"
#include "wire/service_version.hpp"
#include "wire/uri.hpp"

namespace lazulite {

struct Exchange;
class Authority;
class Sources;
class Background;

/// Answers requests that stand within another one.
class PartHandler {
  public:
    virtual ~PartHandler() = default;
    /// As if the part had come alone and at the version of `outer`: authorized by itself, where it says nothing by the
    /// bearer token of `outer`. It must run `operation`, on the account of `outer` and in its container, where it names
    /// one; else the answer is invalid_input.
    virtual Task<Response> answer_part(Request& part, const Exchange& outer, std::string_view operation) = 0;
};

/// What an operation works with: the request as parsed, who sent it, and the store it speaks to. Lives as long as the
/// answer is being made.
struct Exchange {
    Request& request;
    const Query& query;
    const Target& target;
    const Identity& identity;
    const Account& account;
    const Operation& operation;
    ServiceVersion version;  ///< rules what the answer looks like
    std::shared_ptr<Store> store;
    Executor& workers;  ///< where long work goes: `run_on(x.workers, fn)`
    const Behaviour& behaviour;
    std::string_view request_id;
    PartHandler* parts = nullptr;  ///< null where nothing stands within the request
    Sources* sources = nullptr;        ///< null where nothing is copied
    Background* background = nullptr;  ///< null where nothing outlives a request
    const Authority* authority = nullptr;  ///< of tokens; null where there is none
};

}  // namespace lazulite
