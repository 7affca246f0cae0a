#include "file/domain/ranges.hpp"

#include <algorithm>

namespace lazulite::file {

void add_range(std::vector<FileRange>& ranges, FileRange range, std::uint64_t size) {
    range.first = range.first / kRangeBytes * kRangeBytes;
    range.end = std::min((range.end + kRangeBytes - 1) / kRangeBytes * kRangeBytes, size);
    if (!ranges.empty() && range.first < ranges.back().end && range.cleared != ranges.back().cleared) {
        // The two meet in one piece, which is written.
        if (range.cleared) {
            range.first = ranges.back().end;
        } else {
            ranges.back().end = range.first;
            if (ranges.back().first >= ranges.back().end) ranges.pop_back();
        }
    }
    if (range.first >= range.end) return;
    if (!ranges.empty() && ranges.back().cleared == range.cleared && range.first <= ranges.back().end) {
        ranges.back().end = std::max(ranges.back().end, range.end);
    } else {
        ranges.push_back(range);
    }
}

}  // namespace lazulite::file
