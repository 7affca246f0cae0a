// List Blobs, flat and by hierarchy.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageResponseFormat } from "@azure/storage-blob";
import { aContainer, all, base64, encoded, names, put, refused, service, textOf, unique } from "./env.js";

async function fill(container, ...list) {
  for (const name of list) await put(container.getBlockBlobClient(name), name);
}

const pageNames = (page) => [...(page.segment.blobPrefixes ?? []), ...page.segment.blobItems].map((item) => item.name);
const pages = async (listing, size) => (await all(listing.byPage({ maxPageSize: size }))).map(pageNames);

/** Prefixes and blobs of one level. */
async function level(container, delimiter = "/", options = {}) {
  const items = await all(container.listBlobsByHierarchy(delimiter, options));
  return ["prefix", "blob"].map((kind) => items.filter((item) => item.kind === kind).map((item) => item.name));
}

describe("List Blobs, flat", () => {
  test("order is by bytes", async (t) => {
    const container = await aContainer(t);
    const ordered = ["!", "A", "B", "a", "a b", "a-b", "a/b", "a0", "aB", "aa", "b", "é", "雪"];
    await fill(container, ...ordered.toReversed());
    assert.deepEqual(await names(container.listBlobsFlat()), ordered);
  });

  test("prefix", async (t) => {
    const container = await aContainer(t);
    await fill(container, "a", "a/1", "a/2", "ab", "A/3", "b/a/1");
    assert.deepEqual(await names(container.listBlobsFlat({ prefix: "a/" })), ["a/1", "a/2"]);
    assert.deepEqual(await names(container.listBlobsFlat({ prefix: "a" })), ["a", "a/1", "a/2", "ab"]);
    assert.deepEqual(await names(container.listBlobsFlat({ prefix: "nothing" })), []);
  });

  test("pages and markers", async (t) => {
    const container = await aContainer(t);
    assert.deepEqual(await pages(container.listBlobsFlat(), 3), [[]]);
    await fill(container, ..."abcdefg");
    assert.deepEqual(await pages(container.listBlobsFlat(), 3), [["a", "b", "c"], ["d", "e", "f"], ["g"]]);
    assert.deepEqual(await pages(container.listBlobsFlat(), 7), [[..."abcdefg"]]);
    const [first] = await all(container.listBlobsFlat().byPage({ maxPageSize: 3 }));
    await container.deleteBlob("d");
    await fill(container, "bb", "dd");
    const [rest] = await all(container.listBlobsFlat().byPage({ continuationToken: first.continuationToken }));
    assert.deepEqual(pageNames(rest), ["dd", "e", "f", "g"]);
    assert.equal(rest.continuationToken, "");
  });

  test("startFrom", async (t) => {
    const container = await aContainer(t);
    await fill(container, "a", "b", "b1", "c");
    assert.deepEqual(await names(container.listBlobsFlat({ startFrom: "b" })), ["b", "b1", "c"]);
    assert.deepEqual(await names(container.listBlobsFlat({ startFrom: "b0" })), ["b1", "c"]);
  });

  test("metadata and uncommitted blobs", async (t) => {
    const container = await aContainer(t);
    await put(container.getBlockBlobClient("b"), "xyz", { metadata: { Kind: "k", n_1: "x  y" } });
    await container.getBlockBlobClient("a").stageBlock(base64("a"), "x", 1);
    await container.getBlockBlobClient("b").stageBlock(base64("a"), "x", 1);
    const listed = async (options) =>
      (await all(container.listBlobsFlat(options))).map(({ name, metadata, properties }) => [name, metadata ?? {}, properties.contentLength]); // prettier-ignore
    const metadata = { Kind: "k", n_1: "x  y" };
    assert.deepEqual(await listed({}), [["b", {}, 3]]);
    assert.deepEqual(await listed({ includeMetadata: true }), [["b", metadata, 3]]);
    assert.deepEqual(await listed({ includeUncommitedBlobs: true }), [["a", {}, 0], ["b", {}, 3]]); // prettier-ignore
    assert.deepEqual(await listed({ includeMetadata: true, includeUncommitedBlobs: true }), [["a", {}, 0], ["b", metadata, 3]]); // prettier-ignore
  });

  test("every include is taken", async (t) => {
    const container = await aContainer(t);
    await put(container.getBlockBlobClient("b"), "x", { metadata: { k: "v" } });
    for (const value of ["Copy", "Deleted", "DeletedWithVersions", "Snapshots", "Tags", "Versions", "LegalHold", "ImmutabilityPolicy"]) { // prettier-ignore
      const [blob, ...more] = await all(container.listBlobsFlat({ [`include${value}`]: true }));
      assert.deepEqual([blob.name, blob.properties.tagCount, more], ["b", undefined, []], value);
    }
  });

  test("properties are those of the blob", async (t) => {
    const container = await aContainer(t);
    const blob = container.getBlockBlobClient("blob");
    const blobHTTPHeaders = {
      blobContentType: "text/plain", blobContentEncoding: "identity", blobContentLanguage: "fr",
      blobContentDisposition: "inline", blobCacheControl: "no-store",
    }; // prettier-ignore
    await put(blob, "hello", { blobHTTPHeaders });
    const head = await blob.getProperties();
    const [{ properties, deleted, snapshot }] = await all(container.listBlobsFlat());
    assert.equal(`"${properties.etag}"`, head.etag);
    assert.deepEqual(properties.lastModified, head.lastModified);
    assert.deepEqual(properties.createdOn, head.createdOn);
    assert.equal(properties.contentLength, 5);
    assert.equal(properties.contentType, "text/plain");
    assert.equal(properties.contentEncoding, "identity");
    assert.equal(properties.contentLanguage, "fr");
    assert.equal(properties.contentDisposition, "inline");
    assert.equal(properties.cacheControl, "no-store");
    assert.equal(encoded(properties.contentMD5), "XUFAKrxLKna5cZ2REBfFkg==");
    assert.equal(properties.blobType, "BlockBlob");
    assert.equal(properties.leaseStatus, "unlocked");
    assert.equal(properties.leaseState, "available");
    assert.equal(properties.serverEncrypted, true);
    assert.deepEqual([deleted ?? false, snapshot ?? ""], [false, ""]);
  });

  test("a page holds at most 5,000", { skip: process.env.LAZULITE_LARGE !== "1" }, async (t) => {
    const container = await aContainer(t);
    const wanted = Array.from({ length: 5002 }, (_, number) => String(number).padStart(4, "0"));
    for (let start = 0; start < wanted.length; start += 100) {
      await Promise.all(wanted.slice(start, start + 100).map((name) => put(container.getBlockBlobClient(name), "")));
    }
    for (const size of [undefined, 5000, 6000]) {
      assert.deepEqual(await pages(container.listBlobsFlat(), size), [wanted.slice(0, 5000), wanted.slice(5000)]);
    }
  });

  test("missing container", async () => {
    await refused(names(service.getContainerClient(unique()).listBlobsFlat()), 404, "ContainerNotFound");
  });

  test("a client that would like Arrow is served too", async (t) => {
    // The client reads the Content-Type of the answer: a server may send XML.
    const container = await aContainer(t);
    await fill(container, "a", "b/1", "b/2");
    const responseFormat = StorageResponseFormat.Arrow;
    assert.deepEqual(await names(container.listBlobsFlat({ responseFormat })), ["a", "b/1", "b/2"]);
    assert.deepEqual(await level(container, "/", { responseFormat }), [["b/"], ["a"]]);
  });
});

