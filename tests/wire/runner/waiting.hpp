#pragma once

#include <string>

namespace wire_tests {

/// The URL of another server on this machine, which says that it has ten bytes and keeps them to itself until this process ends:
/// a copy of it stays pending. Any thread.
const std::string& waiting_url();

}  // namespace wire_tests
