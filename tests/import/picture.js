// All that an account shows of itself, as plain values that can be compared.

import { createHash } from "node:crypto";
import { clients } from "./fill.js";

const all = async (listing) => {
  const items = [];
  for await (const item of listing) items.push(item);
  return items;
};
const pick = (from, ...names) => Object.fromEntries(names.map((name) => [name, from[name]]));
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const md5 = (bytes) => bytes && Buffer.from(bytes).toString("base64");

/** Every member there, with a default, so that Azurite's habit of leaving some out does not show. */
const lease = (of) => ({ state: of.leaseState ?? "available", status: of.leaseStatus ?? "unlocked", duration: of.leaseDuration });

async function contentOf(client) {
  try {
    return hash(await client.downloadToBuffer());
  } catch (error) {
    return error.code ?? error.details?.errorCode;
  }
}

/** Neighbours as one: Azurite shows each write apart. The count of the SDK is one less than that of the bytes. */
function merged(ranges) {
  const whole = [];
  for (const { offset, count } of ranges) {
    const last = whole.at(-1);
    if (last && last.offset + last.count + 1 === offset) last.count += count + 1;
    else whole.push({ offset, count });
  }
  return whole;
}

async function blobOf(container, item) {
  const of = (client) => (item.snapshot ? client.withSnapshot(item.snapshot) : client);
  const client = of(container.getBlobClient(item.name));
  let properties;
  try {
    properties = await client.getProperties();
  } catch (error) {
    if (error.statusCode !== 404) throw error;
    const lists = await container.getBlockBlobClient(item.name).getBlockList("uncommitted");
    return { name: item.name, staged: lists.uncommittedBlocks };
  }
  const shown = {
    ...pick(item, "name", "snapshot", "tags"),
    metadata: item.metadata || {}, // without any Azurite says "" of some
    ...pick(item.properties, "etag", "lastModified", "contentLength", "blobType", "blobSequenceNumber"),
  };
  const more = {
    ...pick(properties, "contentType", "contentEncoding", "contentLanguage", "contentDisposition", "cacheControl", "createdOn", "blobCommittedBlockCount"),
    md5: md5(properties.contentMD5),
    headEtag: properties.etag,
    sealed: properties.isSealed ?? false,
    content: await contentOf(client),
  };
  if (!item.snapshot) more.lease = lease(properties);
  if (shown.blobType === "BlockBlob") {
    more.tier = pick(properties, "accessTier");
    more.inferred = properties.accessTierInferred ?? false;
    if (properties.accessTier !== "Archive") {
      const lists = await of(container.getBlockBlobClient(item.name)).getBlockList("all");
      more.committed = lists.committedBlocks ?? [];
      more.staged = item.snapshot ? [] : (lists.uncommittedBlocks ?? []);
    }
  }
  if (shown.blobType === "PageBlob") {
    const ranges = await of(container.getPageBlobClient(item.name)).getPageRanges(0, shown.contentLength);
    more.pages = merged(ranges.pageRange);
  }
  return { ...shown, ...more };
}

async function containerOf(blobs, item) {
  const container = blobs.getContainerClient(item.name);
  const policies = await container.getAccessPolicy();
  const listed = await all(container.listBlobsFlat({ includeMetadata: true, includeSnapshots: true, includeTags: true, includeUncommitedBlobs: true }));
  // Snapshots in the order of their ids, and the blob behind them: Azurite lists them in another.
  listed.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || (a.snapshot || "9").localeCompare(b.snapshot || "9"));
  const found = [];
  for (const blob of listed) found.push(await blobOf(container, blob));
  return {
    ...pick(item, "name", "metadata"),
    ...pick(item.properties, "etag", "lastModified", "publicAccess"),
    lease: lease(item.properties),
    policies: policies.signedIdentifiers,
    blobs: found,
  };
}

async function queueOf(queues, item) {
  const queue = queues.getQueueClient(item.name);
  const peeked = (await queue.peekMessages({ numberOfMessages: 32 })).peekedMessageItems;
  return {
    ...pick(item, "name", "metadata"),
    count: (await queue.getProperties()).approximateMessagesCount,
    policies: (await queue.getAccessPolicy()).signedIdentifiers,
    messages: peeked.map((message) => pick(message, "messageId", "insertedOn", "expiresOn", "dequeueCount", "messageText")),
  };
}

/** A time without the zeros at its end, which the service leaves out and Azurite does not. */
const short = (time) => time.replace(/\.?0*Z/, "Z");

async function tableOf(table) {
  const policies = await table.getAccessPolicy();
  return {
    name: table.tableName,
    policies: policies.map((policy) => ({ ...policy })),
    entities: (await all(table.listEntities())).map(({ etag, timestamp, ...entity }) => ({ ...entity, etag: short(etag), timestamp: short(timestamp) })),
  };
}

const plain = (value) => JSON.parse(JSON.stringify(value, (_key, held) => (typeof held === "bigint" ? `${held}n` : held)));

function propertiesOf(answer) {
  const { blobAnalyticsLogging, queueAnalyticsLogging, hourMetrics, minuteMetrics, cors, staticWebsite } = answer;
  return { logging: blobAnalyticsLogging ?? queueAnalyticsLogging, hourMetrics, minuteMetrics, cors, staticWebsite };
}

export async function picture(connection) {
  const { blobs, queues, tables, table } = clients(connection);
  const shown = { containers: [], queues: [], tables: [] };
  for (const item of await all(blobs.listContainers({ includeMetadata: true }))) shown.containers.push(await containerOf(blobs, item));
  for (const item of await all(queues.listQueues({ includeMetadata: true }))) shown.queues.push(await queueOf(queues, item));
  for (const { name } of await all(tables.listTables())) shown.tables.push(await tableOf(table(name)));
  shown.containers.sort((a, b) => (a.name < b.name ? -1 : 1));
  shown.tables.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  shown.blobProperties = propertiesOf(await blobs.getProperties());
  shown.queueProperties = propertiesOf(await queues.getProperties());
  return plain(shown);
}
