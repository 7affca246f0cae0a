#pragma once

#include "service/service.hpp"

namespace lazulite {

/// `127.0.0.1 - - [28/Jan/2026:21:42:08 +0000] "GET /devstoreaccount1/x?restype=container HTTP/1.1" 200 76`, one line a
/// request on stdout; signatures in the query are cut out. Any thread.
void write_access_log(const AccessRecord& record);

}  // namespace lazulite
