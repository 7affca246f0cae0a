// Shared Key, account SAS, anonymous requests, x-ms-version, headers of every answer, $root.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  AccountSASPermissions, AccountSASResourceTypes, AccountSASServices, BlobServiceClient, generateAccountSASQueryParameters,
  SASProtocol, StorageSharedKeyCredential,
} from "@azure/storage-blob"; // prettier-ignore
import { account, aContainer, aTextBlob, base64, endpoint, GUID, key, names, onEmulator, options, put, refused, service, textOf, unique } from "./env.js"; // prettier-ignore
import { expectError, request, VERSION } from "./raw.js";

const WRONG_KEY = base64("wrong  key  wrong  key  wrong  key");
const path = (blob) => `/${blob.containerName}/${blob.name}`;
const minutes = (count) => new Date(Date.now() + count * 60_000);

function sas({ permissions = "rwdlacu", resourceTypes = "sco", services = "b", ...rest } = {}) {
  const values = {
    expiresOn: minutes(60),
    permissions: AccountSASPermissions.parse(permissions),
    resourceTypes: AccountSASResourceTypes.parse(resourceTypes).toString(),
    services: AccountSASServices.parse(services).toString(),
    ...rest,
  };
  return generateAccountSASQueryParameters(values, service.credential).toString();
}
const client = (values) => new BlobServiceClient(`${endpoint}?${sas(values)}`, undefined, options);

describe("Shared Key", () => {
  test("wrong key", async (t) => {
    const blob = await aTextBlob(t);
    const stranger = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, WRONG_KEY), options);
    const container = stranger.getContainerClient(blob.containerName);
    await refused(container.getProperties(), 403, "AuthenticationFailed");
    await refused(container.getBlobClient("missing").download(), 403, "AuthenticationFailed");
    await refused(container.getBlobClient("blob").getProperties(), 403, "AuthenticationFailed");
    await refused(names(stranger.listContainers()), 403, "AuthenticationFailed");
    const answer = await request("GET", path(blob), { secret: WRONG_KEY });
    expectError(answer, 403, "AuthenticationFailed");
    assert.match(answer.body, /<AuthenticationErrorDetail>The MAC signature found in the HTTP request/);
  });

  // In the cloud the host name does not resolve; nothing is found under that name.
  test("unknown account", { skip: !onEmulator }, async () => {
    const credential = new StorageSharedKeyCredential("nosuchaccount", key);
    const stranger = new BlobServiceClient(`${new URL(endpoint).origin}/nosuchaccount`, credential, options);
    await refused(stranger.getContainerClient("container").getProperties(), 404, "ResourceNotFound");
  });

  test("dates", async (t) => {
    const blob = await aTextBlob(t);
    const at = (date) => request("GET", path(blob), { headers: { "x-ms-date": date } });
    assert.equal((await at(minutes(-10).toUTCString())).status, 200);
    for (const date of [minutes(-20).toUTCString(), minutes(-24 * 60).toUTCString(), "today", undefined]) {
      expectError(await at(date), 403, "AuthenticationFailed");
    }
  });
});

describe("Account SAS", () => {
  test("whole life of a blob", async () => {
    const container = client().getContainerClient(unique());
    await container.create();
    const blob = container.getBlockBlobClient("a b/ü+%");
    await put(blob, "hello", { metadata: { k: "v" } });
    assert.equal(await textOf(blob), "hello");
    assert.deepEqual(await names(container.listBlobsFlat()), ["a b/ü+%"]);
    await blob.delete();
    await container.delete();
  });

  // operation: resource type, letters of which any will do, the call
  const OPERATIONS = {
    "list containers": ["s", "l", (s, c) => names(s.listContainers({ prefix: c }))],
    "get container properties": ["c", "r", (s, c) => s.getContainerClient(c).getProperties()],
    "set container metadata": ["c", "w", (s, c) => s.getContainerClient(c).setMetadata({ a: "1" })],
    "list blobs": ["c", "l", (s, c) => names(s.getContainerClient(c).listBlobsFlat())],
    "get blob": ["o", "r", (s, c) => s.getContainerClient(c).getBlobClient("blob").download()],
    "get blob properties": ["o", "r", (s, c) => s.getContainerClient(c).getBlobClient("blob").getProperties()],
    "put new blob": ["o", "cw", (s, c) => put(s.getContainerClient(c).getBlockBlobClient(unique()), "x")],
    "put block": ["o", "w", (s, c) => s.getContainerClient(c).getBlockBlobClient("new").stageBlock(base64("a"), "x", 1)],
    "set blob metadata": ["o", "w", (s, c) => s.getContainerClient(c).getBlobClient("blob").setMetadata({ a: "1" })],
    "delete blob": ["o", "d", (s, c) => s.getContainerClient(c).getBlobClient("blob").delete()],
    "delete container": ["c", "d", (s, c) => s.getContainerClient(c).delete()],
  };

  for (const [name, [resourceTypes, letters, call]] of Object.entries(OPERATIONS)) {
    test(`${name} needs ${letters} on ${resourceTypes}`, async (t) => {
      const { containerName } = await aTextBlob(t);
      const others = [..."rwdxylacuptfi"].filter((letter) => !letters.includes(letter)).join("");
      await refused(call(client({ permissions: others, resourceTypes }), containerName), 403, "AuthorizationPermissionMismatch");
      const elsewhere = "sco".replace(resourceTypes, "");
      await refused(call(client({ resourceTypes: elsewhere }), containerName), 403, "AuthorizationResourceTypeMismatch");
      for (const permissions of letters) await call(client({ permissions, resourceTypes }), containerName);
    });
  }

  test("create does not overwrite", async (t) => {
    const blob = await aTextBlob(t);
    const mine = client({ permissions: "c" }).getContainerClient(blob.containerName).getBlockBlobClient("blob");
    await refused(put(mine, "x"), 403, "UnauthorizedBlobOverwrite");
    assert.equal(await textOf(blob), "hello");
  });

  for (const [what, values, code] of [
    ["expired", { expiresOn: minutes(-1) }, "AuthenticationFailed"],
    ["not yet valid", { startsOn: minutes(30) }, "AuthenticationFailed"],
    ["wrong service", { services: "qtf" }, "AuthorizationServiceMismatch"],
    ["another address", { ipRange: { start: "168.1.5.60", end: "168.1.5.70" } }, "AuthorizationSourceIPMismatch"],
    ["older format", { version: "2019-12-12", expiresOn: minutes(-1) }, "AuthenticationFailed"],
  ]) {
    test(what, async (t) => {
      const { containerName } = await aContainer(t);
      await refused(client(values).getContainerClient(containerName).getProperties(), 403, code);
    });
  }

  test("https only", { skip: !onEmulator }, async (t) => {
    const { containerName } = await aContainer(t);
    const mine = client({ protocol: SASProtocol.Https });
    await refused(mine.getContainerClient(containerName).getProperties(), 403, "AuthorizationProtocolMismatch");
  });

  test("wrong signature", async (t) => {
    const { containerName } = await aContainer(t);
    const credential = new StorageSharedKeyCredential(account, WRONG_KEY);
    const stranger = new BlobServiceClient(endpoint, credential, options);
    const url = stranger.generateAccountSasUrl(minutes(60), AccountSASPermissions.parse("r"), "sco");
    const mine = new BlobServiceClient(url, undefined, options);
    await refused(mine.getContainerClient(containerName).getProperties(), 403, "AuthenticationFailed");
  });
});

