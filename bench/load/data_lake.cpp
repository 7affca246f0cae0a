#include "data_lake.hpp"

#include <string_view>

#include "verb.hpp"

namespace lazulite::bench {
namespace {

/// Makes empty files, each once.
class CreatePaths : public OfAll {
  public:
    explicit CreatePaths(const Options& options)
        : OfAll(options, 201, [&](std::uint64_t number) {
              return HeadSpec{.method = "PUT",
                              .path = options.path + "/" + blob_name(options, number),
                              .query = {{"resource", "file"}},
                              .content_length = 0};
          }) {}
};

class DeletePaths : public OfAll {
  public:
    explicit DeletePaths(const Options& options)
        : OfAll(options, 200, [](std::uint64_t) { return HeadSpec{.method = "DELETE", .query = {{"recursive", "true"}}}; }) {}
};

class StatusOfPaths : public InTurn {
  public:
    explicit StatusOfPaths(const Options& options)
        : InTurn(options, 200, [](std::uint64_t) { return HeadSpec{.method = "HEAD", .query = {{"action", "getStatus"}}}; }) {}
};

/// Walks the pages of all that is below a directory on one connection, and begins again after the last one.
class ListPaths : public Workload {
  public:
    explicit ListPaths(const Options& options) : options_(options), writer_(head_writer(options)) {
        const std::size_t end = options.path.find('/', options.path.find('/', 1) + 1);
        filesystem_ = options.path.substr(0, end);
        if (end == std::string::npos) return;
        directory_ = options.path.substr(end + 1);
        before_ = directory_ + '/';
    }

    std::optional<Exchange> next(unsigned) override {
        HeadSpec spec{.method = "GET",
                      .path = filesystem_,
                      .query = {{"resource", "filesystem"},
                                {"recursive", options_.directories > 0 ? "true" : "false"},
                                {"directory", directory_},
                                {"maxresults", std::to_string(options_.page)}}};
        spec.query.insert(continuation_.begin(), continuation_.end());
        head_ = writer_.write(std::move(spec));
        return Exchange{head_, {}, std::nullopt};
    }

    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        if (answer.status != 200) return wrong_status(answer);
        std::optional<std::string> problem = check_names(answer.text);
        continuation_ = answer.continuation;
        const bool at_end = file_ == options_.count;
        if (!problem && continuation_.empty() != at_end) problem = at_end ? "more after the last page" : "no more before the last page";
        if (problem || at_end) restart();
        return problem;
    }

  private:
    /// Each directory stands before what is in it.
    std::string next_name() {
        const std::string name = blob_name(options_, file_);
        const std::string above = options_.directories > 0 ? name.substr(0, name.find('/')) : "";
        if (above != seen_) return seen_ = above;
        ++file_;
        return name;
    }

    std::optional<std::string> check_names(std::string_view json) {
        constexpr std::string_view kBefore = "\"name\":\"";
        std::size_t from = 0;
        for (std::uint64_t entry = 0; entry < options_.page && file_ < options_.count; ++entry) {
            const std::string expected = before_ + next_name();
            from = json.find(kBefore, from);
            if (from == std::string_view::npos) return "the page ends before " + expected;
            from += kBefore.size();
            const std::string_view name = json.substr(from, json.find('"', from) - from);
            if (name != expected) return "the page has " + std::string(name) + " in place of " + expected;
        }
        if (json.find(kBefore, from) != std::string_view::npos) return "the page has too many entries";
        return std::nullopt;
    }

    void restart() {
        file_ = 0;
        seen_.clear();
        continuation_.clear();
    }

    Options options_;
    HeadWriter writer_;
    std::string filesystem_;
    std::string directory_;
    std::string before_;  // of names in it
    std::string head_;
    std::map<std::string, std::string> continuation_;
    std::uint64_t file_ = 0;  // number of the file that comes next
    std::string seen_;        // the directory that was listed last
};

}  // namespace

std::unique_ptr<Workload> make_path_workload(const Options& options) {
    switch (options.mode) {
        case Mode::list_paths: return std::make_unique<ListPaths>(options);
        case Mode::delete_paths: return std::make_unique<DeletePaths>(options);
        case Mode::status_paths: return std::make_unique<StatusOfPaths>(options);
        default: return std::make_unique<CreatePaths>(options);
    }
}

std::string append_to_path(const Options& options, std::uint64_t number, std::uint64_t length) {
    return head_writer(options).write({.method = "PATCH",
                                       .path = options.path + "/" + blob_name(options, number),
                                       .query = {{"action", "append"}, {"flush", "true"}, {"position", std::to_string(length)}},
                                       .content_length = options.size});
}

}  // namespace lazulite::bench
