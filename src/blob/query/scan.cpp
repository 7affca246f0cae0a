#include "blob/query/scan.hpp"

#include <utility>

namespace lazulite::blob::query {
namespace {

constexpr std::size_t kLongestRecord = 1 << 20;
constexpr std::size_t kAnswerAtOnce = 256 << 10;
constexpr std::size_t kMostOfOneRecord = 64 << 20;

std::unique_ptr<Records> records_of(const Format& format, const Statement& statement) {
    if (const auto* delimited = std::get_if<DelimitedFormat>(&format)) return delimited_records(*delimited, statement);
    return json_records(std::get<JsonFormat>(format), statement);
}

}  // namespace

Result<Plan> prepare(std::string_view sql, Format input, Format output) {
    LAZ_TRY(Statement statement, parse_statement(sql));
    if (const auto* delimited = std::get_if<DelimitedFormat>(&input)) {
        if (!statement.table.empty()) return fail(bad_query("A path behind BlobStorage needs JSON."));
        for (const Column& column : statement.columns) {
            if (column.path.size() != 1) return fail(bad_query("A path needs JSON."));
            if (column.ordinal || delimited->headers) continue;
            return fail(
                bad_query("Without headers fields are called _1, _2, ...; there is no '" + column.path[0].name + "'."));
        }
    } else if (statement.split_size) {
        return fail(bad_query("Only delimited text can be split."));
    }
    return Plan{std::move(statement), std::move(input), std::move(output)};
}

Scan::Scan(Plan plan, std::uint64_t total_bytes, Instant now, std::string_view sync)
    : plan_(std::move(plan)),
      total_(total_bytes),
      evaluator_(now),
      avro_(sync),
      records_(records_of(plan_.input, plan_.statement)),
      writer_(row_writer(plan_.output)) {
    if (plan_.statement.limit == 0U) finish();
}

void Scan::feed(std::string_view piece, bool last) {
    bytes_.erase(0, used_);
    base_ += std::exchange(used_, 0);
    bytes_.append(piece);
    last_ = last;
    hungry_ = false;
}

std::string Scan::take() {
    while (!hungry_ && !done_ && data_.size() + avro_.size() + reports_.size() * sizeof(Report) < kAnswerAtOnce) step();
    flush();
    if (hungry_ && !done_) avro_.progress(base_ + bytes_.size(), total_);
    return avro_.take();
}

void Scan::step() {
    const FoundRecord found = records_->read(std::string_view(bytes_).substr(used_), last_);
    record_at_ = base_ + used_ + found.begin;
    const std::size_t length =
        found.kind == FoundRecord::Kind::more ? bytes_.size() - used_ - found.next : found.next - found.begin;
    if (length > kLongestRecord) {
        report(true, {"RecordTooLarge", "The record is larger than supported."});
        return finish();
    }
    switch (found.kind) {
        case FoundRecord::Kind::more:
            used_ += found.next;
            hungry_ = true;
            return;
        case FoundRecord::Kind::end:
            return finish();
        case FoundRecord::Kind::broken:
            writer_->break_off(data_);
            report(true, found.fault);
            return finish();
        case FoundRecord::Kind::record:
            break;
    }
    used_ += found.next;
    if (plan_.statement.split_size) return answer_split(found.next, false);
    take_record();
}

void Scan::take_record() {
    const auto fault = records_->visit_rows([this](const Row& row) {
        if (!done_) answer(row);
    });
    if (!fault) return;
    report(true, *fault);
    finish();
}

void Scan::answer(const Row& row) {
    const Statement& statement = plan_.statement;
    const bool chosen = !statement.where || evaluator_.holds(*statement.where, row);
    auto fault = evaluator_.take_fault();
    if (!fault && chosen) {
        if (statement.aggregate) {
            aggregate(*statement.aggregate == Aggregate::count_all
                          ? Value(true)
                          : evaluator_.evaluate(statement.items[0].value, row));
        } else {
            write(row);
        }
        fault = evaluator_.take_fault();
    }
    if (fault) report(false, *fault);
    if (data_.size() <= kMostOfOneRecord || done_) return;
    report(true, {"ResultTooLarge", "The result of the record is larger than supported."});
    finish();
}

void Scan::write(const Row& row) {
    const Statement& statement = plan_.statement;
    std::vector<Value> values;
    for (const Statement::Item& item : statement.items) values.push_back(evaluator_.evaluate(item.value, row));
    if (auto fault = evaluator_.take_fault()) return report(false, *fault);
    for (std::size_t i = 0; i < values.size(); ++i) writer_->field(statement.items[i].name, values[i]);
    if (statement.all) {
        records_->for_each_field(row,
                                 [this](std::string_view name, const Value& value) { writer_->field(name, value); });
    }
    writer_->end_row(data_);
    if (++rows_ == statement.limit) finish();
}

void Scan::answer_split(std::uint64_t bytes, bool all) {
    batch_ += bytes;
    if (batch_ == 0 || (batch_ < *plan_.statement.split_size && !all)) return;
    writer_->field("_1", static_cast<std::int64_t>(std::exchange(batch_, 0)));
    writer_->end_row(data_);
    if (++rows_ == plan_.statement.limit && !all) finish();
}

void Scan::aggregate(const Value& value) {
    if (is_null(value)) return;
    const Aggregate kind = *plan_.statement.aggregate;
    if (kind == Aggregate::sum || kind == Aggregate::average) {
        const Value sum = evaluator_.calculate('+', total_value_.value_or(std::int64_t{0}), value);
        if (is_null(sum)) return;
        total_value_ = sum;
    } else if (kind == Aggregate::minimum || kind == Aggregate::maximum) {
        const auto order = total_value_ ? compare(value, *total_value_) : std::partial_ordering::equivalent;
        if (!order) return report(false, invalid_conversion());
        const bool better = kind == Aggregate::minimum ? *order < 0 : *order > 0;
        if (!total_value_ || better) total_value_ = value;
    }
    ++count_;
}

Value Scan::aggregated() {
    const Aggregate kind = *plan_.statement.aggregate;
    if (kind == Aggregate::count || kind == Aggregate::count_all) return static_cast<std::int64_t>(count_);
    if (!total_value_) return Null();
    if (kind == Aggregate::average) return real_of(*total_value_) / static_cast<double>(count_);
    return *total_value_;
}

void Scan::report(bool fatal, const Fault& fault) {
    broken_ = broken_ || fatal;
    reports_.push_back({fatal, fault, record_at_});
}

void Scan::finish() {
    if (std::exchange(done_, true)) return;
    const bool whole = !broken_ && plan_.statement.limit != 0U;
    if (whole && plan_.statement.split_size) answer_split(0, true);
    if (whole && plan_.statement.aggregate) {
        writer_->field(plan_.statement.items[0].name, aggregated());
        writer_->end_row(data_);
    }
    flush();
    avro_.progress(total_, total_);
    avro_.end(total_);
}

void Scan::flush() {
    // The service was seen to send empty data before an error, and a reader needs it: no answer begins with an error.
    if (!data_.empty() || !reports_.empty()) avro_.result_data(std::exchange(data_, {}));
    for (const Report& one : std::exchange(reports_, {})) {
        avro_.error(one.fatal, one.fault.name, one.fault.description, one.position);
    }
}

}  // namespace lazulite::blob::query
