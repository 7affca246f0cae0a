#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "app/account_duties.hpp"
#include "identity/authority.hpp"
#include "service/service.hpp"

namespace lazulite {

/// The emulator's own endpoint, on every listener, below `/_lazulite/` (no account name can begin with `_`):
///
///     GET  health                         {"status":"ok","version":"0.1.0","listeners":{"blob":"http://127.0.0.1:10000"}}
///                                         once every listener answers; 503 and "starting" before, "stopping" at the end
///     GET  metrics                        in Prometheus's text format: answers by operation, status, error code and client,
///                                         latencies, connections, sizes and queues of stores, background work
///     GET  requests[?account=A][&status=403][&limit=N]   the last 256, the newest first, and why they were refused; no secrets
///     GET  operations                     the operation tables: name, id, offered
///     GET  clock?account=A                account time of every store of A, and its offset to wall time
///     POST clock?account=A&advance=SECONDS   advances it; `service=blob` for one store
///     POST reset[?account=A[&service=S]]  empties all accounts, one, or one service of it
///     GET  ca.pem                         the certificate of the local authority, with --https
///     GET  accounts, accounts/NAME        names and settings; keys are never shown
///     PUT  accounts/NAME                  {"keys":[...],"sku":"Standard_LRS"}: makes or changes an account; settings
///     are
///                                         allowSharedKeyAccess, allowBlobPublicAccess, blobVersioning, hierarchicalNamespace, changeFeed, eventSubscriptions,
///                                         lifecyclePolicy, containerDeleteRetentionDays, shareDeleteRetentionDays,
///                                         immutableStorageWithVersioning, lastAccessTimeTracking, encryptionScopes,
///                                         accessTier, kind, sku
///     POST accounts/NAME/revokeUserDelegationKeys   no user delegation SAS of today works tomorrow
///     GET  identity                       how a program gets a token: variables, principals and their roles; no secrets
///
/// Requests for tokens (identity/token_endpoint.hpp) come here, too; they are no changes.
///
/// A change needs the header `x-lazulite-control: 1`, which no web page can send across origins without a preflight
/// that is never granted, and a caller on the loopback interface unless `remote` is set. What a web page of somebody else
/// may have sent is refused altogether (app/web_pages.hpp), except for `health`; `hosts` are names that it may be called by.
class Control {
  public:
    Control(Environment& environment, Accounts& accounts, AccountDuties& duties, Authority& authority, bool remote,
            std::vector<std::string> hosts = {})
        : environment_(environment),
          accounts_(accounts),
          duties_(duties),
          authority_(authority),
          remote_(remote),
          hosts_(std::move(hosts)) {}

    Task<Response> handle(Request& request);

    /// By label and URL, once all of them answer; called once.
    void ready(std::map<std::string, std::string> listeners);
    /// Gives its certificate as PEM; before `ready`.
    void show_certificate_authority(std::function<std::string()> pem) { certificate_authority_ = std::move(pem); }
    /// Counts those that are open.
    void show_connections(std::function<std::size_t()> connections) { connections_ = std::move(connections); }
    void stopping() { health_ = Health::stopping; }

  private:
    enum class Health : std::uint8_t { starting, ok, stopping };
    Response show_health() const;
    Response show_certificate_authority() const;
    Response answer(const Request& request, std::string_view body);
    Response show_clock(std::string_view account);
    Response advance_clock(const Query& query);
    Response reset(const Query& query);
    Response show_accounts(std::string_view name);
    Response put_account(std::string_view name, std::string_view body);
    Task<Response> show_metrics() const;
    Response show_requests(const Query& query) const;
    Response show_operations() const;
    Response show_identity(const Request& request) const;
    Response revoke_delegation_keys(std::string_view account);

    Environment& environment_;
    Accounts& accounts_;
    AccountDuties& duties_;
    Authority& authority_;
    bool remote_;
    std::vector<std::string> hosts_;
    std::function<std::string()> certificate_authority_;  ///< none without a local authority
    std::function<std::size_t()> connections_;
    std::map<std::string, std::string> listeners_;  ///< not changed after `starting`
    std::atomic<Health> health_{Health::starting};
    std::mutex advancing_;
};

}  // namespace lazulite
