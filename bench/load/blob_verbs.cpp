#include "blob_verbs.hpp"

#include "verb.hpp"
#include "xml_text.hpp"

namespace lazulite::bench {
namespace {

constexpr std::uint64_t kFound = 20;  // blobs that a search finds
constexpr std::uint64_t kFilledVersion = 1;  // of what `fill` puts

/// Deletes each blob that was put for it, once.
class Delete : public Verb {
  public:
    explicit Delete(const Options& options)
        : Verb(options, 202, [](std::uint64_t) { return HeadSpec{.method = "DELETE"}; }) {}

    Workload* stock() override {
        Options fill = options_;
        fill.mode = Mode::fill;
        stock_ = make_workload(fill);
        begun_ = 0;
        return stock_.get();
    }
    std::optional<Exchange> next(unsigned) override {
        if (begun_ == options_.count) return std::nullopt;
        return ask(begun_++);
    }

  private:
    std::unique_ptr<Workload> stock_;
    std::uint64_t begun_ = 0;
};

class Snapshot : public InTurn {
  public:
    explicit Snapshot(const Options& options)
        : InTurn(options, 201, [](std::uint64_t) {
              return HeadSpec{.method = "PUT", .query = {{"comp", "snapshot"}}, .content_length = 0};
          }) {}
};

std::string copy_name(const Options& options, std::uint64_t number) { return "copy-" + blob_name(options, number); }

/// Reads some copies and compares them with what was put into their sources.
class ReadCopies : public Workload {
  public:
    ReadCopies(const Options& options, std::uint64_t copied)
        : options_(options), writer_(head_writer(options)), left_(std::min(options.read_back, copied)), heads_(options.connections) {}

    std::optional<Exchange> next(unsigned connection) override {
        if (left_ == 0) return std::nullopt;
        --left_;
        heads_[connection] = writer_.write({.method = "GET", .path = options_.path + "/" + copy_name(options_, left_)});
        return Exchange{heads_[connection], {}, Body(left_, kFilledVersion, options_.size)};
    }
    std::optional<std::string> complaint(unsigned, const Answer& answer) override {
        if (answer.status != 200) return wrong_status(answer);
        if (answer.length != options_.size || answer.first_difference) return "a copy is not like its source";
        return std::nullopt;
    }

  private:
    const Options options_;
    const HeadWriter writer_;
    std::uint64_t left_;
    std::vector<std::string> heads_;
};

/// Copy Blob within the account, over what was copied there before.
class Copy : public Verb {
  public:
    explicit Copy(const Options& options)
        : Verb(options, 202,
               [&](std::uint64_t number) {
                   const std::string source = "http://127.0.0.1:" + std::to_string(options.port) + options.path + "/" +
                                              blob_name(options, number) + (options.sas.empty() ? "" : "?" + options.sas);
                   return HeadSpec{.method = "PUT",
                                   .path = options.path + "/" + copy_name(options, number),
                                   .x_ms = {{"x-ms-copy-source", source}},
                                   .content_length = 0};
               }),
          turns_(options.count, options.connections), copied_(options.count) {}

    std::optional<Exchange> next(unsigned connection) override {
        const std::uint64_t number = turns_.next(connection);
        copied_[number] = true;
        return ask(number);
    }
    std::unique_ptr<Workload> check() override {
        std::uint64_t first = 0;  // how many from the first on there are
        while (first < copied_.size() && copied_[first]) ++first;
        return std::make_unique<ReadCopies>(options_, first);
    }

  private:
    Turns turns_;
    std::vector<bool> copied_;
};

std::uint64_t groups(const Options& options) { return std::max<std::uint64_t>(1, options.count / kFound); }

/// Puts blobs without bytes, each with a tag that `kFound` of them share and one of its own.
class FillTagged : public OfAll {
  public:
    explicit FillTagged(const Options& options)
        : OfAll(options, 201, [&](std::uint64_t number) {
              return HeadSpec{.method = "PUT",
                              .x_ms = {{"x-ms-blob-type", "BlockBlob"},
                                       {"x-ms-tags", "group=g" + std::to_string(number % groups(options)) + "&number=n" + std::to_string(number)}},
                              .content_length = 0};
          }) {}
};

/// Finds the blobs of one group after the other, in the whole account.
class FindTagged : public InTurn {
  public:
    explicit FindTagged(const Options& options)
        : InTurn(options, 200, [&](std::uint64_t number) {
              const std::string account = options.path.substr(0, options.path.find('/', 1));
              return HeadSpec{.method = "GET",
                              .path = account + "/",
                              .query = {{"comp", "blobs"}, {"where", "\"group\"='g" + std::to_string(number % groups(options)) + "'"}}};
          }) {}

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        if (auto wrong = InTurn::complaint(connection, answer)) return wrong;
        std::uint64_t found = 0;
        for (std::size_t from = 0; element(answer.text, "Name", from);) ++found;
        if (found == kFound) return std::nullopt;
        return std::to_string(found) + " blobs were found in place of " + std::to_string(kFound);
    }
};

}  // namespace

std::unique_ptr<Workload> make_verb_workload(const Options& options) {
    switch (options.mode) {
        case Mode::delete_blobs: return std::make_unique<Delete>(options);
        case Mode::snapshot: return std::make_unique<Snapshot>(options);
        case Mode::copy: return std::make_unique<Copy>(options);
        case Mode::fill_tagged: return std::make_unique<FillTagged>(options);
        default: return std::make_unique<FindTagged>(options);
    }
}

}  // namespace lazulite::bench
