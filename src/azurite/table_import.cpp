#include <map>

#include "azurite/services.hpp"
#include "azurite/table_document.hpp"
#include "base/text.hpp"
#include "service/current_properties.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::azurite {
namespace {

constexpr std::string_view kTables = "$TABLES_COLLECTION$";

class TableImport final : public ServiceImport {
  public:
    TableImport(const Folder& folder, Stores& stores, Report& report)
        : folder_(folder), stores_(stores), report_(report) {}

    void check(std::vector<TakenNames>& taken) override;
    void write() override;
    void publish() override;
    void abandon() override;

  private:
    struct Account {
        std::shared_ptr<Store> store;
        std::map<std::string, table::Table, std::less<>> tables;  ///< by names in lower case
        std::optional<ServiceProperties> properties;
    };
    struct Place {
        Store& store;
        const table::Table& table;
    };

    Account& account_of(const Document& document, const char* member);
    [[nodiscard]] std::optional<Place> place_of(std::string_view collection);
    void check_document(std::string_view collection, const Document& document);
    static void clear(WriteTxn& tx) {
        clear_unnamed(tx, [&](std::int64_t table_id) { tx.drain(WriteTxn::Drain::table, table_id); });
    }

    const Folder& folder_;
    Stores& stores_;
    Report& report_;
    std::map<std::string, Account, std::less<>> accounts_;
};

TableImport::Account& TableImport::account_of(const Document& document, const char* member) {
    const std::string name = document.at(member).text();
    report_.found_account(name);
    Account& account = accounts_[name];
    if (!account.store) account.store = open_store(stores_, name, "table");
    return account;
}

/// The entities of a table stand in a collection `account$table`.
std::optional<TableImport::Place> TableImport::place_of(std::string_view collection) {
    const std::size_t dollar = collection.find('$');
    if (dollar == 0 || dollar == std::string_view::npos) return std::nullopt;
    const auto account = accounts_.find(collection.substr(0, dollar));
    if (account == accounts_.end()) return std::nullopt;
    const auto table = account->second.tables.find(to_lower(collection.substr(dollar + 1)));
    if (table == account->second.tables.end()) return std::nullopt;
    return Place{*account->second.store, table->second};
}

void TableImport::check_document(std::string_view collection, const Document& document) {
    if (collection == kServices) {
        account_of(document, "accountName").properties = service_properties_of(document);
    } else if (collection == kTables) {
        table::Table table;
        table.name = document.at("table").text();
        const auto meta = document.find("meta");
        const auto created = meta ? meta->find("created") : std::nullopt;
        if (created) table.created = created->time();
        table.policies = policies_of(document, "tableAcl");
        const std::string name = to_lower(table.name);  // the letter case tells no tables apart
        if (!account_of(document, "account").tables.emplace(name, std::move(table)).second) {
            refuse(document.where(), "table " + name + " is there twice");
        }
    } else if (place_of(collection)) {
        static_cast<void>(entity_of(document));
    }
}

void TableImport::check(std::vector<TakenNames>& taken) {
    folder_.read(kTableFile, [this](std::string_view collection, const Document& document) {
        check_document(collection, document);
    });
    for (auto& [name, account] : accounts_) {
        TakenNames there{name, "table", {}};
        read_from(*account.store, [&](ReadTxn& tx) {
            there.names.clear();
            for (const auto& [table, row] : account.tables) {
                if (table::find_table(tx, table)) there.names.push_back(row.name);
            }
        });
        if (!there.names.empty()) taken.push_back(std::move(there));
    }
}

void TableImport::write() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            clear(tx);
            std::vector<std::int64_t> ids;
            for (auto& [table, row] : account.tables) ids.push_back(row.table_id = tx.next_id());
            note_unnamed(tx, ids);
        });
    }
    folder_.read(kTableFile, [this](std::string_view collection, const Document& document) {
        const auto place = place_of(collection);
        if (!place) return;
        const table::Entity entity = entity_of(document);
        write_to(place->store, [&](WriteTxn& tx) { put_entity(tx, place->table.table_id, entity); });
        ++report_.entities;
    });
}

void TableImport::publish() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            for (const auto& [table, row] : account.tables) insert_table(tx, row);
            if (account.properties) store_properties(tx, *account.properties);
            all_named(tx);
        });
        if (account.properties) properties_changed(*account.store);
        report_.tables += account.tables.size();
    }
}

void TableImport::abandon() {
    for (auto& [name, account] : accounts_) write_to(*account.store, [](WriteTxn& tx) { clear(tx); });
}

}  // namespace

std::unique_ptr<ServiceImport> import_tables(const Folder& folder, Stores& stores, Report& report) {
    return std::make_unique<TableImport>(folder, stores, report);
}

}  // namespace lazulite::azurite
