#include "check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "blob_models.hpp"
#include "block_model.hpp"
#include "other_models.hpp"
#include "tree_model.hpp"

namespace concurrency {
namespace {

std::string line_of(const Event& event) {
    return to_text({event});
}

/// The operation that had to come next and fits nowhere, with what ran while it did.
std::string explain(const Events& events, const Event& stuck) {
    std::string why = "  fits in no order:\n    " + line_of(stuck) + "  beside it:\n";
    for (const Event* const event : events) {
        if (event != &stuck && event->called < stuck.returned && event->returned > stuck.called)
            why += "    " + line_of(*event);
    }
    return why;
}

template <class Model>
Judged judge(const std::string& object, const Model& model, const Events& events) {
    std::vector<typename Search<Model>::Interval> operations;
    operations.reserve(events.size());
    for (const Event* const event : events) operations.push_back({event->called, event->returned, model.read(*event)});
    const Finding finding = Search<Model>(model, operations).run();
    Judged judged{object, events.size(), finding.verdict, {}};
    if (finding.verdict != Verdict::linearizable) judged.why = explain(events, *events[finding.stuck]);
    return judged;
}

template <class Model>
Judged judge(const std::string& object, const Events& events) {
    bool sound = true;
    const Model model(events, sound);
    if (!sound)
        return {object, events.size(), Verdict::refused,
                "  one ETag stands for two states, or one state has two ETags\n"};
    return judge(object, model, events);
}

bool shows(const Event& event, std::string_view message) {
    return std::any_of(event.got.begin(), event.got.end(),
                       [message](const auto& field) { return field.first == "message" && field.second == message; });
}

/// What can have met a message: nothing that had returned before it was put, unless it shows it all the same.
Events of_message(const Events& events, const Event& put) {
    Events met;
    const auto foreign = [&put](const Event& event) {
        const bool one = event.what == "put" || event.what == "update" || event.what == "delete";
        return one && text(event.given, "message") != text(put.given, "message");
    };
    for (const Event* const event : events) {
        const bool later = event->returned > put.called || shows(*event, text(put.given, "message"));
        if (later && !foreign(*event)) met.push_back(event);
    }
    return met;
}

/// Whether each message that came out is one that was put.
bool known_messages(const Events& events) {
    std::set<std::string_view> put;
    for (const Event* const event : events) {
        if (event->what == "put") put.insert(text(event->given, "message"));
    }
    for (const Event* const event : events) {
        for (const auto& [name, value] : event->got) {
            if (name == "message" && !put.contains(value)) return false;
        }
    }
    return true;
}

void judge_queue(const std::string& object, const Events& events, std::vector<Judged>& refused) {
    if (!known_messages(events)) {
        refused.push_back({object, events.size(), Verdict::refused, "  a message came out that nobody had put\n"});
    }
    for (const Event* const put : events) {
        if (put->what != "put") continue;
        const Events met = of_message(events, *put);
        const std::string message(text(put->given, "message"));
        Judged judged = judge(object + "/message " + message, MessageModel(met, as_number(message)), met);
        if (judged.verdict != Verdict::linearizable) refused.push_back(std::move(judged));
    }
}

Judged judge_one(const std::string& object, std::string_view kind, const Events& events) {
    if (kind == "etag") return judge<EtagModel>(object, events);
    if (kind == "lease") return judge<LeaseModel>(object, events);
    if (kind == "append") return judge<AppendModel>(object, events);
    if (kind == "blocks") return judge<BlockModel>(object, events);
    if (kind == "tree") return judge<TreeModel>(object, events);
    if (kind == "table") return judge<TableModel>(object, events);
    if (kind == "rename") return judge<RenameModel>(object, events);
    if (kind == "file") return judge<FileModel>(object, events);
    return {object, events.size(), Verdict::refused, "  no rules are known for it\n"};
}

}  // namespace

std::vector<Judged> check(const History& history) {
    std::map<std::string, Events> objects;
    Events clock;
    for (const Event& event : history) {
        if (event.kind() == "clock")
            clock.push_back(&event);
        else
            objects[event.object].push_back(&event);
    }
    std::vector<Judged> refused;
    for (auto& [object, events] : objects) {
        const std::string_view kind = events.front()->kind();
        // The clock is one of all objects that time ends.
        if (kind == "lease" || kind == "queue") events.insert(events.end(), clock.begin(), clock.end());
        if (kind == "queue") {
            judge_queue(object, events, refused);
            continue;
        }
        Judged judged = judge_one(object, kind, events);
        if (judged.verdict != Verdict::linearizable) refused.push_back(std::move(judged));
    }
    return refused;
}

}  // namespace concurrency
