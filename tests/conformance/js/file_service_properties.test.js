// Get and Set File Service Properties, CORS; each test on an account of its own.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onEmulator, refused } from "./env.js";
import { ownFiles, statusOf } from "./file_env.js";

const ORIGIN = "http://www.contoso.example";
const rule = (changes) => ({
  allowedOrigins: ORIGIN,
  allowedMethods: "GET",
  allowedHeaders: "",
  exposedHeaders: "",
  maxAgeInSeconds: 0,
  ...changes,
});

describe("File Service Properties", { skip: !onEmulator }, () => {
  test("everything comes back", async () => {
    const { service } = await ownFiles();
    const retentionPolicy = { enabled: true, days: 3 };
    const wanted = {
      hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy },
      minuteMetrics: { version: "1.0", enabled: false, retentionPolicy: { enabled: false } },
      cors: [
        rule(),
        rule({ allowedMethods: "GET,PUT", allowedHeaders: "x-ms-a,x-ms-*", exposedHeaders: "*", maxAgeInSeconds: 8888 }),
      ],
    };
    const protocol = {
      smb: { multichannel: { enabled: true }, encryptionInTransit: { required: true } },
      nfs: { encryptionInTransit: { required: true } },
    };
    assert.equal(statusOf(await service.setProperties({ ...wanted, protocol })), 202);
    const found = await service.getProperties();
    for (const name of Object.keys(wanted)) assert.partialDeepStrictEqual(found[name], wanted[name], name);
    assert.partialDeepStrictEqual(found.protocol, protocol);
  });

  test("what is left out stays", async () => {
    const { service } = await ownFiles();
    await service.setProperties({ cors: [rule()] });
    await service.setProperties({ protocol: { smb: { multichannel: { enabled: true } } } });
    const found = await service.getProperties();
    assert.deepEqual([found.cors.length, found.protocol.smb.multichannel.enabled], [1, true]);
    await service.setProperties({ cors: [] });
    assert.deepEqual((await service.getProperties()).cors ?? [], []);
  });

  test("refusals", async () => {
    const { service } = await ownFiles();
    await refused(service.setProperties({ cors: Array(6).fill(rule()) }), 400, "InvalidXmlDocument");
    await refused(service.setProperties({ cors: [rule({ allowedMethods: "TRACE" })] }), 400, "InvalidXmlNodeValue");
  });

  test("a browser asks first", async () => {
    const { service, url } = await ownFiles();
    await service.setProperties({ cors: [rule({ allowedMethods: "PUT", allowedHeaders: "x-ms-*", maxAgeInSeconds: 9 })] });
    const preflight = (origin) =>
      fetch(`${url}/any/file`, {
        method: "OPTIONS",
        headers: { Origin: origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-ms-write" },
      });
    const allowed = await preflight(ORIGIN);
    assert.deepEqual(
      [allowed.status, allowed.headers.get("access-control-allow-origin"), allowed.headers.get("access-control-max-age")],
      [200, ORIGIN, "9"],
    );
    const other = await preflight("http://other.example");
    assert.deepEqual([other.status, other.headers.get("x-ms-error-code")], [403, "CorsPreflightFailure"]);
  });
});
