#include "lists.hpp"

#include <algorithm>
#include <string_view>

#include "xml_text.hpp"

namespace lazulite::bench {
namespace {

/// Walks the pages of the container or directory on one connection, and begins again after the last one.
class List : public Workload {
  public:
    explicit List(const Options& options)
        : options_(options), writer_(head_writer(options)), entries_(of_prefixes() ? options.directories : options.count) {}

    std::optional<Exchange> next(unsigned) override {
        HeadSpec spec{
            .method = "GET",
            .path = options_.path,
            .query = {{"restype", options_.mode == Mode::list_files ? "directory" : "container"},
                      {"comp", "list"},
                      {"maxresults", std::to_string(options_.page)}}};
        if (of_prefixes()) spec.query.emplace("delimiter", "/");
        if (!marker_.empty()) spec.query["marker"] = marker_;
        head_ = writer_.write(std::move(spec));
        return Exchange{head_, {}, std::nullopt};
    }

    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        if (answer.status != 200) return wrong_status(answer);
        std::optional<std::string> problem = check_names(answer.text);
        if (!problem) problem = follow_marker(answer.text);
        if (problem) restart();
        return problem;
    }

  private:
    [[nodiscard]] bool of_prefixes() const { return options_.mode == Mode::list_prefixes; }
    [[nodiscard]] std::string name_of(std::uint64_t entry) const {
        return of_prefixes() ? directory_name(entry).append("/") : blob_name(options_, entry);
    }

    std::optional<std::string> check_names(std::string_view xml) {
        const std::uint64_t end = std::min(first_ + options_.page, entries_);
        std::size_t from = 0;
        for (; first_ < end; ++first_) {
            const auto name = element(xml, "Name", from);
            const std::string expected = name_of(first_);
            if (!name) return "the page ends before " + expected;
            if (*name != expected) return "the page has " + std::string(*name) + " in place of " + expected;
        }
        if (element(xml, "Name", from)) return "the page has too many entries";
        return std::nullopt;
    }

    std::optional<std::string> follow_marker(std::string_view xml) {
        std::size_t from = xml.rfind("<NextMarker");
        const auto found = from == std::string_view::npos ? std::nullopt : element(xml, "NextMarker", from);
        marker_ = found ? unescape(*found) : "";
        const bool at_end = first_ == entries_;
        if (marker_.empty() != at_end)
            return at_end ? "a marker after the last page" : "no marker before the last page";
        if (at_end) restart();
        return std::nullopt;
    }

    void restart() {
        first_ = 0;
        marker_.clear();
    }

    Options options_;
    HeadWriter writer_;
    std::uint64_t entries_;
    std::string head_;
    std::string marker_;
    std::uint64_t first_ = 0;  // number of the blob, prefix or file that the next page begins with
};

}  // namespace

std::unique_ptr<Workload> make_list_workload(const Options& options) { return std::make_unique<List>(options); }

}  // namespace lazulite::bench
