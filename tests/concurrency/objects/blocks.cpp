#include <array>

#include "object.hpp"
#include "wire/runner/text.hpp"

namespace concurrency {
namespace {

/// A blob whose blocks clients stage and commit, each other's too.
class BlockBlob final : public Object {
  public:
    BlockBlob(std::string name, std::string unique, std::size_t times)
        : Object(std::move(name), std::move(unique)), times_(times) {}

    Call next(int client, std::int64_t value, Random& random) override {
        const std::string& etag = etags_[static_cast<std::size_t>(client)];
        const std::uint64_t which = random.below(16);
        if (which < 4) return stage(client, value, random.below(kIds));
        Call call = this->call(client, which < 8 ? "commit" : which < 12 ? "get" : "list");
        call.target = path(kFlatAccount, "con/" + unique_);
        if (which >= 8) {
            call.method = "GET";
            if (which >= 12) call.target += "?comp=blocklist&blocklisttype=all";
            return call;
        }
        call.method = "PUT";
        call.target += "?comp=blocklist";
        call.headers.emplace_back("x-ms-meta-version", std::to_string(value));
        add(call.event.given, "value", value);
        call.body = "<BlockList>";
        const std::uint64_t first = random.below(kIds);
        const std::uint64_t count = 1 + random.below(kIds - 1);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t id = (first + i) % kIds;
            add(call.event.given, "id", static_cast<std::int64_t>(id));
            call.body += "<Latest>" + wire_tests::base64(std::to_string(id)) + "</Latest>";
        }
        call.body += "</BlockList>";
        const bool knows = !etag.empty() && random.one_in(2);
        if (knows || random.one_in(8)) {
            add(call.event.given, knows ? "if-match" : "if-none-match", knows ? etag : "*");
            call.headers.emplace_back(knows ? "If-Match" : "If-None-Match", knows ? etag : "*");
        }
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        const std::string& what = call.event.what;
        if (answer.status >= 300 || what == "stage") return;
        if (what == "list") return learn_list(call, answer.body);
        std::string& etag = etags_[static_cast<std::size_t>(call.event.client)];
        etag = header(answer, "ETag");
        add(call.event.got, "etag", etag);
        if (what != "get") return;
        add(call.event.got, "version", header(answer, "x-ms-meta-version"));
        for (std::size_t at = 0; at < answer.body.size(); at += 8 * times_) {
            const std::string block = answer.body.substr(at, 8 * times_);
            bool whole = block.size() == 8 * times_;
            for (std::size_t i = 8; whole && i < block.size(); i += 8) whole = block.compare(i, 8, block, 0, 8) == 0;
            add(call.event.got, "block", whole ? as_number(block.substr(0, 8)) : -1);
        }
    }

  private:
    static constexpr std::uint64_t kIds = 4;

    [[nodiscard]] Call stage(int client, std::int64_t value, std::uint64_t id) const {
        Call call = this->call(client, "stage");
        call.method = "PUT";
        call.target = path(kFlatAccount, "con/" + unique_ + "?comp=block&blockid=") +
                      wire_tests::percent_encode(wire_tests::base64(std::to_string(id)));
        for (std::size_t i = 0; i < times_; ++i) call.body += eight(value);
        add(call.event.given, "id", static_cast<std::int64_t>(id));
        add(call.event.given, "value", value);
        return call;
    }

    static void learn_list(Call& call, const std::string& xml) {
        const std::size_t staged = xml.find("<UncommittedBlocks");
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::string id = wire_tests::from_base64(between(xml, "<Name>", "</Name>", at));
            if (at != std::string::npos) add(call.event.got, at > staged ? "staged" : "id", id);
        }
    }

    const std::size_t times_;
    std::array<std::string, kClients + 1> etags_;
};

}  // namespace

std::unique_ptr<Object> make_blocks(std::string name, std::string unique, Random& random) {
    constexpr std::size_t kTimes[] = {1, 1, 2000, 12'000};
    return std::make_unique<BlockBlob>(std::move(name), std::move(unique), kTimes[random.below(std::size(kTimes))]);
}

}  // namespace concurrency
