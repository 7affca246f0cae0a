// Service SAS for containers, blobs and snapshots, made by the SDK.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BlobSASPermissions, BlobServiceClient, BlockBlobClient, ContainerClient, ContainerSASPermissions,
  generateBlobSASQueryParameters, SASProtocol,
} from "@azure/storage-blob"; // prettier-ignore
import { aContainer, aTextBlob, base64, endpoint, names, onEmulator, options, put, refused, service, textOf, unique } from "./env.js"; // prettier-ignore
import { expectError, request } from "./raw.js";

const minutes = (count) => new Date(Date.now() + count * 60_000);
const detailOf = (error) => error.details.authenticationErrorDetail ?? error.details.AuthenticationErrorDetail;

function token(values) {
  return generateBlobSASQueryParameters({ expiresOn: minutes(60), ...values }, service.credential).toString();
}
/** A client for a container whose only credential is a SAS for it. */
function ofContainer(containerName, { permissions = "racwdxltf", over = containerName, ...rest } = {}) {
  const sas = token({ containerName: over, permissions: ContainerSASPermissions.parse(permissions), ...rest });
  return new ContainerClient(`${endpoint}/${containerName}?${sas}`, undefined, options);
}
/** A client for a blob whose only credential is a SAS for it. */
function ofBlob(blob, { permissions = "racwdt", over = blob.name, ...rest } = {}) {
  const values = { containerName: blob.containerName, blobName: over, permissions: BlobSASPermissions.parse(permissions) };
  return new BlockBlobClient(`${blob.url}?${token({ ...values, ...rest })}`, undefined, options);
}

describe("Container", () => {
  test("whole life of a blob", async (t) => {
    const container = ofContainer((await aContainer(t)).containerName);
    const blob = container.getBlockBlobClient("a b/ü+%");
    await put(blob, "hello", { metadata: { k: "v" } });
    assert.equal(await textOf(blob), "hello");
    assert.deepEqual((await blob.getProperties()).metadata, { k: "v" });
    assert.deepEqual(await names(container.listBlobsFlat()), ["a b/ü+%"]);
    await blob.delete();
    assert.deepEqual(await names(container.listBlobsFlat()), []);
  });

  test("and no other", async (t) => {
    const [mine, other] = [await aContainer(t), await aContainer(t)];
    const stranger = ofContainer(other.containerName, { over: mine.containerName });
    const error = await refused(names(stranger.listBlobsFlat()), 403, "AuthenticationFailed");
    assert.match(detailOf(error), /^Signature did not match\. String to sign used was /);
    await refused(put(stranger.getBlockBlobClient("new"), "x"), 403, "AuthenticationFailed");
  });

  // operation: letters of which any will do, the call
  const OPERATIONS = {
    "list blobs": ["l", (c) => names(c.listBlobsFlat())],
    "get blob": ["r", (c) => c.getBlobClient("blob").download()],
    "get blob properties": ["r", (c) => c.getBlobClient("blob").getProperties()],
    "put new blob": ["cw", (c) => put(c.getBlockBlobClient(unique()), "x")],
    "put block": ["w", (c) => c.getBlockBlobClient("new").stageBlock(base64("a"), "x", 1)],
    "set blob metadata": ["w", (c) => c.getBlobClient("blob").setMetadata({ a: "1" })],
    "delete blob": ["d", (c) => c.getBlobClient("blob").delete()],
  };
  for (const [name, [letters, call]] of Object.entries(OPERATIONS)) {
    test(`${name} needs ${letters}`, async (t) => {
      const { containerName } = await aTextBlob(t);
      const others = [..."racwdxltf"].filter((letter) => !letters.includes(letter)).join("");
      await refused(call(ofContainer(containerName, { permissions: others })), 403, "AuthorizationPermissionMismatch");
      for (const permissions of letters) await call(ofContainer(containerName, { permissions }));
    });
  }

  test("is not the SAS's own", async (t) => {
    const { containerName } = await aContainer(t);
    const mine = ofContainer(containerName);
    await refused(mine.getProperties(), 403, "AuthorizationFailure");
    await refused(mine.setMetadata({ a: "1" }), 403, "AuthorizationFailure");
    await refused(mine.getAccessPolicy(), 403, "AuthorizationFailure");
    await refused(mine.delete(), 403, "AuthorizationFailure");
    await refused(ofContainer(unique()).create(), 403, "AuthorizationFailure");
  });

  test("is not the account", async (t) => {
    const { containerName } = await aContainer(t);
    const sas = token({ containerName, permissions: ContainerSASPermissions.parse("rl") });
    const stranger = new BlobServiceClient(`${endpoint}?${sas}`, undefined, options);
    const error = await refused(names(stranger.listContainers()), 403, "AuthenticationFailed");
    assert.equal(detailOf(error), "The specified signed resource is not allowed for the this resource level");
  });

  test("create does not overwrite", async (t) => {
    const blob = await aTextBlob(t);
    const mine = ofContainer(blob.containerName, { permissions: "c" }).getBlockBlobClient("blob");
    await refused(put(mine, "x"), 403, "UnauthorizedBlobOverwrite");
    assert.equal(await textOf(blob), "hello");
  });
});