describe("Anonymous", () => {
  test("private", async (t) => {
    const blob = await aTextBlob(t);
    const stranger = new BlobServiceClient(endpoint, undefined, options).getContainerClient(blob.containerName);
    const error = await refused(stranger.getBlobClient("blob").download(), 401, "NoAuthenticationInformation");
    assert.match(
      error.response.headers.get("www-authenticate"),
      /^Bearer authorization_uri=http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}\/oauth2\/authorize resource_id=https:\/\/storage\.azure\.com$/,
    );
    await refused(names(stranger.listBlobsFlat()), 401, "NoAuthenticationInformation");
    await refused(put(stranger.getBlockBlobClient("new"), "x"), 401, "NoAuthenticationInformation");
    const old = await request("GET", path(blob), { signed: false, headers: { "x-ms-version": undefined } });
    expectError(old, 404, "ResourceNotFound");
  });

  for (const access of ["blob", "container"]) {
    test(`public ${access}`, async (t) => {
      const container = await aContainer(t, { access });
      await put(container.getBlockBlobClient("blob"), "hello");
      const stranger = new BlobServiceClient(endpoint, undefined, options).getContainerClient(container.containerName);
      assert.equal(await textOf(stranger.getBlobClient("blob")), "hello");
      await refused(stranger.getBlobClient("missing").download(), 404, "BlobNotFound");
      if (access === "container") assert.deepEqual(await names(stranger.listBlobsFlat()), ["blob"]);
      else await refused(names(stranger.listBlobsFlat()), 401, "NoAuthenticationInformation");
      await refused(stranger.deleteBlob("blob"), 401, "NoAuthenticationInformation");
    });
  }
});

describe("Every answer", () => {
  test("ids, version, date", async (t) => {
    const blob = await aTextBlob(t);
    for (const [name, status] of [["blob", 200], ["missing", 404]]) { // prettier-ignore
      const headers = { "x-ms-client-request-id": "abc-123" };
      const answer = await request("GET", `/${blob.containerName}/${name}`, { headers });
      assert.equal(answer.status, status);
      assert.match(answer.headers["x-ms-request-id"], GUID);
      assert.equal(answer.headers["x-ms-client-request-id"], "abc-123");
      assert.equal(answer.headers["x-ms-version"], VERSION);
      assert.match(answer.headers.date, / GMT$/);
    }
    const properties = await blob.getProperties();
    assert.equal(properties.version, "2026-10-06"); // what this release of the SDK sends
  });

  test("ill-formed version", async (t) => {
    const answer = await request("GET", path(await aTextBlob(t)), { headers: { "x-ms-version": "soon" } });
    expectError(answer, 400, "InvalidHeaderValue", { HeaderName: "x-ms-version", HeaderValue: "soon" });
  });

  test("body of an error", async (t) => {
    const { containerName } = await aContainer(t);
    const answer = await request("GET", `/${containerName}/missing`);
    const id = answer.headers["x-ms-request-id"];
    const shape = `^\ufeff?<\\?xml version="1.0" encoding="utf-8"\\?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist\\.\nRequestId:${id}\nTime:\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{7}Z</Message></Error>$`;
    assert.match(answer.body, new RegExp(shape));
  });
});

test("$root: one for the account, its blobs need no container in the URL", async (t) => {
  // It is shared, so the test deletes its blob alone.
  const root = service.getContainerClient("$root");
  await root.createIfNotExists();
  await refused(root.create(), 409, "ContainerAlreadyExists");
  const name = unique();
  t.after(() => root.getBlobClient(name).deleteIfExists());
  await put(root.getBlockBlobClient(name), "hello");
  const answer = await request("GET", `/${name}`);
  assert.deepEqual([answer.status, answer.body], [200, "hello"]);
  assert.equal((await request("DELETE", `/${name}`)).status, 202);
  await refused(root.getBlobClient(name).download(), 404, "BlobNotFound");
});
