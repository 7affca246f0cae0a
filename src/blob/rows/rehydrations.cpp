#include "blob/rows/rehydrations.hpp"

namespace lazulite::blob {

void put_rehydration(WriteTxn& tx, const RehydrationEnd& end) {
    tx.execute(
        "INSERT INTO rehydrations(due, container, dir_id, name, class, tick, request_id, client_request_id, endpoint) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        tick_count(end.due), end.container, end.key.dir_id, end.key.name, end.which ? static_cast<int>(end.which->kind) : 0,
        end.which ? tick_count(end.which->id) : std::int64_t{0}, end.request_id, end.client_request_id, end.endpoint);
}

bool has_rehydrations(ReadTxn& tx) { return tx.query("SELECT 1 FROM rehydrations LIMIT 1").next(); }

std::optional<RehydrationEnd> due_rehydration(ReadTxn& tx) {
    Cursor row = tx.query(
        "SELECT seq, due, container, dir_id, name, class, tick, request_id, client_request_id, endpoint FROM rehydrations "
        "WHERE due <= ?1 ORDER BY due, seq LIMIT 1",
        tick_count(tx.now()));
    if (!row.next()) return std::nullopt;
    RehydrationEnd end;
    end.seq = row.integer(0);
    end.due = instant_of(row.integer(1));
    end.container = row.bytes(2);
    end.key = {row.integer(3), std::string(row.bytes(4))};
    if (row.integer(5) != 0) end.which = HistoryId{static_cast<HistoryClass>(row.integer(5)), instant_of(row.integer(6))};
    end.request_id = row.bytes(7);
    end.client_request_id = row.bytes(8);
    end.endpoint = row.bytes(9);
    return end;
}

void remove_rehydration(WriteTxn& tx, std::int64_t seq) { tx.execute("DELETE FROM rehydrations WHERE seq = ?1", seq); }

}  // namespace lazulite::blob
