#include <array>

#include "object.hpp"

namespace concurrency {
namespace {

std::string blob(const std::string& unique) {
    return path(kFlatAccount, "con/" + unique);
}

/// What a blob that repeats one number in eight bytes holds; -1 where it is not one alone.
std::int64_t content_of(const std::string& body) {
    const std::string first = body.substr(0, 8);
    for (std::size_t at = 0; at < body.size(); at += 8) {
        if (body.compare(at, 8, first) != 0) return -1;
    }
    return first.size() == 8 ? as_number(first) : -1;
}

std::string repeated(std::int64_t value, std::size_t times) {
    std::string body;
    const std::string once = eight(value);
    for (std::size_t i = 0; i < times; ++i) body += once;
    return body;
}

/// A version is named in the metadata, so that an answer shows which write it belongs to.
constexpr const char* kVersion = "x-ms-meta-version";

void give_condition(Call& call, const char* name, std::string_view field, const std::string& value) {
    add(call.event.given, std::string(field), value);
    call.headers.emplace_back(name, value);
}

// ---- ETags --------------------------------------------------------------------------------------------------------

class EtagBlob final : public Object {
  public:
    EtagBlob(std::string name, std::string unique, std::size_t times)
        : Object(std::move(name), std::move(unique)), times_(times) {}

    Call next(int client, std::int64_t value, Random& random) override {
        const std::string& etag = etags_[static_cast<std::size_t>(client)];
        // Who knows no ETag asks for one, mostly; blind writes are few, or nobody's condition would ever hold.
        const std::uint64_t which = etag.empty() && !random.one_in(4) ? 10 : random.below(16);
        Call call = this->call(client, which < 6 ? "put" : which < 8 ? "set-metadata" : which < 15 ? "get" : "delete");
        const std::string& what = call.event.what;
        call.method = what == "get" ? "GET" : what == "delete" ? "DELETE" : "PUT";
        call.target = blob(unique_) + (what == "set-metadata" ? "?comp=metadata" : "");
        if (what == "put") {
            call.headers.emplace_back("x-ms-blob-type", "BlockBlob");
            call.body = repeated(value, times_);
        }
        if (call.method == "PUT") {
            add(call.event.given, "value", value);
            call.headers.emplace_back(kVersion, std::to_string(value));
        }
        const std::uint64_t how = random.below(6);
        if (what == "put" && (how == 0 || (etag.empty() && how < 4))) {
            give_condition(call, "If-None-Match", "if-none-match", "*");
        } else if (!etag.empty() && what != "get" && how != 1) {
            give_condition(call, "If-Match", "if-match", etag);
        } else if (!etag.empty() && what == "get" && how < 2) {
            how == 0 ? give_condition(call, "If-None-Match", "if-none-match", etag)
                     : give_condition(call, "If-Match", "if-match", etag);
        }
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        if (answer.status >= 300 || call.event.what == "delete") return;
        std::string& etag = etags_[static_cast<std::size_t>(call.event.client)];
        etag = header(answer, "ETag");
        add(call.event.got, "etag", etag);
        if (call.event.what != "get") return;
        add(call.event.got, "version", header(answer, kVersion));
        add(call.event.got, "content", answer.body.size() == 8 * times_ ? content_of(answer.body) : -1);
    }

  private:
    const std::size_t times_;
    std::array<std::string, kClients + 1> etags_;
};

// ---- leases -------------------------------------------------------------------------------------------------------

class LeasedBlob final : public Object {
  public:
    using Object::Object;

    std::vector<Call> prepare() override { return {put(kPreparing, 1)}; }

    Call next(int client, std::int64_t value, Random& random) override {
        std::int64_t& held = held_[static_cast<std::size_t>(client)];
        const std::uint64_t which = random.below(16);
        if (which >= 8) {
            Call call = this->call(client, "");
            call.target = blob(unique_);
            return lease_call(std::move(call), false, held, random);
        }
        Call call = which < 4 ? put(client, value) : get(client);
        if (held != 0 && !random.one_in(4)) {
            add(call.event.given, "lease", held);
            call.headers.emplace_back("x-ms-lease-id", lease_id(held));
        }
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        if (call.event.what == "get" && answer.status == 200) {
            add(call.event.got, "content", content_of(answer.body));
            add(call.event.got, "state", header(answer, "x-ms-lease-state"));
        }
        learn_lease(call, answer, held_[static_cast<std::size_t>(call.event.client)]);
    }