describe("List Blobs, by hierarchy", () => {
  test("levels", async (t) => {
    const container = await aContainer(t);
    await fill(container, "a", "a/1", "a/2", "a/b/3", "b/1", "c", "d/1");
    assert.deepEqual(await level(container), [["a/", "b/", "d/"], ["a", "c"]]);
    assert.deepEqual(await level(container, "/", { prefix: "a/" }), [["a/b/"], ["a/1", "a/2"]]);
    assert.deepEqual(await level(container, "/", { prefix: "a/b/" }), [[], ["a/b/3"]]);
    assert.deepEqual(await level(container, "/", { prefix: "a" }), [["a/"], ["a"]]);
  });

  test("other delimiters", async (t) => {
    const container = await aContainer(t);
    await fill(container, "a--1", "a--2", "a-3", "b.c.d");
    assert.deepEqual(await level(container, "--"), [["a--"], ["a-3", "b.c.d"]]);
    assert.deepEqual(await level(container, "."), [["b."], ["a--1", "a--2", "a-3"]]);
  });

  test("delimiters at the ends of names", async (t) => {
    const container = await aContainer(t);
    await fill(container, "/", "/a", "//b", "c/", "c//d");
    assert.deepEqual(await level(container), [["/", "c/"], []]);
    assert.deepEqual(await level(container, "/", { prefix: "/" }), [["//"], ["/", "/a"]]);
    assert.deepEqual(await level(container, "/", { prefix: "c/" }), [["c//"], ["c/"]]);
  });

  test("each prefix once over all pages", async (t) => {
    const container = await aContainer(t);
    await fill(container, "a/1", "a/2", "a/3", "b", "c/1", "c/2");
    const listing = () => container.listBlobsByHierarchy("/");
    assert.deepEqual(await pages(listing(), 1), [["a/"], ["b"], ["c/"]]);
    assert.deepEqual(await pages(listing(), 2), [["a/", "b"], ["c/"]]);
    assert.deepEqual(await pages(listing(), 3), [["a/", "c/", "b"]]); // prefixes are first in the SDK's page
  });

  test("uncommitted blobs fold too", async (t) => {
    const container = await aContainer(t);
    await container.getBlockBlobClient("a/1").stageBlock(base64("a"), "x", 1);
    assert.deepEqual(await level(container), [[], []]);
    assert.deepEqual(await level(container, "/", { includeUncommitedBlobs: true }), [["a/"], []]);
  });
});

