#pragma once

#include <string>

#include "copy/last_copy.hpp"

namespace lazulite {

/// The last copy onto a blob or file as a client is shown it.
struct ShownCopy {
    const LastCopy& copy;
};

template <class Codec>
void describe(Codec& c, const ShownCopy& shown) {
    const LastCopy& copy = shown.copy;
    c.property("x-ms-copy-id", "CopyId", copy.id);
    c.property("x-ms-copy-source", "CopySource", copy.source);
    c.property("x-ms-copy-status", "CopyStatus", copy.status);
    c.property("x-ms-copy-progress", "CopyProgress", std::to_string(copy.done) + '/' + std::to_string(copy.total));
    c.property("x-ms-copy-completion-time", "CopyCompletionTime", copy.completed);
    if (!copy.description.empty()) c.property("x-ms-copy-status-description", "CopyStatusDescription", copy.description);
}

}  // namespace lazulite
