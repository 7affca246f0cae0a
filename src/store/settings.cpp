#include "store/settings.hpp"

namespace lazulite {

// Names are TEXT in this table, and what is bound is a BLOB.

std::string read_setting(ReadTxn& tx, std::string_view name) {
    Cursor row = tx.query("SELECT value FROM settings WHERE name = CAST(?1 AS TEXT)", name);
    return row.next() ? std::string(row.bytes(0)) : std::string();
}

void write_setting(WriteTxn& tx, std::string_view name, std::string_view value) {
    tx.execute("INSERT INTO settings(name, value) VALUES(CAST(?1 AS TEXT), ?2) ON CONFLICT(name) DO UPDATE SET value = ?2",
               name, value);
}

}  // namespace lazulite
