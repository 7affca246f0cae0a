// What all parts share: the names of things, clients for one storage account, and a reading's shape on its way.

import { TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

const DEVELOPMENT = "UseDevelopmentStorage=true";

/** Clients for queues `telemetry` and `telemetry-poison`, table `telemetry` and container `telemetry`, made if need be. */
export async function openAccount(connectionString = process.env.AZURE_STORAGE_CONNECTION_STRING ?? DEVELOPMENT, prefix = "") {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const account = {
    queue: queues.getQueueClient(`${prefix}telemetry`),
    poison: queues.getQueueClient(`${prefix}telemetry-poison`),
    table: TableClient.fromConnectionString(connectionString, `${prefix}telemetry`, { allowInsecureConnection: true }),
    archive: BlobServiceClient.fromConnectionString(connectionString).getContainerClient(`${prefix}telemetry`),
  };
  await Promise.all([
    account.queue.createIfNotExists(),
    account.poison.createIfNotExists(),
    account.table.createTable(),
    account.archive.createIfNotExists(),
  ]);
  return account;
}

/** Deletes all that openAccount made, and what is in it. */
export const deleteAll = ({ queue, poison, table, archive }) =>
  Promise.all([queue.delete(), poison.delete(), table.deleteTable(), archive.delete()]);

/**
 * A reading from the text of a message: { device, time, temperature, humidity, pressure }, `time` in ISO 8601, UTC.
 * Throws for a text that is none: malformed, incomplete, or out of any sensor's range.
 */
export function parseReading(text) {
  const reading = JSON.parse(text);
  const matches = (value, pattern) => typeof value === "string" && pattern.test(value);
  const within = (value, low, high) => typeof value === "number" && value >= low && value <= high;
  const good =
    matches(reading?.device, /^[\w-]{1,100}$/) &&
    matches(reading.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/) &&
    within(reading.temperature, -90, 150) &&
    within(reading.humidity, 0, 100) &&
    within(reading.pressure, 300, 1100);
  if (!good) throw new Error(`not a reading: ${text.slice(0, 200)}`);
  return reading;
}

/** The device is the partition, the time the row: a device's last hour is one narrow range. */
export const entityOf = ({ device, time, temperature, humidity, pressure }) => ({
  partitionKey: device,
  rowKey: time,
  Temperature: { type: "Double", value: temperature },
  Humidity: { type: "Double", value: humidity },
  Pressure: { type: "Double", value: pressure },
});

export const readingOf = ({ partitionKey, rowKey, Temperature, Humidity, Pressure }) => ({
  device: partitionKey,
  time: rowKey,
  temperature: Temperature,
  humidity: Humidity,
  pressure: Pressure,
});
