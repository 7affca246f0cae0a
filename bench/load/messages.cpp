#include "messages.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "digits.hpp"
#include "xml_text.hpp"

namespace lazulite::bench {
namespace {

constexpr std::size_t kDigits = 12;
constexpr std::string_view kOpen = "<QueueMessage><MessageText>";
constexpr std::string_view kClose = "</MessageText></QueueMessage>";
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

/// A message's text: its number, which `put` writes there, and letters up to the size.
std::string blank_text(std::uint64_t size) {
    std::string text(std::max<std::uint64_t>(size, kDigits), '0');
    for (std::size_t place = kDigits; place < text.size(); ++place) text[place] = static_cast<char>('a' + place % 26);
    return text;
}

/// Puts, gets and deletes; those that inherit decide which is next.
class Messages : public Workload {
  public:
    explicit Messages(const Options& options)
        : options_(options),
          writer_(head_writer(options)),
          text_(blank_text(options.size)),
          slots_(options.connections) {
        const std::string body = std::string(kOpen) + text_ + std::string(kClose);
        const std::string head = writer_.write({.method = "POST", .path = messages(), .content_length = body.size()});
        put_ = head + body;
        last_digit_ = head.size() + kOpen.size() + kDigits - 1;
        get_ = writer_.write({.method = "GET", .path = messages(), .query = {{"numofmessages", "1"}}});
    }

    std::optional<std::string> complaint(unsigned connection, const Answer& answer) override {
        Slot& slot = slots_[connection];
        switch (std::exchange(slot.asked, Asked::nothing)) {
            case Asked::put:
                return answer.status == 201 ? std::nullopt : std::optional(wrong_status(answer));
            case Asked::get:
                return answer.status == 200 ? take(slot, answer.text) : std::optional(wrong_status(answer));
            case Asked::remove:
                return answer.status == 204 ? std::nullopt : std::optional(wrong_status(answer));
            case Asked::peek:
                return answer.status == 200 ? check_texts(answer.text) : std::optional(wrong_status(answer));
            case Asked::nothing:
                break;
        }
        return "an answer to nothing";
    }

    [[nodiscard]] std::uint64_t bytes_per_request() const override { return text_.size(); }

  protected:
    Exchange put(unsigned connection) {
        std::string& request = ask(connection, Asked::put, put_);
        write_digits(&request[last_digit_], kDigits, number_++);
        return {request, {}, std::nullopt};
    }

    Exchange get(unsigned connection) { return {ask(connection, Asked::get, get_), {}, std::nullopt}; }

    /// What this connection got and has not deleted yet.
    [[nodiscard]] bool holds(unsigned connection) const { return !slots_[connection].id.empty(); }

    Exchange remove(unsigned connection) {
        Slot& slot = slots_[connection];
        const std::string path = messages() + "/" + std::exchange(slot.id, {});
        ask(connection, Asked::remove,
            writer_.write({.method = "DELETE", .path = path, .query = {{"popreceipt", slot.receipt}}}));
        return {slot.request, {}, std::nullopt};
    }

    Exchange peek(unsigned connection) {
        const HeadSpec spec{
            .method = "GET", .path = messages(), .query = {{"numofmessages", "32"}, {"peekonly", "true"}}};
        return {ask(connection, Asked::peek, writer_.write(spec)), {}, std::nullopt};
    }

    Options options_;
    bool may_be_empty_ = false;

  private:
    enum class Asked { nothing, put, get, remove, peek };
    struct Slot {
        Asked asked = Asked::nothing;
        std::string request;
        std::string id, receipt;
    };

    [[nodiscard]] std::string messages() const { return options_.path + "/messages"; }

    std::string& ask(unsigned connection, Asked asked, const std::string& request) {
        Slot& slot = slots_[connection];
        slot.asked = asked;
        slot.request = request;
        return slot.request;
    }

    std::optional<std::string> take(Slot& slot, std::string_view xml) {
        std::size_t from = 0;
        const auto id = element(xml, "MessageId", from);
        if (!id) return may_be_empty_ ? std::nullopt : std::optional<std::string>("the queue is empty");
        const auto receipt = element(xml, "PopReceipt", from);
        if (!receipt) return "a message without a receipt";
        slot.id = *id;
        slot.receipt = unescape(*receipt);
        return check_texts(xml);
    }

    [[nodiscard]] std::optional<std::string> check_texts(std::string_view xml) const {
        std::size_t from = 0;
        while (const auto text = element(xml, "MessageText", from)) {
            if (text->size() != text_.size() || text->substr(kDigits) != std::string_view(text_).substr(kDigits)) {
                return "the text " + std::string(text->substr(0, 100));
            }
        }
        return std::nullopt;
    }

    HeadWriter writer_;
    std::string text_;
    std::string put_, get_;
    std::size_t last_digit_ = 0;
    std::uint64_t number_ = 0;
    std::vector<Slot> slots_;
};

/// Looks at the messages at the head of the queue.
class Peek : public Messages {
  public:
    using Messages::Messages;
    std::optional<Exchange> next(unsigned connection) override {
        if (std::exchange(done_, true)) return std::nullopt;
        return peek(connection);
    }

  private:
    bool done_ = false;
};

class PutMessages : public Messages {
  public:
    /// `count` messages, and as many again after `refill`.
    PutMessages(const Options& options, std::uint64_t count) : Messages(options), count_(count), left_(count) {}

    std::optional<Exchange> next(unsigned connection) override {
        if (left_ == 0) return std::nullopt;
        --left_;
        return put(connection);
    }

    std::unique_ptr<Workload> check() override { return std::make_unique<Peek>(options_); }

    void refill() { left_ = count_; }

  private:
    std::uint64_t count_;
    std::uint64_t left_;
};

/// Gets and deletes as many as were put for it, whatever else waits in the queue.
class TakeMessages : public Messages {
  public:
    explicit TakeMessages(const Options& options) : Messages(options), stock_(options, options.count) {}

    Workload* stock() override {
        stock_.refill();
        left_ = options_.count;
        return &stock_;
    }

    std::optional<Exchange> next(unsigned connection) override {
        if (holds(connection)) return remove(connection);
        if (left_ == 0) return std::nullopt;
        --left_;
        return get(connection);
    }

  private:
    PutMessages stock_;
    std::uint64_t left_ = 0;
};

class MixMessages : public Messages {
  public:
    explicit MixMessages(const Options& options) : Messages(options) { may_be_empty_ = true; }

    std::optional<Exchange> next(unsigned connection) override {
        if (connection % 2 == 0) return put(connection);
        return holds(connection) ? remove(connection) : get(connection);
    }
};

}  // namespace

std::unique_ptr<Workload> make_message_workload(const Options& options) {
    switch (options.mode) {
        case Mode::fill_messages:
            return std::make_unique<PutMessages>(options, options.count);
        case Mode::take_messages:
            return std::make_unique<TakeMessages>(options);
        case Mode::mix_messages:
            return std::make_unique<MixMessages>(options);
        default:
            return std::make_unique<PutMessages>(options, kNoEnd);
    }
}

}  // namespace lazulite::bench
