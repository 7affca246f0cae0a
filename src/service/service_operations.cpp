#include "service/service_operations.hpp"

#include "service/current_properties.hpp"
#include "service/receive.hpp"
#include "wire/codec.hpp"

namespace lazulite {
namespace {

constexpr std::uint64_t kMostPropertiesBytes = 64 << 10;
constexpr std::uint64_t kMostAclBytes = 64 << 10;  // five policies stay well below

PropertiesDialect dialect_of(const Exchange& x) { return {x.target.service, x.version}; }

/// As the service was seen to write it: replicated up to now, so nothing is ever missing on the secondary.
std::string stats(Instant last_sync) {
    XmlWriter xml;
    XmlEncoder encoder(xml);
    xml.open("StorageServiceStats");
    xml.open("GeoReplication");
    encoder.element("Status", std::string_view("live"));
    encoder.element("LastSyncTime", last_sync);
    xml.close();
    xml.close();
    return xml.take();
}

Response xml_response(std::string body) {
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(std::move(body));
    return response;
}

}  // namespace

Task<Result<Response>> get_service_properties(Exchange& x) {
    LAZ_CO_TRY(const auto current, current_properties(*x.store, x.behaviour));
    co_return xml_response(write_service_properties(current->values, dialect_of(x)));
}

Task<Result<Response>> set_service_properties(Exchange& x) {
    Result<Response> response =
        co_await set_service_properties(x, [](WriteTxn&, const ServiceProperties&) -> Result<> { return {}; });
    co_return response;
}

Task<Result<Response>> set_service_properties(Exchange& x,
                                              std::function<Result<>(WriteTxn&, const ServiceProperties&)> also) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostPropertiesBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const ServiceProperties given, parse_service_properties(body, dialect_of(x)));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        store_properties(tx, given);
        return also(tx, given);
    }));
    properties_changed(*x.store);
    Response response;
    response.status = 202;
    co_return response;
}

Task<Result<Response>> get_service_stats(Exchange& x) {
    if (!x.target.secondary) {
        co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                           .with("QueryParameterName", "comp")
                           .with("QueryParameterValue", x.query.value_or_empty("comp"))
                           .with("Reason", "Stats are answered by the secondary endpoint."));
    }
    co_return xml_response(stats(x.store->now()));
}

Task<Result<StoredPolicies>> receive_stored_policies(Exchange& x, PolicyLetters letters) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostAclBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    co_return parse_signed_identifiers(body, letters);
}

void show_stored_policies(Response& response, std::string_view packed) {
    response.fields.add("Content-Type", "application/xml");
    response.set_body(write_signed_identifiers(unpack_policies(packed)));
}

}  // namespace lazulite
