#include "files.hpp"

#include "verb.hpp"

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kSnapshots = 150;  // of a share, which may have 200

class FillFiles : public OfAll {
  public:
    explicit FillFiles(const Options& options)
        : OfAll(options, 201, [](std::uint64_t) {
              return HeadSpec{.method = "PUT", .x_ms = {{"x-ms-type", "file"}, {"x-ms-content-length", "0"}}, .content_length = 0};
          }) {}
};

/// Renames what has one of two names to the other.
class Rename : public Workload {
  public:
    explicit Rename(const Options& options)
        : options_(options), turns_(options.count, options.connections), away_(options.count) {
        const HeadWriter writer = head_writer(options);
        for (std::uint64_t number = 0; number < options.count; ++number) {
            const std::string name = options.path + "/" + blob_name(options, number);
            there_.push_back(head(writer, name, name + "-renamed"));
            back_.push_back(head(writer, name + "-renamed", name));
        }
    }

    std::optional<Exchange> next(unsigned connection) override { return rename(turns_.next(connection)); }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        const int expected = options_.mode == Mode::rename_paths ? 201 : 200;
        return answer.status == expected ? std::nullopt : std::optional(wrong_status(answer));
    }
    std::unique_ptr<Workload> check() override;

  protected:
    /// One that is not there any more could not be renamed.
    Exchange rename(std::uint64_t number) {
        away_[number] = !away_[number];
        return {away_[number] ? there_[number] : back_[number], {}, std::nullopt};
    }
    [[nodiscard]] bool away(std::uint64_t number) const { return away_[number]; }
    [[nodiscard]] std::uint64_t count() const { return away_.size(); }

  private:
    [[nodiscard]] std::string head(const HeadWriter& writer, const std::string& from, const std::string& to) const {
        const std::string source =
            "http://127.0.0.1:" + std::to_string(options_.port) + from + (options_.sas.empty() ? "" : "?" + options_.sas);
        if (options_.mode == Mode::rename_paths) {
            // Not `posix`, which moves a directory into one that is there.
            return writer.write({.method = "PUT", .path = to, .query = {{"mode", "legacy"}}, .x_ms = {{"x-ms-rename-source", from}}, .content_length = 0});
        }
        HeadSpec spec{.method = "PUT", .path = to, .query = {{"comp", "rename"}}, .x_ms = {{"x-ms-file-rename-source", source}}, .content_length = 0};
        if (options_.mode == Mode::rename_directories) spec.query["restype"] = "directory";
        return writer.write(std::move(spec));
    }

    const Options options_;
    Turns turns_;
    std::vector<std::string> there_;
    std::vector<std::string> back_;
    std::vector<bool> away_;
};

/// Gives everything its first name again, so that all of it is seen to be there.
class RenameBack : public Rename {
  public:
    explicit RenameBack(Rename renamed) : Rename(std::move(renamed)) {}

    std::optional<Exchange> next(unsigned) override {
        while (begun_ < count() && !away(begun_)) ++begun_;
        if (begun_ == count()) return std::nullopt;
        return rename(begun_++);
    }
    std::unique_ptr<Workload> check() override { return nullptr; }

  private:
    std::uint64_t begun_ = 0;
};

std::unique_ptr<Workload> Rename::check() { return std::make_unique<RenameBack>(*this); }

/// Snapshots of shares in turn, until each has as many as this takes.
class SnapshotShares : public InTurn {
  public:
    explicit SnapshotShares(const Options& options)
        : InTurn(options, 201, [](std::uint64_t) {
              return HeadSpec{.method = "PUT", .query = {{"restype", "share"}, {"comp", "snapshot"}}, .content_length = 0};
          }) {}

    std::optional<Exchange> next(unsigned connection) override {
        if (taken_ == options_.count * kSnapshots) return std::nullopt;
        ++taken_;
        return InTurn::next(connection);
    }

  private:
    std::uint64_t taken_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_file_workload(const Options& options) {
    switch (options.mode) {
        case Mode::fill_files: return std::make_unique<FillFiles>(options);
        case Mode::snapshot_shares: return std::make_unique<SnapshotShares>(options);
        default: return std::make_unique<Rename>(options);
    }
}

}  // namespace lazulite::bench
