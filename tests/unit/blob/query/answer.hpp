#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "blob/query/scan.hpp"

namespace lazulite::blob::query {

/// What a client reads out of the stream of an answer.
struct Answer {
    struct Error {
        bool fatal;
        std::string name;
        std::string description;
        std::uint64_t position;
        bool operator==(const Error&) const = default;
    };
    std::string data;
    std::vector<Error> errors;
    std::vector<std::uint64_t> scanned;  ///< of each progress
    std::uint64_t total = 0;             ///< of the end; every progress has named the same
    bool ended = false;
};

inline constexpr Instant kNow = instant_of(16'000'000'000'000'000);  // 2020-09-13T12:26:40Z

/// Reads an object container file by the Avro specification; `sync` as it was given to the writer.
[[nodiscard]] Answer read_answer(std::string_view file, std::string_view sync);

/// Feeds the blob in pieces of so many bytes.
[[nodiscard]] Answer ask_in_pieces(const Plan& plan, std::string_view blob, std::size_t piece);
/// Whole, and byte by byte: the answers are the same.
[[nodiscard]] Answer ask(std::string_view sql, std::string_view blob, Format input = DelimitedFormat(),
                         Format output = DelimitedFormat());

}  // namespace lazulite::blob::query
