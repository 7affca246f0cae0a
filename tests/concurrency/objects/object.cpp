#include "object.hpp"

#include <cstdio>
#include <stdexcept>

#include "check/model.hpp"

namespace concurrency {

std::unique_ptr<Object> make_object(const std::string& kind, int number, const std::string& unique, Random& random) {
    const std::string name = kind + "-" + std::to_string(number);
    if (kind == "etag") return make_etag(name, unique, random);
    if (kind == "lease") return make_lease(name, unique, random);
    if (kind == "append") return make_append(name, unique, random);
    if (kind == "blocks") return make_blocks(name, unique, random);
    if (kind == "tree") return make_tree(name, unique, random);
    if (kind == "queue") return make_queue(name, unique, random);
    if (kind == "table") return make_table(name, unique, random);
    if (kind == "rename") return make_rename(name, unique, random);
    if (kind == "file") return make_file(name, unique, random);
    throw std::runtime_error("no kind of object is called " + kind);
}

Call advance_clock(int client) {
    Call call;
    call.event.object = "clock";
    call.event.client = client;
    call.event.what = "advance";
    call.method = "POST";
    call.headers.emplace_back("x-lazulite-control", "1");
    call.target = "/_lazulite/clock?account=" + std::string(kFlatAccount) + "&advance=" + std::to_string(kStep);
    return call;
}

void add(Fields& fields, std::string name, std::int64_t value) {
    fields.emplace_back(std::move(name), std::to_string(value));
}
void add(Fields& fields, std::string name, std::string_view value) {
    fields.emplace_back(std::move(name), value);
}

std::string header(const Answer& answer, std::string_view name) {
    return wire_tests::find_header(answer.headers, name).value_or("");
}

std::string path(std::string_view account, std::string_view rest) {
    return "/" + std::string(account) + "/" + std::string(rest);
}

std::string between(const std::string& text, std::string_view open, std::string_view close, std::size_t& from) {
    const std::size_t begin = text.find(open, from);
    if (begin == std::string::npos) return from = std::string::npos, std::string();
    const std::size_t end = text.find(close, begin + open.size());
    if (end == std::string::npos) return from = std::string::npos, std::string();
    from = end + close.size();
    return text.substr(begin + open.size(), end - begin - open.size());
}

std::string eight(std::int64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "%08lld", static_cast<long long>(value));
    return text;
}

std::string lease_id(std::int64_t lease) {
    return "00000000-0000-4000-8000-0000" + eight(lease);
}

Call lease_call(Call call, bool lasting, std::int64_t& held, Random& random) {
    constexpr std::int64_t kIds = 5;
    const auto any_id = [&random] { return static_cast<std::int64_t>(1 + random.below(kIds)); };
    // Mostly what it believes to hold, else somebody's.
    const std::int64_t lease = held != 0 && !random.one_in(4) ? held : any_id();
    const auto name = [&](const char* field, const char* header_name, std::int64_t id) {
        add(call.event.given, field, id);
        call.headers.emplace_back(header_name, lease_id(id));
    };
    call.method = "PUT";
    call.target += "?comp=lease";
    std::string action;
    switch (random.below(held != 0 ? 8 : 4)) {
        case 0:
        case 1:
        case 2: {
            action = "acquire";
            name("proposed", "x-ms-proposed-lease-id", any_id());
            const std::int64_t duration = lasting || random.one_in(3) ? -1 : random.one_in(2) ? 20 : 60;
            add(call.event.given, "duration", duration);
            call.headers.emplace_back("x-ms-lease-duration", std::to_string(duration));
            break;
        }
        case 3:
            action = "break";
            if (!lasting && !random.one_in(3)) {
                const std::int64_t period = random.one_in(2) ? 0 : 20;
                add(call.event.given, "period", period);
                call.headers.emplace_back("x-ms-lease-break-period", std::to_string(period));
            }
            break;
        case 4:
        case 5:
            action = "release";
            name("lease", "x-ms-lease-id", lease);
            break;
        case 6:
            action = "change";
            name("lease", "x-ms-lease-id", lease);
            name("proposed", "x-ms-proposed-lease-id", any_id());
            break;
        default:
            action = lasting ? "release" : "renew";  // a lease of a file is not renewed
            name("lease", "x-ms-lease-id", lease);
            break;
    }
    call.headers.emplace_back("x-ms-lease-action", action);
    call.event.what = std::move(action);
    return call;
}

void learn_lease(Call& call, const Answer& answer, std::int64_t& held) {
    const std::string& what = call.event.what;
    const bool done = answer.status < 300;
    if ((what == "acquire" || what == "change") && done) held = number(call.event.given, "proposed");
    if (what == "release") held = 0;
    if (what == "break" && done) add(call.event.got, "left", header(answer, "x-ms-lease-time"));
    if ((what == "acquire" || what == "change") && done && header(answer, "x-ms-lease-id") != lease_id(held)) {
        add(call.event.got, "code", "AnotherLeaseIdCameBack");
    }
}

}  // namespace concurrency
