// An account SAS in any query.

#include "auth/account_sas.hpp"
#include "input.hpp"

using namespace lazulite;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto query = Query::parse(text_of(data, size));
    if (!query) return 0;
    static const auto kKey = AccountKey::parse("MTIzNDU2Nzg=");
    (void)verify_account_sas({*query, "account", {&*kKey, 1}, Instant(Ticks(0)), "127.0.0.1", false});
    return 0;
}
