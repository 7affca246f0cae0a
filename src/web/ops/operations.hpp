#pragma once

#include "service/exchange.hpp"

namespace lazulite::web {

/// A file of the static website, for GET and HEAD: a blob of `$web`, found by `pages_for`, with the headers that were
/// stored with it; where there is none, the error document with status 404. Ranges and conditions as Get Blob has them.
/// Fails with web_content_not_found, also while the website is off, and with invalid_uri for the root of a website that
/// has no index. Reference: "Static website hosting in Azure Storage".
Task<Result<Response>> get_web_content(Exchange& x);

}  // namespace lazulite::web
