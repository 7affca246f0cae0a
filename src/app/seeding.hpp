#pragma once

#include <array>
#include <vector>

#include "app/seed.hpp"
#include "service/service.hpp"

namespace lazulite {

struct SeedCall;

/// Makes what is missing of a seed, by the operations that clients use; what is there already stays as it is. So a
/// restart changes nothing, and one after a crash goes on. Parts of services that are not started are left out.
///
/// - A blob, container, queue, table or entity is made unless one of that name is there.
/// - Messages are put into a queue that the seed itself made: until they are all in, its metadata says so.
/// - Policies are set where there are none, service properties where nobody has changed them.
class Seeding {
  public:
    using Gateways = std::array<std::unique_ptr<Gateway>, std::size(kServiceKinds)>;

    Seeding(Environment& environment, const Gateways& gateways) : environment_(environment), gateways_(gateways) {}

    /// Throws std::runtime_error with one clear line on the first part that its operation refuses.
    Task<> apply(const std::vector<Seed>& seeds);

  private:
    [[nodiscard]] bool started(ServiceKind kind) const { return gateways_[static_cast<std::size_t>(kind)] != nullptr; }
    Task<Result<Response>> ask(const SeedCall& call);
    Task<bool> make(const SeedCall& call);
    Task<> set_policies(SeedCall call, const std::string& document);
    Task<> apply_container(const Seed& seed, const Seed::Container& container);
    Task<> apply_queue(const Seed& seed, const Seed::Queue& queue);
    Task<> fill(const Seed& seed, const Seed::Queue& queue);
    Task<> apply_table(const Seed& seed, const Seed::Table& table);
    Task<> apply_service(const Seed& seed, const Seed::Service& service);

    Environment& environment_;
    const Gateways& gateways_;
};

}  // namespace lazulite
