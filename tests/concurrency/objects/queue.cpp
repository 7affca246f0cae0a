#include <array>

#include "object.hpp"
#include "wire/runner/text.hpp"

namespace concurrency {
namespace {

/// Messages that clients take, hide longer, give back and delete, with receipts that hold no more among theirs.
class Queue final : public Object {
  public:
    using Object::Object;

    std::vector<Call> prepare() override {
        Call call = this->call(kPreparing, "");  // no operation of the history
        call.surface = Surface::queue;
        call.method = "PUT";
        call.target = path(kFlatAccount, unique_);
        return {call};
    }

    Call next(int client, std::int64_t value, Random& random) override {
        std::vector<Taken>& taken = taken_[static_cast<std::size_t>(client)];
        const std::uint64_t which = random.below(64);
        Call call = this->call(client, "");
        call.surface = Surface::queue;
        call.target = path(kFlatAccount, unique_ + "/messages");
        if (!taken.empty() && which < 28) {
            const std::size_t at = random.below(taken.size());
            return which < 8 ? update(std::move(call), taken[at], value, random) : remove(std::move(call), taken[at]);
        }
        if (which >= 46) return put(std::move(call), value, random);
        if (which == 45) {
            call.event.what = "clear";
            call.method = "DELETE";
            return call;
        }
        return get(std::move(call), which >= 41, random);
    }

    void learn(Call& call, const Answer& answer) override {
        std::vector<Taken>& taken = taken_[static_cast<std::size_t>(call.event.client)];
        if (answer.status >= 300) return;
        const std::string& what = call.event.what;
        if (what == "update") {
            const std::string receipt = header(answer, "x-ms-popreceipt");
            add(call.event.got, "receipt", receipt);
            const std::string message(text(call.event.given, "message"));
            for (const Taken& one : taken) {
                if (one.message != message) continue;
                const Taken next{one.id, receipt, message};
                taken.push_back(next);
                break;
            }
        }
        if (what != "put" && what != "get" && what != "peek") return;
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::string message = between(answer.body, "<QueueMessage>", "</QueueMessage>", at);
            if (!message.empty()) learn_message(call, message, taken);
        }
    }

  private:
    struct Taken {
        std::string id;
        std::string receipt;
        std::string message;
    };

    static std::string inner(const std::string& xml, const std::string& name) {
        std::size_t from = 0;
        return between(xml, "<" + name + ">", "</" + name + ">", from);
    }

    static void learn_message(Call& call, const std::string& xml, std::vector<Taken>& taken) {
        // A text is "17" or, once it was changed, "17.23": which message, and by which update.
        const std::string whole = inner(xml, "MessageText");
        const bool put = call.event.what == "put";
        const std::string message =
            put ? std::string(text(call.event.given, "message")) : whole.substr(0, whole.find('.'));
        const std::string receipt = inner(xml, "PopReceipt");
        if (!put) {
            add(call.event.got, "message", message);
            add(call.event.got, "value", whole.substr(whole.find('.') + 1));
            add(call.event.got, "count", inner(xml, "DequeueCount"));
        }
        if (receipt.empty()) return;
        add(call.event.got, "receipt", receipt);
        taken.push_back({inner(xml, "MessageId"), receipt, message});
    }

    static Call put(Call call, std::int64_t value, Random& random) {
        call.event.what = "put";
        call.method = "POST";
        const std::int64_t visibility = random.one_in(4) ? 20 : 0;
        add(call.event.given, "message", value);
        add(call.event.given, "visibility", visibility);
        if (visibility != 0) call.target += "?visibilitytimeout=" + std::to_string(visibility);
        call.body = "<QueueMessage><MessageText>" + std::to_string(value) + "</MessageText></QueueMessage>";
        return call;
    }
    static Call get(Call call, bool peek, Random& random) {
        call.event.what = peek ? "peek" : "get";
        call.method = "GET";
        const std::int64_t most = random.one_in(3) ? 32 : static_cast<std::int64_t>(1 + random.below(2));
        add(call.event.given, "most", most);
        call.target += "?numofmessages=" + std::to_string(most);
        if (peek) {
            call.target += "&peekonly=true";
        } else {
            const std::int64_t visibility = random.one_in(2) ? 20 : 60;
            add(call.event.given, "visibility", visibility);
            call.target += "&visibilitytimeout=" + std::to_string(visibility);
        }
        return call;
    }
    static void name(Call& call, const Taken& taken) {
        add(call.event.given, "message", taken.message);
        add(call.event.given, "receipt", taken.receipt);
        call.target += "/" + taken.id + "?popreceipt=" + wire_tests::percent_encode(taken.receipt);
    }
    static Call update(Call call, const Taken& taken, std::int64_t value, Random& random) {
        call.event.what = "update";
        call.method = "PUT";
        name(call, taken);
        const std::int64_t visibility = random.one_in(2) ? 0 : 20;
        add(call.event.given, "visibility", visibility);
        call.target += "&visibilitytimeout=" + std::to_string(visibility);
        if (random.one_in(2)) {
            add(call.event.given, "value", value);
            call.body = "<QueueMessage><MessageText>" + taken.message + "." + std::to_string(value) +
                        "</MessageText></QueueMessage>";
        }
        return call;
    }
    static Call remove(Call call, const Taken& taken) {
        call.event.what = "delete";
        call.method = "DELETE";
        name(call, taken);
        return call;
    }

    std::array<std::vector<Taken>, kClients + 1> taken_;
};

}  // namespace

std::unique_ptr<Object> make_queue(std::string name, std::string unique, Random& /*random*/) {
    return std::make_unique<Queue>(std::move(name), std::move(unique));
}

}  // namespace concurrency
