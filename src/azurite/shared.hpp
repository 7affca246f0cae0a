#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "azurite/document.hpp"
#include "base/etag.hpp"
#include "lease/lease.hpp"
#include "service/service_properties.hpp"
#include "store/stores.hpp"

namespace lazulite::azurite {

// What documents of several services have alike.

/// `metadata`, packed (wire/metadata.hpp).
[[nodiscard]] std::string metadata_of(const Document& document);
/// `containerAcl` and its kin, packed (auth/stored_policy.hpp).
[[nodiscard]] std::string policies_of(const Document& document, const char* member);
/// `etag` and `lastModified`.
[[nodiscard]] Revision revision_of(const Document& properties);
/// The lease of a container or blob: its state stands in the properties, the rest beside them.
[[nodiscard]] MaybeLease lease_of(const Document& document);

/// A document of the services' own collection.
inline constexpr std::string_view kServices = "$SERVICES_COLLECTION$";
[[nodiscard]] ServiceProperties service_properties_of(const Document& document);

/// Names that are there already, several of an account and kind.
struct TakenNames {
    std::string account;
    std::string kind;  ///< "container"
    std::vector<std::string> names;
};

/// What an import counts and notices on its way.
struct Report {
    std::uint64_t containers = 0, blobs = 0, snapshots = 0, uncommitted = 0, queues = 0, messages = 0, tables = 0, entities = 0;
    std::uint64_t bytes = 0;  ///< that were read: what several blobs share counts once
    std::vector<std::string> accounts;
    std::vector<std::string> warnings;

    void found_account(const std::string& name);
};

/// The part of an import that one service has. Each step is done once, in this order; what is wrong throws.
class ServiceImport {
  public:
    virtual ~ServiceImport() = default;
    /// Reads everything and writes nothing. Adds the names that stores have already.
    virtual void check(std::vector<TakenNames>& taken) = 0;
    virtual void write() = 0;    ///< all but the names
    virtual void publish() = 0;  ///< the names
    virtual void abandon() = 0;  ///< instead of publish()
};

/// The store of an account, or an exception.
[[nodiscard]] std::shared_ptr<Store> open_store(Stores& stores, const std::string& account, std::string_view kind);
/// `fn(WriteTxn&)` in a transaction; a failure of the store throws.
void write_to(Store& store, const std::function<void(WriteTxn&)>& fn);
/// The same of reading.
void read_from(Store& store, const std::function<void(ReadTxn&)>& fn);

/// Surrogate ids below which an import puts rows that nobody knows yet stand in a setting of the store until they have
/// names. `clear` removes what is below one: an import was cut off there.
void note_unnamed(WriteTxn& tx, const std::vector<std::int64_t>& ids);
void clear_unnamed(WriteTxn& tx, const std::function<void(std::int64_t)>& clear);
void all_named(WriteTxn& tx);

}  // namespace lazulite::azurite
