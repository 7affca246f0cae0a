#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "blob/query/avro.hpp"
#include "blob/query/evaluator.hpp"
#include "blob/query/format.hpp"
#include "blob/query/records.hpp"
#include "blob/query/row_writer.hpp"
#include "blob/query/statement.hpp"

namespace lazulite::blob::query {

struct Plan {
    Statement statement;
    Format input;
    Format output;
};

/// Fails with error_processing_query_expression as parse_statement does, and where the statement does not fit the
/// input: a path or a name in lines without a header, sys.split of JSON.
[[nodiscard]] Result<Plan> prepare(std::string_view sql, Format input, Format output);

/// A query on its way through a blob. The caller feeds it the blob's bytes piece by piece and takes the answer the same
/// way; neither is ever held as a whole:
///
///   do {
///       if (scan.hungry()) scan.feed(next_piece(), is_last);
///       send(scan.take());
///   } while (!scan.done());
class Scan {
  public:
    /// `sync`: 16 random bytes.
    Scan(Plan plan, std::uint64_t total_bytes, Instant now, std::string_view sync);

    [[nodiscard]] bool hungry() const { return hungry_ && !done_; }
    void feed(std::string_view piece, bool last);
    /// Some 256 KiB of the answer, less where the next piece is awaited, and more by what one record makes.
    [[nodiscard]] std::string take();
    [[nodiscard]] bool done() const { return done_; }

  private:
    void step();
    void take_record();
    void answer(const Row& row);
    void answer_split(std::uint64_t bytes, bool all);
    void aggregate(const Value& value);
    [[nodiscard]] Value aggregated();
    void write(const Row& row);
    void report(bool fatal, const Fault& fault);
    void finish();
    void flush();

    Plan plan_;
    std::uint64_t total_;
    Evaluator evaluator_;
    AvroWriter avro_;
    std::unique_ptr<Records> records_;
    std::unique_ptr<RowWriter> writer_;

    std::string bytes_;     // of the blob, from base_ on
    std::size_t used_ = 0;  // of them, that are done with
    std::uint64_t base_ = 0;
    std::uint64_t record_at_ = 0;  // where the record stands that is worked on
    bool last_ = false;
    bool hungry_ = true;
    bool broken_ = false;  // by a fatal error
    bool done_ = false;

    struct Report {
        bool fatal;
        Fault fault;
        std::uint64_t position;
    };
    std::string data_;  // rows that stand in no message yet
    std::vector<Report> reports_;
    std::uint64_t rows_ = 0;
    std::uint64_t batch_ = 0;  // bytes of the split that is filled
    std::uint64_t count_ = 0;  // of an aggregate's values
    std::optional<Value> total_value_;
};

}  // namespace lazulite::blob::query
