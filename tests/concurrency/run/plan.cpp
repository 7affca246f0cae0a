#include "plan.hpp"

#include <map>

#include "wire/runner/signing.hpp"

namespace concurrency {

Plan::Plan(std::uint64_t seed, const std::vector<std::string>& kinds, const std::string& unique) {
    Random random(seed);
    const auto count = static_cast<int>(2 + random.below(5));
    for (int i = 0; i < count; ++i) {
        const std::string& kind = kinds[random.below(kinds.size())];
        objects_.push_back(make_object(kind, i, unique + std::to_string(i), random));
        timed_ |= kind == "lease" || kind == "queue";
    }
    for (int client = 0; client < kClients; ++client) randoms_.emplace_back(random.next());
}

Plan::Step Plan::step(int client, int number) {
    Random& random = randoms_[static_cast<std::size_t>(client)];
    Step step;
    step.pause = random.one_in(3) ? static_cast<unsigned>(random.below(8)) : 0;
    if (timed_ && random.one_in(48)) {
        step.call = advance_clock(client);
        return step;
    }
    step.object = objects_[random.below(objects_.size())].get();
    step.call = step.object->next(client, (client + 1) * 1000 + number, random);
    step.leaves = random.one_in(64);
    return step;
}

void learn(Plan::Step& step, const Answer& answer) {
    Event& event = step.call.event;
    add(event.got, "status", answer.status);
    if (answer.status >= 300) add(event.got, "code", header(answer, "x-ms-error-code"));
    if (step.object != nullptr) step.object->learn(step.call, answer);
}

const std::string& credentials(std::string_view account) {
    static const auto make = [](std::string_view name) {
        wire_tests::SasFields fields{
            {"sv", "2023-11-03"}, {"ss", "bqtf"}, {"srt", "sco"}, {"sp", "rwdlacupyx"}, {"se", "2199-01-01"}};
        fields["sig"] = wire_tests::account_sas_signature(std::string(name), kKey, fields);
        return wire_tests::as_query(fields);
    };
    static const std::string flat = make(kFlatAccount);
    static const std::string lake = make(kLakeAccount);
    return account == kLakeAccount ? lake : flat;
}

std::string full_target(const Call& call) {
    if (call.target.starts_with("/_lazulite/")) return call.target;
    const std::string account = call.target.substr(1, call.target.find('/', 1) - 1);
    return call.target + (call.target.find('?') == std::string::npos ? "?" : "&") + credentials(account);
}

std::vector<Call> places() {
    const auto make = [](Surface surface, const char* method, std::string target) {
        Call call;
        call.surface = surface;
        call.method = method;
        call.target = std::move(target);
        return call;
    };
    std::vector<Call> calls{make(Surface::blob, "PUT", path(kFlatAccount, "con?restype=container")),
                            make(Surface::table, "POST", path(kFlatAccount, "Tables")),
                            make(Surface::file, "PUT", path(kFlatAccount, "sha?restype=share")),
                            make(Surface::dfs, "PUT", path(kLakeAccount, "lak?resource=filesystem"))};
    calls[1].headers = {{"Content-Type", "application/json"}, {"Accept", "application/json;odata=nometadata"}};
    calls[1].body = R"({"TableName":"tab"})";
    return calls;
}

}  // namespace concurrency
