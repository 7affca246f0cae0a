// Writes a day of the table to the archive, one blob a device in the Cool tier, and forgets rows that are old.
//
//     node archive.js [day = yesterday, as 2024-01-15] [days to keep = 30]
//
// 2024/01/15/device-123.json holds all readings of that device and day, one a line, by time. Writing it again gives the
// same blob.

import { pathToFileURL } from "node:url";
import { openAccount, readingOf } from "./account.js";

const DAY_MS = 24 * 3600 * 1000;
const UPLOADS = 16; // in flight
const TRANSACTION = 100; // changes; there cannot be more

const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

/** Entities whose rows lie within a time, in the order of device and time. */
const rowsBetween = (table, from, to) =>
  table.listEntities({ queryOptions: { filter: `RowKey ge '${from}' and RowKey lt '${to}'` } });

/** Groups of neighbours that share a device. */
async function* byDevice(entities) {
  let group = [];
  for await (const entity of entities) {
    if (group.length > 0 && group[0].partitionKey !== entity.partitionKey) {
      yield group;
      group = [];
    }
    group.push(entity);
  }
  if (group.length > 0) yield group;
}

/** Archives the readings of a day; gives the number of blobs. */
export async function archiveDay({ table, archive }, day) {
  const groups = byDevice(rowsBetween(table, day, dayOf(Date.parse(day) + DAY_MS)));
  let blobs = 0;
  const uploader = async () => {
    for await (const group of { [Symbol.asyncIterator]: () => ({ next: () => groups.next() }) }) {
      const lines = group.map((entity) => JSON.stringify(readingOf(entity)) + "\n").join("");
      const blob = archive.getBlockBlobClient(`${day.replaceAll("-", "/")}/${group[0].partitionKey}.json`);
      await blob.upload(lines, Buffer.byteLength(lines), { tier: "Cool", blobHTTPHeaders: { blobContentType: "application/x-ndjson" } });
      blobs++;
    }
  };
  await Promise.all(Array.from({ length: UPLOADS }, uploader));
  return blobs;
}

/** Deletes readings from before a day; gives their number. */
export async function forgetBefore({ table }, day) {
  let forgotten = 0;
  for await (const group of byDevice(rowsBetween(table, "", day))) {
    for (let first = 0; first < group.length; first += TRANSACTION) {
      const batch = group.slice(first, first + TRANSACTION);
      await table.submitTransaction(batch.map(({ partitionKey, rowKey }) => ["delete", { partitionKey, rowKey }]));
      forgotten += batch.length;
    }
  }
  return forgotten;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [day = dayOf(Date.now() - DAY_MS), keep = "30"] = process.argv.slice(2);
  const account = await openAccount();
  console.log(`${await archiveDay(account, day)} blobs written`);
  console.log(`${await forgetBefore(account, dayOf(Date.now() - Number(keep) * DAY_MS))} readings forgotten`);
}
