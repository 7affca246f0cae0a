#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::datalake {

/// The operation table. Reference: "Azure Data Lake Storage Gen2 REST API".
[[nodiscard]] std::span<const Operation> operations();
/// What listeners of Data Lake speak; requests of the Blob service are answered by that.
[[nodiscard]] const Service& service();

}  // namespace lazulite::datalake
