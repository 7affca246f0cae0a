#include "table/ops/sas_rows.hpp"

#include "auth/sas_fields.hpp"
#include "base/text.hpp"

namespace lazulite::table {

Result<KeySpan> permitted_rows(const Exchange& x) {
    KeySpan rows;
    if (x.identity.kind() != Identity::Kind::service_sas) return rows;
    const auto field = [&x](std::string_view name) { return sortable(x.query.value_or_empty(name)); };
    if ((x.query.has("srk") && !x.query.has("spk")) || (x.query.has("erk") && !x.query.has("epk"))) {
        return sas_refused(kNotWellFormed);
    }
    rows.first = {field("spk"), field("srk")};
    if (!x.query.has("epk")) return rows;
    rows.end = x.query.has("erk") ? after({field("epk"), field("erk")}) : KeyPosition{field("epk") + '\0', ""};
    return rows;
}

Result<> check_signed_table(const Exchange& x, std::string_view table) {
    if (x.identity.kind() != Identity::Kind::service_sas) return {};
    if (equals_ignoring_case(x.query.value_or_empty("tn"), table)) return {};
    return sas_refused("The specified signed resource is not allowed for the this resource level");
}

}  // namespace lazulite::table
