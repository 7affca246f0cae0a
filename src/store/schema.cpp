#include "store/ledger.hpp"

namespace lazulite {

// The names in meta and settings are TEXT: write them as literals in the statement, since a bound std::string_view is a
// BLOB. WITHOUT ROWID tables keep their rows below 1,002 bytes, from where on SQLite spills at 4 KiB pages.
const char* const kMechanismSchema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY NOT NULL, value);
CREATE TABLE settings(name TEXT PRIMARY KEY NOT NULL, value);

-- kind: 1 inline (body = the bytes), 2 list (list_chunks), 3 map (map_spans), 4 range (body = a block source).
-- refs: rows that name it and contents that stand on it; 0 while it waits in the reclaim queue. base_id, base_size: the
-- map below, and how much of it is seen where there are no spans. changes: how often spans were written over.
CREATE TABLE contents(
  content_id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL, refs INTEGER NOT NULL, size INTEGER NOT NULL,
  base_id INTEGER, base_size INTEGER, changes INTEGER NOT NULL DEFAULT 0,
  body BLOB);
CREATE INDEX contents_above ON contents(base_id) WHERE base_id IS NOT NULL;
CREATE TABLE list_chunks(
  content_id INTEGER NOT NULL, start INTEGER NOT NULL, entries BLOB NOT NULL,
  PRIMARY KEY(content_id, start)) WITHOUT ROWID;
CREATE TABLE map_spans(
  content_id INTEGER NOT NULL, "end" INTEGER NOT NULL, start INTEGER NOT NULL, source BLOB NOT NULL, crc INTEGER,
  PRIMARY KEY(content_id, "end")) WITHOUT ROWID;

-- Ranges with more than one name, and how many. A range without a row here has one.
CREATE TABLE shared_ranges(
  extent_id INTEGER NOT NULL, offset INTEGER NOT NULL, refs INTEGER NOT NULL,
  PRIMARY KEY(extent_id, offset)) WITHOUT ROWID;

-- length: where the last range ends that was ever named; live: bytes of the ranges that are named; freed: bytes of those
-- that stand in the reclaim queue. When live and freed are 0 the file may go.
CREATE TABLE extents(
  extent_id INTEGER PRIMARY KEY, length INTEGER NOT NULL, live INTEGER NOT NULL, freed INTEGER NOT NULL);
CREATE INDEX extents_dead ON extents(extent_id) WHERE live = 0 AND freed = 0;
CREATE TABLE reclaim(seq INTEGER PRIMARY KEY, work BLOB NOT NULL);

CREATE TABLE expiry(
  due INTEGER NOT NULL, kind INTEGER NOT NULL, id INTEGER NOT NULL, key BLOB,
  PRIMARY KEY(due, kind, id)) WITHOUT ROWID;
)sql";

}  // namespace lazulite
