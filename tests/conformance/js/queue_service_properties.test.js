// Get and Set Queue Service Properties, CORS, Get Queue Service Stats. What was there is put back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { QueueServiceClient } from "@azure/storage-queue";
import { options, refused } from "./env.js";
import { aQueue, ask, ORIGIN, queueEndpoint, queues } from "./queue_env.js";
import { expectError } from "./raw.js";

const rule = (changes) => ({
  allowedOrigins: ORIGIN, allowedMethods: "GET", allowedHeaders: "", exposedHeaders: "", maxAgeInSeconds: 0, ...changes,
}); // prettier-ignore
const put = (inner) =>
  ask("PUT", "/", {
    query: "restype=service&comp=properties",
    body: Buffer.from(`<StorageServiceProperties>${inner}</StorageServiceProperties>`),
  });

describe("Queue Service Properties", () => {
  let found;
  before(async () => {
    found = await queues.getProperties();
  });
  after(async () => {
    const { queueAnalyticsLogging, hourMetrics, minuteMetrics, cors = [] } = found; // no rules are shown as none
    await queues.setProperties({ queueAnalyticsLogging, hourMetrics, minuteMetrics, cors });
  });

  test("everything comes back", async () => {
    const retentionPolicy = { enabled: true, days: 3 };
    const wanted = {
      queueAnalyticsLogging: { version: "1.0", deleteProperty: true, read: false, write: true, retentionPolicy },
      hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy },
      minuteMetrics: { version: "1.0", enabled: false, retentionPolicy: { enabled: false } },
      cors: [rule(), rule({ allowedMethods: "GET,POST", allowedHeaders: "x-ms-a,x-ms-*", exposedHeaders: "*", maxAgeInSeconds: 8888 })],
    };
    assert.equal((await queues.setProperties(wanted))._response.status, 202);
    const now = await queues.getProperties();
    for (const name of Object.keys(wanted)) assert.partialDeepStrictEqual(now[name], wanted[name], name);
  });

  test("what is left out stays", async () => {
    await queues.setProperties({ cors: [rule()] });
    await queues.setProperties({ hourMetrics: { version: "1.0", enabled: true, includeAPIs: false, retentionPolicy: { enabled: false } } });
    assert.equal((await queues.getProperties()).cors.length, 1);
    await queues.setProperties({ cors: [] });
    const now = await queues.getProperties();
    assert.deepEqual([now.cors ?? [], now.hourMetrics.enabled], [[], true]);
  });

  test("refusals", async () => {
    await refused(queues.setProperties({ cors: Array(6).fill(rule()) }), 400, "InvalidXmlDocument");
    await refused(queues.setProperties({ cors: [rule({ allowedMethods: "TRACE" })] }), 400, "InvalidXmlNodeValue");
    expectError(await put("<Nothing />"), 400, "UnsupportedXmlNode", { XmlNodeName: "Nothing" });
    expectError(await put("<HourMetrics><Version>1.0</Version></HourMetrics>"), 400, "MissingRequiredXmlNode", { XmlNodeName: "Enabled" });
  });

  test("preflight", async () => {
    await queues.setProperties({ cors: [rule({ allowedMethods: "POST", allowedHeaders: "x-ms-*", maxAgeInSeconds: 9 })] });
    const preflight = (headers) => ask("OPTIONS", "/any/messages", { headers: { Origin: ORIGIN, ...headers }, signed: false });
    const { status, headers } = await preflight({ "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-ms-version" });
    assert.equal(status, 200);
    assert.deepEqual(
      ["origin", "methods", "headers"].map((name) => headers[`access-control-allow-${name}`]),
      [ORIGIN, "POST", "x-ms-version"],
    );
    assert.equal(headers["access-control-max-age"], "9");
    expectError(await preflight({ "Access-Control-Request-Method": "GET" }), 403, "CorsPreflightFailure");
    expectError(await preflight({}), 400, "InvalidHeaderValue");
  });

  test("actual requests", async (t) => {
    const queue = await aQueue(t);
    await queues.setProperties({ cors: [rule({ exposedHeaders: "x-ms-*" })] });
    const get = (origin) => ask("GET", `/${queue.name}`, { query: "comp=metadata", headers: { Origin: origin } });
    const { headers } = await get(ORIGIN);
    assert.deepEqual([headers["access-control-allow-origin"], headers.vary], [ORIGIN, "Origin"]);
    assert.equal((await get("http://x.example")).headers["access-control-allow-origin"], undefined);
  });
});

test("Get Queue Service Stats", async () => {
  const secondary = new QueueServiceClient(`${queueEndpoint}-secondary`, queues.credential, options);
  // This release looks for another root element than the service sends (StorageServiceStats), so it shows nothing of it.
  const { bodyAsText } = (await secondary.getStatistics())._response;
  const [, status, lastSync] = /<Status>(.*)<\/Status><LastSyncTime>(.*)<\/LastSyncTime>/.exec(bodyAsText);
  assert.equal(status, "live");
  assert.ok(Math.abs(new Date(lastSync) - Date.now()) < 3600_000);
  await refused(queues.getStatistics(), 400, "InvalidQueryParameterValue");
});
