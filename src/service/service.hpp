#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/stored_policy.hpp"
#include "base/clock.hpp"
#include "identity/authority.hpp"
#include "service/accounts.hpp"
#include "service/behaviour.hpp"
#include "service/copy_source.hpp"
#include "service/error_response.hpp"
#include "service/exchange.hpp"
#include "service/metrics.hpp"
#include "service/not_honoured.hpp"
#include "service/operation.hpp"
#include "service/request_log.hpp"
#include "service/service_kind.hpp"
#include "service/target.hpp"
#include "store/stores.hpp"
#include "wire/message.hpp"
#include "wire/outgoing.hpp"

namespace lazulite {

/// What a service is made of: its operation table and the few ways in which services differ.
struct Service {
    ServiceKind kind;
    std::string_view server_header;  ///< "Lazulite-Blob"
    std::span<const Operation> operations;
    std::span<const NotHonoured> not_honoured = {};  ///< headers of theirs that are refused, unless Behaviour::loose
    /// Which level of the URL a request works on; may complete the target (a blob in `$root` names no container).
    Scope (*scope)(Target&, const Query&);
    std::string_view store_kind;                  ///< of Stores; empty: no store yet
    /// How far the target's container is open to anonymous readers; null: never.
    Needs::Public (*public_access)(ReadTxn&, const Target&) = nullptr;
    /// The stored access policies of the target's container (queue, table, share); null: the service has none.
    StoredPolicies (*stored_policies)(ReadTxn&, const Target&) = nullptr;
    /// What a request needs where its headers, parameters or version change what its row says; null: what the row says.
    Needs (*needs)(const Operation&, const Request&, const Query&, ServiceVersion) = nullptr;
    /// What a request has to be beyond what its row says, whoever may run it; null: nothing.
    Result<> (*check)(const Exchange&) = nullptr;
    /// What the access control lists of a hierarchical account say to a caller whose roles do not grant what the operation
    /// needs; null: the service has none. Fails with authorization_permission_mismatch, and says why.
    Task<Result<>> (*check_posix)(Exchange&, const Needs&, Reason& why) = nullptr;
    /// Which service answers a request to this surface; null: this one.
    ServiceKind (*answered_by)(const Request&, const Query&) = nullptr;
    /// What a request's method is taken for, where a header may say so; null: itself.
    Result<Method> (*method)(const Request&) = nullptr;
    ErrorCode wrong_method = ErrorCode::unsupported_http_verb;  ///< of a method that a resource does not have
    ErrorFormat errors = ErrorFormat::xml;
    /// The same where it depends on the request; null: it does not.
    ErrorFormat (*errors_for)(const Request&) = nullptr;
    /// How errors in the form `errors` call what another surface over the same data calls otherwise; null: the same.
    ErrorCode (*error_named)(ErrorCode) = nullptr;
    ServiceVersion version_without_header{2009, 9, 19};
    /// A website: credentials, versions and parameters of a request mean nothing, every answer is of
    /// `version_without_header`, and there is no CORS.
    bool anonymous = false;
    ServiceVersion bearer_since{2017, 11, 9};  ///< the first version that takes bearer tokens
};

/// What everything in `service` works with. Owned by `app`, outlives every request.
struct Environment {
    const Clock& wall;
    const Accounts& accounts;
    Stores& stores;
    Metrics& metrics;
    Executor& workers;  ///< for the long work of requests; runs until the last connection has ended
    std::string product_version;
    std::array<const Service*, std::size(kServiceKinds)> services{};  ///< null: that surface is not offered
    Behaviour behaviour = {};
    Outgoing* outgoing = nullptr;  ///< for requests to other servers; null: there are none
    Background* background = nullptr;
    /// Which surface listens on a port; null: none is known.
    std::function<std::optional<ServiceKind>(std::uint16_t)> surface_at = nullptr;
    const Authority* authority = nullptr;  ///< of tokens; null: there are none
    RequestLog* requests = nullptr;        ///< null: nobody will ask what happened
};

/// One line of the access log, once an answer is out.
struct AccessRecord {
    std::string_view remote_address, method, path, query;
    int status;
    std::uint64_t body_bytes;
};

/// The way of a request, in reading order: target, row, identity, permission, operation; then the headers that every
/// answer carries. One per listener; `/_lazulite/` goes to the emulator's own endpoint, and so does what asks for tokens.
class Gateway final : public Handler, public PartHandler, public Sources {
  public:
    using Control = std::function<Task<Response>(Request&)>;
    using AccessLog = std::function<void(const AccessRecord&)>;

    Gateway(Environment& environment, ServiceKind listener, Control control, AccessLog access_log);

    Task<Response> handle(Request& request) override;
    /// A request that this process itself makes, as the account's owner: it needs no signature and is not counted.
    Task<Result<Response>> handle_own(Request& request);
    Task<Response> answer_part(Request& part, const Exchange& outer, std::string_view operation) override;
    [[nodiscard]] std::optional<ServiceKind> own(const Url& url, const Exchange& asking) const override;
    [[nodiscard]] Result<Target> locate(const Request& source, ServiceKind at) const override;
    Task<Response> answer_source(Request& source, ServiceKind at, std::string_view trusted_account) override;
    [[nodiscard]] Result<> authorize(const Request& request, const Target& target, const Needs& needs) const override;
    [[nodiscard]] Outgoing* outgoing() const override { return environment_.outgoing; }
    Response refuse(const StorageError& error) override;
    void sent(const Request& request, int status, std::uint64_t body_bytes) override;

  private:
    struct Progress;
    Task<Result<Response>> answer(Request& request, Progress& progress);
    /// The answer as it goes out, counted.
    [[nodiscard]] Response finished(const Request& request, const Progress& progress, Result<Response> outcome) const;
    /// Proven, or claimed by the request's credentials.
    static Caller caller_of(const Request& request, const Progress& progress);
    /// For whoever asks what became of it.
    void remember(const Request& request, const Progress& progress, int status, const StorageError* error) const;
    Task<Result<Response>> answer_anybody(Request& request, Progress& progress);
    /// Where the account of `outer` is in its path, a part may leave it out, as it does on Azure.
    [[nodiscard]] Result<Target> locate_part(const Request& part, const Target& outer) const;
    /// A request within another one stays within what that one names.
    [[nodiscard]] static Result<> check_part(const Progress& progress);
    [[nodiscard]] Result<> find_account(Progress& progress) const;
    [[nodiscard]] Result<> open_store(Progress& progress) const;
    [[nodiscard]] Result<Identity> identify(const Request& request, Progress& progress) const;
    [[nodiscard]] Result<Identity> identify_by_sas(const Request& request, Progress& progress) const;
    [[nodiscard]] Result<Identity> identify_by_delegation(const Request& request, Progress& progress, SasCheck check) const;
    [[nodiscard]] Result<BearerClaims> claims_of(const Request& request, Progress& progress) const;
    [[nodiscard]] Result<Identity> identify_bearer(const Request& request, Progress& progress) const;
    /// Where a caller without a good token may get one.
    [[nodiscard]] std::string challenge(const Request& request) const;
    [[nodiscard]] Result<> check_public(Progress& progress) const;
    void stamp(Response& response, const Request& request, const Progress& progress) const;
    /// What became of a request, in a line for whoever looks for a mistake. No signature, no key.
    static std::string story(const Request& request, const Progress& progress, int status, const StorageError* error);

    Environment& environment_;
    ServiceKind listener_;
    Control control_;
    AccessLog access_log_;
};

}  // namespace lazulite
