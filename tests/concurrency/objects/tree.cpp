#include "object.hpp"
#include "wire/runner/text.hpp"

namespace concurrency {
namespace {

/// Directories of a hierarchical account, which are moved over each other while files are made in them.
class Tree final : public Object {
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
        static constexpr const char* kOperations[] = {"make", "create", "create", "create", "move", "move",  "move",
                                                      "get",  "get",    "list",   "list",   "list", "delete"};
        Call call = this->call(client, kOperations[random.below(std::size(kOperations))]);
        call.surface = Surface::dfs;
        const std::string& what = call.event.what;
        if (what == "list") {
            call.method = "GET";
            call.target = path(kLakeAccount, "lak?resource=filesystem&recursive=true&directory=" + unique_);
            return call;
        }
        const std::uint64_t directory = random.below(kDirectories);
        add(call.event.given, "directory", static_cast<std::int64_t>(directory));
        call.target = place(directory);
        call.method = what == "get" ? "HEAD" : what == "delete" ? "DELETE" : "PUT";
        if (what == "get" || what == "create") call.target += "/x";
        if (what == "create") {
            add(call.event.given, "value", value);
            call.target += "?resource=file";
            call.headers.emplace_back("x-ms-properties", "value=" + wire_tests::base64(std::to_string(value)));
        } else if (what == "make") {
            call.target += "?resource=directory";
        } else if (what == "move") {
            const std::uint64_t to = (directory + 1 + random.below(kDirectories - 1)) % kDirectories;
            add(call.event.given, "to", static_cast<std::int64_t>(to));
            call.headers.emplace_back("x-ms-rename-source", "/" + call.target.substr(kLakeAccount.size() + 2));
            call.target = place(to) + "?mode=legacy";
        } else if (what == "delete" && random.one_in(2)) {
            add(call.event.given, "recursive", 1);
            call.target += "?recursive=true";
        }
        if (what == "make" || (call.method == "PUT" && random.one_in(2))) {
            add(call.event.given, "if-none-match", "*");
            call.headers.emplace_back("If-None-Match", "*");
        }
        return call;
    }

    void learn(Call& call, const Answer& answer) override {
        if (answer.status >= 300) return;
        const std::string& what = call.event.what;
        if (what == "get" || what == "create") add(call.event.got, "etag", bare(header(answer, "ETag")));
        if (what == "get") {
            const std::string properties = header(answer, "x-ms-properties");
            add(call.event.got, "value",
                as_number(wire_tests::from_base64(properties.substr(properties.find('=') + 1))));
        }
        if (what != "list") return;
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::string entry = between(answer.body, "{", "}", at);
            std::size_t from = 0;
            const std::string name = between(entry, "\"name\":\"" + unique_ + "/", "\"", from);
            if (from == std::string::npos) continue;
            add(call.event.got, "directory", name.substr(0, 1));
            from = 0;
            if (name.size() > 1) add(call.event.got, "etag", bare(between(entry, "\"etag\":\"", "\"", from)));
        }
    }

  private:
    static constexpr std::uint64_t kDirectories = 3;
    [[nodiscard]] std::string place(std::uint64_t directory) const {
        return path(kLakeAccount, "lak/" + unique_ + "/" + std::to_string(directory));
    }
    static std::string bare(std::string etag) {
        std::erase(etag, '"');
        return etag;
    }
};

}  // namespace

std::unique_ptr<Object> make_tree(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<Tree>(std::move(name), std::move(unique));
}

}  // namespace concurrency
