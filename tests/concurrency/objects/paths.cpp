#include <array>

#include "object.hpp"
#include "wire/runner/text.hpp"

namespace concurrency {
namespace {

/// A directory of a hierarchical account, with three names and files that move between them.
class Directory final : public Object {
  public:
    using Object::Object;

    std::vector<Call> prepare() override {
        Call call = this->call(kPreparing, "");
        call.surface = Surface::dfs;
        call.method = "PUT";
        call.target = path(kLakeAccount, "lak/" + unique_ + "?resource=directory");
        return {call};
    }

    Call next(int client, std::int64_t value, Random& random) override {
        static constexpr const char* kOperations[] = {"create", "create", "rename", "rename", "rename", "rename",
                                                      "get",    "get",    "list",   "list",   "list",   "delete"};
        Call call = this->call(client, kOperations[random.below(std::size(kOperations))]);
        call.surface = Surface::dfs;
        const std::string& what = call.event.what;
        const std::uint64_t name = random.below(kNames);
        if (what == "list") {
            call.method = "GET";
            call.target = path(kLakeAccount, "lak?resource=filesystem&recursive=false&directory=" + unique_);
            return call;
        }
        add(call.event.given, "name", static_cast<std::int64_t>(name));
        call.target = place(name);
        if (what == "create") {
            call.method = "PUT";
            call.target += "?resource=file";
            add(call.event.given, "value", value);
            call.headers.emplace_back("x-ms-properties", "value=" + wire_tests::base64(std::to_string(value)));
        } else if (what == "rename") {
            const std::uint64_t to = (name + 1 + random.below(kNames - 1)) % kNames;
            add(call.event.given, "to", static_cast<std::int64_t>(to));
            call.method = "PUT";
            call.headers.emplace_back("x-ms-rename-source", "/" + call.target.substr(kLakeAccount.size() + 2));
            call.target = place(to);
        } else {
            call.method = what == "get" ? "HEAD" : "DELETE";
        }
        if (call.method == "PUT" && random.one_in(2)) {
            add(call.event.given, "if-none-match", "*");
            call.headers.emplace_back("If-None-Match", "*");
        }
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        if (answer.status >= 300) return;
        // A file keeps its ETag where it goes.
        const auto bare = [](std::string etag) {
            std::erase(etag, '"');
            return etag;
        };
        if (call.event.what != "delete" && call.event.what != "list")
            add(call.event.got, "etag", bare(header(answer, "ETag")));
        if (call.event.what == "get") {
            const std::string properties = header(answer, "x-ms-properties");
            add(call.event.got, "value",
                as_number(wire_tests::from_base64(properties.substr(properties.find('=') + 1))));
        }
        if (call.event.what != "list") return;
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::string entry = between(answer.body, "{", "}", at);
            std::size_t from = 0;
            const std::string name = between(entry, "\"name\":\"" + unique_ + "/", "\"", from);
            if (from == std::string::npos) continue;
            add(call.event.got, "name", name);
            from = 0;
            add(call.event.got, "etag", bare(between(entry, "\"etag\":\"", "\"", from)));
        }
    }

  private:
    static constexpr std::uint64_t kNames = 3;
    [[nodiscard]] std::string place(std::uint64_t name) const {
        return path(kLakeAccount, "lak/" + unique_ + "/" + std::to_string(name));
    }
};

/// A file of four ranges, with a lease.
class RangedFile final : public Object {
  public:
    RangedFile(std::string name, std::string unique, std::size_t times)
        : Object(std::move(name), std::move(unique)), times_(times) {}

    std::vector<Call> prepare() override {
        Call create = this->call(kPreparing, "");
        create.surface = Surface::file;
        create.method = "PUT";
        create.target = path(kFlatAccount, "sha/" + unique_);
        create.headers = {{"x-ms-type", "file"},
                          {"x-ms-content-length", std::to_string(kRanges * size())},
                          {"x-ms-file-attributes", "None"},
                          {"x-ms-file-creation-time", "now"},
                          {"x-ms-file-last-write-time", "now"},
                          {"x-ms-file-permission", "inherit"}};
        return {create, write(kPreparing, 1, 0, kRanges - 1)};
    }

    Call next(int client, std::int64_t value, Random& random) override {
        std::int64_t& held = held_[static_cast<std::size_t>(client)];
        const std::uint64_t which = random.below(16);
        if (which < 5) {
            Call call = this->call(client, "get");
            call.surface = Surface::file;
            call.method = "GET";
            call.target = path(kFlatAccount, "sha/" + unique_);
            return call;
        }
        if (which < 10) {
            const std::size_t first = random.below(kRanges);
            Call call = write(client, value, first, first + random.below(kRanges - first));
            if (held != 0 && !random.one_in(4)) {
                add(call.event.given, "lease", held);
                call.headers.emplace_back("x-ms-lease-id", lease_id(held));
            }
            return call;
        }
        Call call = this->call(client, "");
        call.surface = Surface::file;
        call.target = path(kFlatAccount, "sha/" + unique_);
        return lease_call(std::move(call), true, held, random);
    }

    void learn(Call& call, const Answer& answer) override {
        if (call.event.what == "get" && answer.status == 200) {
            for (std::size_t at = 0; at < kRanges; ++at)
                add(call.event.got, "range", content_of(answer.body, at * size()));
        }
        learn_lease(call, answer, held_[static_cast<std::size_t>(call.event.client)]);
    }

  private:
    static constexpr std::size_t kRanges = 4;
    [[nodiscard]] std::size_t size() const { return 8 * times_; }

    [[nodiscard]] Call write(int client, std::int64_t value, std::size_t first, std::size_t last) const {
        Call call = this->call(client, "put-range");
        call.surface = Surface::file;
        call.method = "PUT";
        call.target = path(kFlatAccount, "sha/" + unique_ + "?comp=range");
        call.headers = {
            {"x-ms-write", "update"},
            {"x-ms-range", "bytes=" + std::to_string(first * size()) + "-" + std::to_string((last + 1) * size() - 1)}};
        for (std::size_t i = 0; i < (last - first + 1) * times_; ++i) call.body += eight(value);
        add(call.event.given, "value", value);
        add(call.event.given, "first", static_cast<std::int64_t>(first));
        add(call.event.given, "last", static_cast<std::int64_t>(last));
        return call;
    }
    [[nodiscard]] std::int64_t content_of(const std::string& body, std::size_t at) const {
        if (body.size() != kRanges * size()) return -1;
        for (std::size_t i = 0; i < size(); i += 8) {
            if (body.compare(at + i, 8, body, at, 8) != 0) return -1;
        }
        return as_number(body.substr(at, 8));
    }

    const std::size_t times_;
    std::array<std::int64_t, kClients + 1> held_{};
};

}  // namespace

std::unique_ptr<Object> make_rename(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<Directory>(std::move(name), std::move(unique));
}

std::unique_ptr<Object> make_file(std::string name, std::string unique, Random& random) {
    constexpr std::size_t kTimes[] = {64, 64, 4096};
    return std::make_unique<RangedFile>(std::move(name), std::move(unique), kTimes[random.below(std::size(kTimes))]);
}

}  // namespace concurrency