  private:
    [[nodiscard]] Call put(int client, std::int64_t value) const {
        Call call = this->call(client, "put");
        call.method = "PUT";
        call.target = blob(unique_);
        call.headers.emplace_back("x-ms-blob-type", "BlockBlob");
        call.body = eight(value);
        add(call.event.given, "value", value);
        return call;
    }
    [[nodiscard]] Call get(int client) const {
        Call call = this->call(client, "get");
        call.method = "GET";
        call.target = blob(unique_);
        return call;
    }

    std::array<std::int64_t, kClients + 1> held_{};
};

// ---- appends ------------------------------------------------------------------------------------------------------

class AppendBlob final : public Object {
  public:
    using Object::Object;

    std::vector<Call> prepare() override {
        Call call = create(kPreparing, 1);
        give_condition(call, "If-None-Match", "if-none-match", "*");
        return {call};
    }

    Call next(int client, std::int64_t value, Random& random) override {
        const Known& known = known_[static_cast<std::size_t>(client)];
        const std::uint64_t which = random.below(32);
        if (which < 2) {
            Call call = create(client, value);
            if (which == 0)
                give_condition(call, "If-None-Match", "if-none-match", "*");
            else if (!known.etag.empty())
                give_condition(call, "If-Match", "if-match", known.etag);
            return call;
        }
        Call call = this->call(client, which == 2 ? "delete" : which < 11 ? "get" : "append");
        call.target = blob(unique_);
        call.method = which == 2 ? "DELETE" : which < 11 ? "GET" : "PUT";
        if (which < 11) return call;
        call.target += "?comp=appendblock";
        call.body = eight(value);
        add(call.event.given, "value", value);
        const std::uint64_t how = random.below(8);
        if (how < 3) {
            const std::int64_t position = std::max<std::int64_t>(known.size + (random.one_in(3) ? 8 : 0), 0);
            add(call.event.given, "position", position);
            call.headers.emplace_back("x-ms-blob-condition-appendpos", std::to_string(position));
        }
        if (how == 2 || how == 3 || how == 4) {
            const std::int64_t most = known.size + 8 * static_cast<std::int64_t>(random.below(4));
            add(call.event.given, "most", most);
            call.headers.emplace_back("x-ms-blob-condition-maxsize", std::to_string(most));
        }
        if (how == 5 && !known.etag.empty()) give_condition(call, "If-Match", "if-match", known.etag);
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        const std::string& what = call.event.what;
        if (answer.status >= 300 || what == "delete") return;
        Known& known = known_[static_cast<std::size_t>(call.event.client)];
        known.etag = header(answer, "ETag");
        add(call.event.got, "etag", known.etag);
        if (what == "create") known.size = 0;
        if (what == "append") {
            const std::string offset = header(answer, "x-ms-blob-append-offset");
            known.size = as_number(offset) + 8;
            add(call.event.got, "offset", offset);
            add(call.event.got, "blocks", header(answer, "x-ms-blob-committed-block-count"));
        }
        if (what != "get") return;
        known.size = static_cast<std::int64_t>(answer.body.size());
        // What was written last is what the ETag stands for; an empty blob is what its metadata say.
        add(call.event.got, "version",
            answer.body.empty() ? header(answer, kVersion)
                                : std::to_string(as_number(answer.body.substr(answer.body.size() - 8))));
        for (std::size_t at = 0; at < answer.body.size(); at += 8)
            add(call.event.got, "block", as_number(answer.body.substr(at, 8)));
    }

  private:
    struct Known {
        std::string etag;
        std::int64_t size = 0;
    };
    [[nodiscard]] Call create(int client, std::int64_t value) const {
        Call call = this->call(client, "create");
        call.method = "PUT";
        call.target = blob(unique_);
        call.headers.emplace_back("x-ms-blob-type", "AppendBlob");
        call.headers.emplace_back(kVersion, std::to_string(value));
        add(call.event.given, "value", value);
        return call;
    }

    std::array<Known, kClients + 1> known_;
};

}  // namespace

std::unique_ptr<Object> make_etag(std::string name, std::string unique, Random& random) {
    constexpr std::size_t kTimes[] = {1, 1, 1, 1000, 20'000};  // in the row, kept in memory, in an extent
    return std::make_unique<EtagBlob>(std::move(name), std::move(unique), kTimes[random.below(std::size(kTimes))]);
}

std::unique_ptr<Object> make_lease(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<LeasedBlob>(std::move(name), std::move(unique));
}

std::unique_ptr<Object> make_append(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<AppendBlob>(std::move(name), std::move(unique));
}

}  // namespace concurrency
