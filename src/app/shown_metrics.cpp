#include "app/shown_metrics.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <utility>

#include "app/machine.hpp"

namespace lazulite {
namespace {

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string number(double value) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A page of metrics, one family after the other.
class Page {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
        text_.append(type).append("\n");
    }
    /// `suffix` as in `_bucket`.
    void sample(Labels labels, const std::string& value, std::string_view suffix = {}) {
        text_.append(name_).append(suffix);
        char before = '{';
        for (const auto& [label, shown] : labels) {
            text_ += before;
            text_.append(label).append("=\"");
            escape(shown);
            text_ += '"';
            before = ',';
        }
        if (labels.size() != 0) text_ += '}';
        text_.append(" ").append(value).append("\n");
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    void escape(std::string_view value) {
        for (const char c : value) {
            if (c == '\\' || c == '"') text_ += '\\';
            if (c == '\n') {
                text_ += "\\n";
            } else {
                text_ += c;
            }
        }
    }

    std::string text_;
    std::string_view name_;
};

void show_answers(Page& page, const Measured& measured) {
    page.family("lazulite_requests_total", "counter", "Answers, by operation, status, error code and client.");
    for (const auto& [key, answers] : measured.answers) {
        page.sample({{"service", key.service},
                     {"operation", key.operation},
                     {"status", std::to_string(key.status)},
                     {"error_code", key.error_code},
                     {"client", key.client}},
                    std::to_string(answers));
    }
    page.family("lazulite_request_duration_seconds", "histogram",
                "From the head of a request to that of its answer: with the body that was sent, without the one that is.");
    for (const Metrics::Latency& latency : measured.latencies) {
        std::uint64_t answers = 0;
        for (std::size_t i = 0; i < latency.answers.size(); ++i) {
            answers += latency.answers[i];
            const bool last = i == Metrics::Latency::kBounds.size();
            const std::string bound = last ? "+Inf" : number(seconds(Metrics::Latency::kBounds[i]));
            page.sample({{"service", latency.service}, {"operation", latency.operation}, {"le", bound}},
                        std::to_string(answers), "_bucket");
        }
        const Labels labels{{"service", latency.service}, {"operation", latency.operation}};
        page.sample(labels, number(seconds(latency.sum)), "_sum");
        page.sample(labels, std::to_string(answers), "_count");
    }
}

void show_stores(Page& page, const std::vector<Measured::OfStore>& stores) {
    const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                           std::uint64_t StoreState::* value) {
        page.family(name, type, help);
        for (const auto& [account, service, state] : stores) {
            page.sample({{"account", account}, {"service", service}}, std::to_string(state.*value));
        }
    };
    family("lazulite_store_database_bytes", "gauge", "Size of the database.", &StoreState::database_bytes);
    family("lazulite_store_wal_bytes", "gauge", "Frames in the write-ahead log.", &StoreState::wal_bytes);
    family("lazulite_store_extents", "gauge", "Files that hold bytes outside of the database.", &StoreState::extents);
    family("lazulite_store_extent_bytes", "gauge", "Bytes in them that something names.", &StoreState::extent_bytes);
    family("lazulite_store_freed_bytes", "gauge", "Bytes in them that wait to be given back.", &StoreState::freed_bytes);
    family("lazulite_store_queued_writes", "gauge", "Writes that wait for the store.", &StoreState::queued_writes);
    family("lazulite_store_commits_total", "counter", "Transactions, of one write or of many.", &StoreState::commits);

    family("lazulite_store_long_reads_total", "counter", "Reads that kept a snapshot for more than 100 ms.",
          &StoreState::long_reads);

    using Kind = std::pair<std::string_view, StoreState::Work StoreState::*>;
    constexpr std::array<Kind, 4> kKinds{Kind{"expiry", &StoreState::expiry}, Kind{"reclaim", &StoreState::reclaim},
                                         Kind{"checkpoint", &StoreState::checkpoints},
                                         Kind{"barrier", &StoreState::barriers}};
    const auto work = [&](std::string_view name, std::string_view help,
                          const std::function<std::string(const StoreState::Work&)>& value) {
        page.family(name, "counter", help);
        for (const auto& [account, service, state] : stores) {
            for (const auto& [kind, counted] : kKinds) {
                page.sample({{"account", account}, {"service", service}, {"work", kind}}, value(state.*counted));
            }
        }
    };
    work("lazulite_store_work_runs_total", "Slices of background work.",
         [](const StoreState::Work& of) { return std::to_string(of.runs); });
    work("lazulite_store_work_failures_total", "Slices of background work that failed and are tried again.",
         [](const StoreState::Work& of) { return std::to_string(of.failures); });
    work("lazulite_store_work_seconds_total", "Time that background work took.",
         [](const StoreState::Work& of) { return number(seconds(of.time)); });
}

void show_work(Page& page, const std::vector<Metrics::Work>& all) {
    page.family("lazulite_work_runs_total", "counter", "What accounts do without being asked: pages of lifecycle policies, deliveries of events.");
    for (const Metrics::Work& work : all) page.sample({{"work", work.name}}, std::to_string(work.runs));
    page.family("lazulite_work_failures_total", "counter", "Those of them that failed.");
    for (const Metrics::Work& work : all) page.sample({{"work", work.name}}, std::to_string(work.failures));
    page.family("lazulite_work_seconds_total", "counter", "Time that they took.");
    for (const Metrics::Work& work : all) page.sample({{"work", work.name}}, number(seconds(work.time)));
}

void show_process(Page& page, const Measured& measured) {
    const ProcessUse use = process_use();
    page.family("lazulite_build_info", "gauge", "Always 1.");
    page.sample({{"version", measured.version}}, "1");
    page.family("lazulite_open_connections", "gauge", "Connections of clients, idle ones too.");
    page.sample({}, std::to_string(measured.connections));
    page.family("process_cpu_seconds_total", "counter", "User and system time.");
    page.sample({}, number(seconds(use.processor_time)));
    page.family("process_resident_memory_bytes", "gauge", "Memory of this process, pages of mapped files included.");
    page.sample({}, std::to_string(use.resident_bytes));
    page.family("process_open_fds", "gauge", "Open files and connections.");
    page.sample({}, std::to_string(use.open_descriptors));
}

}  // namespace

std::string shown_metrics(const Measured& measured) {
    Page page;
    show_process(page, measured);
    show_answers(page, measured);
    show_stores(page, measured.stores);
    show_work(page, measured.work);
    return page.take();
}

}  // namespace lazulite
