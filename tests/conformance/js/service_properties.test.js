// Get and Set Blob Service Properties, CORS, Get Blob Service Stats. An account has one set of properties: what was there
// is put back. The default version is left alone, since it cannot be unset.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { aContainer, endpoint, options, refused, service } from "./env.js";
import { expectError, request } from "./raw.js";

const ORIGIN = "http://www.contoso.example";
const rule = (changes) => ({
  allowedOrigins: ORIGIN, allowedMethods: "GET", allowedHeaders: "", exposedHeaders: "", maxAgeInSeconds: 0, ...changes,
}); // prettier-ignore
const put = (inner) =>
  request("PUT", "/", {
    query: "restype=service&comp=properties",
    body: Buffer.from(`<StorageServiceProperties>${inner}</StorageServiceProperties>`),
  });

describe("Blob Service Properties", () => {
  let found;
  before(async () => {
    found = await service.getProperties();
  });
  after(async () => {
    const { blobAnalyticsLogging, hourMetrics, minuteMetrics, cors, deleteRetentionPolicy, staticWebsite } = found;
    await service.setProperties({ blobAnalyticsLogging, hourMetrics, minuteMetrics, cors, deleteRetentionPolicy, staticWebsite });
  });

  test("everything comes back", async () => {
    const retentionPolicy = { enabled: true, days: 3 };
    const wanted = {
      blobAnalyticsLogging: { version: "1.0", deleteProperty: true, read: false, write: true, retentionPolicy },
      hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy },
      minuteMetrics: { version: "1.0", enabled: false, retentionPolicy: { enabled: false } },
      cors: [rule(), rule({ allowedMethods: "GET,PUT", allowedHeaders: "x-ms-a,x-ms-*", exposedHeaders: "*", maxAgeInSeconds: 8888 })],
      deleteRetentionPolicy: { enabled: true, days: 5 },
      staticWebsite: { enabled: true, indexDocument: "index.html", errorDocument404Path: "error/404.html" },
    };
    const answer = await service.setProperties(wanted);
    assert.equal(answer._response.status, 202);
    const now = await service.getProperties();
    for (const name of Object.keys(wanted)) {
      assert.partialDeepStrictEqual(now[name], wanted[name], name);
    }
  });

  test("what is left out stays", async () => {
    await service.setProperties({ cors: [rule()] });
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 7 } });
    const now = await service.getProperties();
    assert.equal(now.cors.length, 1);
    assert.equal(now.deleteRetentionPolicy.days, 7);
  });

  test("refusals", async () => {
    await refused(service.setProperties({ cors: Array(6).fill(rule()) }), 400, "InvalidXmlDocument");
    await refused(service.setProperties({ cors: [rule({ allowedMethods: "TRACE" })] }), 400, "InvalidXmlNodeValue");
    await refused(service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 366 } }), 400, "InvalidXmlDocument");
    expectError(await put("<Nothing />"), 400, "UnsupportedXmlNode", { XmlNodeName: "Nothing" });
    expectError(await put("<StaticWebsite />"), 400, "MissingRequiredXmlNode", { XmlNodeName: "Enabled" });
  });

  test("preflight", async () => {
    await service.setProperties({ cors: [rule({ allowedMethods: "PUT", allowedHeaders: "x-ms-*", maxAgeInSeconds: 9 })] });
    const ask = (headers) => request("OPTIONS", "/any/blob", { headers: { Origin: ORIGIN, ...headers }, signed: false });
    const allowed = await ask({ "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-ms-version" });
    assert.equal(allowed.status, 200);
    assert.equal(allowed.headers["access-control-allow-origin"], ORIGIN);
    assert.equal(allowed.headers["access-control-allow-methods"], "PUT");
    assert.equal(allowed.headers["access-control-allow-headers"], "x-ms-version");
    assert.equal(allowed.headers["access-control-max-age"], "9");
    assert.equal(allowed.headers["access-control-allow-credentials"], "true");
    expectError(await ask({ "Access-Control-Request-Method": "GET" }), 403, "CorsPreflightFailure");
    expectError(await ask({}), 400, "InvalidHeaderValue");
  });

  test("actual requests", async (t) => {
    const container = await aContainer(t);
    await container.uploadBlockBlob("blob", "x", 1);
    await service.setProperties({ cors: [rule({ exposedHeaders: "etag" })] });
    const path = `/${container.containerName}/blob`;
    const { headers } = await request("GET", path, { headers: { Origin: ORIGIN } });
    assert.equal(headers["access-control-allow-origin"], ORIGIN);
    assert.equal(headers["access-control-expose-headers"].toLowerCase(), "etag");
    assert.equal(headers.vary, "Origin");
    const other = await request("GET", path, { headers: { Origin: "http://x.example" } });
    assert.deepEqual([other.status, other.headers.vary, other.headers["access-control-allow-origin"]], [200, "Origin", undefined]);
  });
});

test("Get Blob Service Stats", async () => {
  const secondary = new BlobServiceClient(`${endpoint}-secondary`, service.credential, options);
  const { geoReplication } = await secondary.getStatistics();
  assert.equal(geoReplication.status, "live");
  assert.ok(Math.abs(geoReplication.lastSyncOn - Date.now()) < 3600_000);
  await refused(service.getStatistics(), 400, "InvalidQueryParameterValue");
});