// A slash at either end, what URLs and XML have to escape, text beyond ASCII, and characters XML cannot hold.
const ODD_NAMES = [
  "two words", " leading", "trailing ", "plus+sign", "100%", "a%20b", "a%2Fb", "a%252Fb", "what?", "hash#tag", "at@sign",
  "semi;colon", "co:lon", "comma,name", "equals=sign", "amp&sand", "less<than>more", "quote'\"s", "[b]{c}|^`", "~!$()*",
  "slash/", "/slash", "a//b", "a/b/c.txt", "dot.", "..dots", "ünïcödé", "雪/日本", "😀", "e\u0301", "\u00a0",
  "end\uffff", "\ufffe/x", "a\uffff/b\uffff",
]; // prettier-ignore

describe("Names of blobs", () => {
  for (const name of ODD_NAMES) {
    test(JSON.stringify(name), async (t) => {
      const container = await aContainer(t);
      const blob = container.getBlockBlobClient(name);
      await put(blob, name);
      assert.deepEqual(await names(container.listBlobsFlat()), [name]);
      assert.deepEqual(await names(container.listBlobsFlat({ prefix: name })), [name]);
      assert.equal(await textOf(container.getBlobClient(name)), name);
      await blob.delete();
      assert.deepEqual(await names(container.listBlobsFlat()), []);
    });
  }

  test("as prefixes and markers", async (t) => {
    const container = await aContainer(t);
    const plain = ODD_NAMES.filter((name) => !name.includes("/"));
    const folders = plain.map((name) => `${name}/`).sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    await fill(container, ...folders.map((folder) => `${folder}leaf`));
    assert.deepEqual(await pages(container.listBlobsByHierarchy("/"), 1), folders.map((folder) => [folder])); // prettier-ignore
  });

  test("a backslash becomes a slash", async (t) => {
    const container = await aContainer(t);
    await put(container.getBlockBlobClient("back\\slash"), "x");
    assert.deepEqual(await names(container.listBlobsFlat()), ["back/slash"]);
    assert.equal(await textOf(container.getBlobClient("back/slash")), "x");
  });
});
