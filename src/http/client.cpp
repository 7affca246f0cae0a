#include "http/client.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "http/answer_parser.hpp"
#include "http/outgoing_link.hpp"

namespace lazulite {
namespace {

using Outcome = tl::expected<OutgoingAnswer, OutgoingProblem>;

constexpr std::size_t kPieceBytes = 256 << 10;

tl::unexpected<OutgoingProblem> no_answer(OutgoingProblem::Kind kind, std::string text) {
    return tl::unexpected(OutgoingProblem{kind, std::move(text)});
}

std::string head_of(const OutgoingRequest& request, const Url& url) {
    std::string head(to_string(request.method));
    head.append(" ").append(url.path);
    if (!url.query.empty()) head.append("?").append(url.query);
    head.append(" HTTP/1.1\r\nHost: ").append(url.authority).append("\r\n").append(request.fields.text());
    const bool has_body = request.method != Method::get && request.method != Method::head;
    if (has_body) head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    return head.append("Connection: close\r\n\r\n");
}

/// One request and its answer.
class Asked {
  public:
    Asked(std::shared_ptr<OutgoingRules> rules, const ClientOptions& options, bool head_only)
        : options_(options), head_only_(head_only), link_(std::move(rules)), parser_(std::make_unique<AnswerParser>(head_only)) {}

    /// Up to the head of the answer.
    tl::expected<void, OutgoingProblem> begin(const OutgoingRequest& request) {
        const auto url = parse_absolute_url(request.url);
        if (!url) return no_answer(OutgoingProblem::Kind::malformed, "not an http or https URL");
        if (auto opened = link_.open(*url, after(options_.connect_timeout)); !opened) return opened;
        const OutgoingMoment until = after(options_.answer_timeout);
        const auto unreachable = [](std::string text) {
            return no_answer(OutgoingProblem::Kind::unreachable, std::move(text));
        };
        if (auto sent = link_.send(head_of(request, *url), until); !sent) return unreachable(sent.error());
        if (auto sent = link_.send(request.body, until); !sent) return unreachable(sent.error());
        while (parser_->head() == nullptr) {
            if (auto taken = take_more(until); !taken) return unreachable(taken.error());
            if (const auto* head = parser_->head(); head && head->status / 100 == 1) forget_interim();
        }
        return {};
    }

    [[nodiscard]] const AnswerParser::Head& head() const { return *parser_->head(); }

    /// The next bytes of the body; empty at the end.
    tl::expected<std::string_view, std::string> piece() {
        shown_.clear();
        std::swap(shown_, body_);
        while (shown_.empty() && !parser_->done()) {
            const auto began = std::chrono::steady_clock::now();
            if (auto taken = take_more(after(options_.idle_timeout)); !taken) return tl::unexpected(taken.error());
            std::swap(shown_, body_);
            if (!fast_enough(std::chrono::steady_clock::now() - began)) return tl::unexpected<std::string>("the answer comes too slowly");
        }
        return std::string_view(shown_);
    }

  private:
    static OutgoingMoment after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

    /// Counts what came, and what was waited for it.
    bool fast_enough(std::chrono::steady_clock::duration waited) {
        waited_ += waited;
        came_ += shown_.size();
        if (waited_ < options_.slow_timeout) return true;
        waited_ = {};
        return std::exchange(came_, 0) >= options_.least_bytes;
    }

    /// Gives the parser what it has not seen, or reads more.
    tl::expected<void, std::string> take_more(OutgoingMoment until) {
        const bool waiting = !unseen_.empty() && fresh_;
        if (!waiting) {
            const std::size_t before = unseen_.size();
            unseen_.resize(before + kPieceBytes);
            const auto size = link_.receive({unseen_.data() + before, kPieceBytes}, until);
            unseen_.resize(before + size.value_or(0));
            if (!size) return tl::unexpected(size.error());
            if (*size == 0) {
                if (!parser_->end()) return tl::unexpected<std::string>("the answer breaks off");
                return {};
            }
        }
        std::size_t taken = 0;
        fresh_ = false;
        if (!parser_->put(unseen_, taken, body_)) return tl::unexpected<std::string>("the answer is no HTTP");
        unseen_.erase(0, taken);
        return {};
    }

    /// `100 Continue` and the like: the answer itself follows.
    void forget_interim() {
        parser_ = std::make_unique<AnswerParser>(head_only_);
        fresh_ = true;
    }

    ClientOptions options_;
    bool head_only_;
    OutgoingLink link_;
    std::unique_ptr<AnswerParser> parser_;
    std::string unseen_;  // bytes that the parser has not taken
    bool fresh_ = false;  // they are new to it
    std::string body_;
    std::string shown_;
    std::chrono::steady_clock::duration waited_{};
    std::size_t came_ = 0;
};

class AnswerBody final : public BodyReader {
  public:
    AnswerBody(Executor& threads, std::unique_ptr<Asked> asked) : threads_(threads), asked_(std::move(asked)) {}

    Task<Result<ByteView>> read() override {
        const auto piece = co_await run_on(threads_, [this] { return asked_->piece(); });
        if (!piece) co_return fail(StorageError(ErrorCode::bad_request).saying(piece.error()));
        co_return as_bytes(*piece);
    }

  private:
    Executor& threads_;
    std::unique_ptr<Asked> asked_;
};

}  // namespace

HttpClient::HttpClient(Executor& threads, const ClientOptions& options)
    : threads_(threads), options_(options), rules_(std::make_shared<OutgoingRules>(options.others, options.authorities)) {}

HttpClient::~HttpClient() = default;

Task<Outcome> HttpClient::ask(OutgoingRequest request) {
    auto asked = std::make_unique<Asked>(rules_, options_, request.method == Method::head);
    const auto begun = co_await run_on(threads_, [&] { return asked->begin(request); });
    if (!begun) co_return tl::unexpected(begun.error());
    OutgoingAnswer answer;
    answer.status = asked->head().status;
    answer.reason = asked->head().reason;
    answer.fields = asked->head().fields;
    answer.length = asked->head().length;
    answer.body = std::make_unique<AnswerBody>(threads_, std::move(asked));
    co_return answer;
}

void HttpClient::stop() { rules_->stop(); }

}  // namespace lazulite