describe("Blob", () => {
  test("one and no other", async (t) => {
    const blob = await aTextBlob(t);
    assert.equal(await textOf(ofBlob(blob)), "hello");
    await put(ofBlob(blob), "again");
    assert.equal(await textOf(blob), "again");
    await refused(ofBlob(blob, { over: "other" }).getProperties(), 403, "AuthenticationFailed");
    await refused(ofBlob(blob, { permissions: "d" }).getProperties(), 403, "AuthorizationPermissionMismatch");
    await ofBlob(blob, { permissions: "d" }).delete();
  });

  test("does not list its container", async (t) => {
    const blob = await aTextBlob(t);
    const sas = new URL(ofBlob(blob).url).search;
    const stranger = new ContainerClient(`${endpoint}/${blob.containerName}${sas}`, undefined, options);
    await refused(names(stranger.listBlobsFlat()), 403, "AuthenticationFailed");
  });

  for (const version of ["2015-04-05", "2018-03-28", "2018-11-09", "2020-10-02", "2020-12-06", "2026-04-06"]) {
    test(`in the format of ${version}`, async (t) => {
      const blob = await aTextBlob(t);
      assert.equal(await textOf(ofBlob(blob, { version, permissions: "r", contentType: "a/b" })), "hello");
      const container = ofContainer(blob.containerName, { version, permissions: "l" });
      assert.deepEqual(await names(container.listBlobsFlat()), ["blob"]);
    });
  }

  test("response headers", async (t) => {
    const blob = await aTextBlob(t, "hello", { blobHTTPHeaders: { blobContentType: "text/plain", blobCacheControl: "no-store" } });
    const mine = ofBlob(blob, {
      permissions: "r", cacheControl: "no-cache", contentDisposition: "attachment", contentEncoding: "identity",
      contentLanguage: "de", contentType: "application/pdf",
    }); // prettier-ignore
    for (const answer of [await mine.download(), await mine.getProperties()]) {
      assert.deepEqual(
        [answer.cacheControl, answer.contentDisposition, answer.contentEncoding, answer.contentLanguage, answer.contentType],
        ["no-cache", "attachment", "identity", "de", "application/pdf"],
      );
    }
    const stored = await blob.getProperties();
    assert.deepEqual([stored.contentType, stored.cacheControl], ["text/plain", "no-store"]);
    const added = `${new URL(ofBlob(blob).url).search.slice(1)}&rsct=text%2Fhtml`;
    expectError(await request("GET", `/${blob.containerName}/blob`, { query: added, signed: false }), 403, "AuthenticationFailed");
  });

  test("a snapshot's SAS does not open the base blob", async (t) => {
    const blob = await aTextBlob(t);
    const snapshotTime = "2026-01-01T00:00:00.0000000Z";
    await refused(ofBlob(blob, { permissions: "r", snapshotTime }).getProperties(), 403, "AuthenticationFailed");
    const sas = new URL(ofBlob(blob, { permissions: "r", snapshotTime }).url).search.slice(1);
    const query = `snapshot=${encodeURIComponent(snapshotTime)}&${sas}`;
    const answer = await request("GET", `/${blob.containerName}/blob`, { query, signed: false });
    expectError(answer, 404, "BlobNotFound"); // judged genuine; there is no such snapshot
  });
});

describe("Bounds", () => {
  for (const [what, values, code, detail] of [
    ["expired", { startsOn: minutes(-2), expiresOn: minutes(-1) }, "AuthenticationFailed", /^Signature not valid in the specified time frame/],
    ["expired, without a start", { expiresOn: minutes(-1) }, "AuthenticationFailed", /^Signed expiry time \[.*\] must be after/],
    ["not yet valid", { startsOn: minutes(30) }, "AuthenticationFailed", /^Signature not valid in the specified time frame/],
    ["another address", { ipRange: { start: "168.1.5.60", end: "168.1.5.70" } }, "AuthorizationSourceIPMismatch"],
  ]) {
    test(what, async (t) => {
      const { containerName } = await aTextBlob(t);
      const error = await refused(ofContainer(containerName, values).getBlobClient("blob").download(), 403, code);
      if (detail) assert.match(detailOf(error), detail);
    });
  }

  test("https only", { skip: !onEmulator }, async (t) => {
    const { containerName } = await aTextBlob(t);
    const mine = ofContainer(containerName, { protocol: SASProtocol.Https });
    await refused(mine.getBlobClient("blob").download(), 403, "AuthorizationProtocolMismatch");
  });

  test("here and now", { skip: !onEmulator }, async (t) => {
    const { containerName } = await aTextBlob(t);
    const bounds = { startsOn: minutes(-1), ipRange: { start: "127.0.0.1" }, protocol: SASProtocol.HttpsAndHttp };
    assert.equal(await textOf(ofContainer(containerName, bounds).getBlobClient("blob")), "hello");
  });
});
