// Customer-provided keys and encryption scopes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { aContainer, all, base64, put, refused, textOf } from "./env.js";

const customerKey = (letter) => {
  const bytes = Buffer.alloc(32, letter);
  const encryptionKeySha256 = createHash("sha256").update(bytes).digest("base64");
  return { encryptionKey: bytes.toString("base64"), encryptionKeySha256, encryptionAlgorithm: "AES256" };
};
const KEY = customerKey("a");
const OTHER = customerKey("b");

/** Makes a client believe that it speaks HTTPS, as it would to a proxy that takes the TLS off. */
const secure = (client) => Object.assign(client, { isHttps: true });

describe("Customer-provided keys", () => {
  test("of a block blob", async (t) => {
    const container = await aContainer(t);
    const blob = secure(container.getBlockBlobClient("blob"));
    const sent = await blob.upload("text", 4, { customerProvidedKey: KEY, metadata: { n: "1" } });
    assert.deepEqual([sent.encryptionKeySha256, sent.isServerEncrypted], [KEY.encryptionKeySha256, true]);
    assert.equal((await blob.downloadToBuffer(0, undefined, { customerProvidedKey: KEY })).toString(), "text");
    await refused(blob.download(), 409, "BlobUsesCustomerSpecifiedEncryption");
    await refused(blob.download(0, undefined, { customerProvidedKey: OTHER }), 409, "BlobCustomerSpecifiedEncryptionMismatch");
    await refused(blob.getProperties(), 409, "BlobUsesCustomerSpecifiedEncryption");
    assert.equal((await blob.getProperties({ customerProvidedKey: KEY })).encryptionKeySha256, KEY.encryptionKeySha256);
    assert.equal(await blob.exists(), true);
    await refused(blob.setMetadata({ n: "2" }), 409, "BlobUsesCustomerSpecifiedEncryption");
    await blob.setMetadata({ n: "2" }, { customerProvidedKey: KEY });
    await refused(blob.createSnapshot(), 409, "BlobUsesCustomerSpecifiedEncryption");
    const { snapshot } = await blob.createSnapshot({ customerProvidedKey: KEY });
    assert.equal((await secure(blob.withSnapshot(snapshot)).getProperties({ customerProvidedKey: KEY })).metadata.n, "2");
    await refused(blob.setAccessTier("Cool"), 409, "BlobUsesCustomerSpecifiedEncryption");
    const [item] = await all(container.listBlobsFlat({ includeMetadata: true }));
    assert.deepEqual([item.properties.customerProvidedKeySha256, item.metadata?.n], [KEY.encryptionKeySha256, undefined]);
  });

  test("of blocks", async (t) => {
    const blob = secure((await aContainer(t)).getBlockBlobClient("blob"));
    await blob.stageBlock(base64("1"), "a", 1, { customerProvidedKey: KEY });
    await refused(blob.stageBlock(base64("2"), "b", 1), 409, "BlobUsesCustomerSpecifiedEncryption");
    await refused(blob.commitBlockList([base64("1")]), 409, "BlobUsesCustomerSpecifiedEncryption");
    await blob.commitBlockList([base64("1")], { customerProvidedKey: KEY });
    assert.equal((await blob.downloadToBuffer(0, undefined, { customerProvidedKey: KEY })).toString(), "a");
  });

  test("of append and page blobs", async (t) => {
    const container = await aContainer(t);
    const log = secure(container.getAppendBlobClient("log"));
    await log.create({ customerProvidedKey: KEY });
    await refused(log.appendBlock("line", 4), 409, "BlobUsesCustomerSpecifiedEncryption");
    assert.equal((await log.appendBlock("line", 4, { customerProvidedKey: KEY })).encryptionKeySha256, KEY.encryptionKeySha256);
    const disk = secure(container.getPageBlobClient("disk"));
    await disk.create(1024, { customerProvidedKey: KEY });
    const page = Buffer.alloc(512, "x");
    await refused(disk.uploadPages(page, 0, 512), 409, "BlobUsesCustomerSpecifiedEncryption");
    await disk.uploadPages(page, 0, 512, { customerProvidedKey: KEY });
    await refused(disk.clearPages(0, 512, { customerProvidedKey: OTHER }), 409, "BlobCustomerSpecifiedEncryptionMismatch");
    await disk.clearPages(0, 512, { customerProvidedKey: KEY });
  });

  test("of a blob that has none", async (t) => {
    const blob = secure((await aContainer(t)).getBlockBlobClient("blob"));
    await put(blob, "text");
    const asked = { customerProvidedKey: KEY };
    await refused(blob.download(0, undefined, asked), 409, "BlobDoesNotUseCustomerSpecifiedEncryption");
    await refused(blob.setMetadata({}, asked), 409, "BlobDoesNotUseCustomerSpecifiedEncryption");
  });
});

describe("Encryption scopes", () => {
  test("are kept and shown", async (t) => {
    const container = await aContainer(t);
    const blob = container.getBlockBlobClient("blob");
    assert.equal((await blob.upload("text", 4, { encryptionScope: "scope1" })).encryptionScope, "scope1");
    assert.equal((await blob.getProperties()).encryptionScope, "scope1");
    assert.equal(await textOf(blob), "text");
    assert.equal((await blob.setMetadata({ a: "a" }, { encryptionScope: "scope1" })).encryptionScope, "scope1");
    await refused(blob.setMetadata({ a: "b" }), 409, "BlobUsesCustomerSpecifiedEncryption");
    await refused(blob.createSnapshot(), 409, "BlobUsesCustomerSpecifiedEncryption");
    await blob.createSnapshot({ encryptionScope: "scope1" });
    await refused(blob.createSnapshot({ encryptionScope: "scope2" }), 409, "BlobCustomerSpecifiedEncryptionMismatch");
    const [item] = await all(container.listBlobsFlat());
    assert.equal(item.properties.encryptionScope, "scope1");
  });

  test("are prescribed by containers", async (t) => {
    const containerEncryptionScope = { defaultEncryptionScope: "scope1", preventEncryptionScopeOverride: true };
    const container = await aContainer(t, { containerEncryptionScope });
    const blob = container.getBlockBlobClient("blob");
    const other = { encryptionScope: "scope2" };
    await refused(blob.upload("text", 4, other), 403, "RequestForbiddenByContainerEncryptionPolicy");
    assert.equal((await blob.upload("text", 4)).encryptionScope, "scope1");
  });
});
