// Tags of blobs: at upload, set and read, as conditions, in listings, and searched for.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ContainerClient, ContainerSASPermissions } from "@azure/storage-blob";
import { aBlob, aContainer, aTextBlob, all, base64, DAY, put, refused, service, textOf, unique } from "./env.js";
import { expectError, request } from "./raw.js";

const EVERY_CHARACTER = { "aZ09 +-./:=_": "aZ09 +-./:=_", empty: "" };
const names = (found) => found.map((blob) => blob.name);

describe("Tags of a blob", () => {
  test("are set, replaced and taken away without a new ETag", async (t) => {
    const blob = await aTextBlob(t);
    const before = await blob.getProperties();
    assert.deepEqual([(await blob.getTags()).tags, before.tagCount], [{}, undefined]);
    await blob.setTags(EVERY_CHARACTER);
    assert.deepEqual((await blob.getTags()).tags, EVERY_CHARACTER);
    const after = await blob.getProperties();
    assert.deepEqual([after.etag, after.lastModified, after.tagCount], [before.etag, before.lastModified, 2]);
    assert.equal((await blob.download()).tagCount, 2);
    await blob.setTags({});
    assert.deepEqual([(await blob.getTags()).tags, (await blob.getProperties()).tagCount], [{}, undefined]);
  });

  test("come with Put Blob and Put Block List, and go with the next", async (t) => {
    const blob = await aTextBlob(t, "hello", { tags: EVERY_CHARACTER });
    assert.deepEqual((await blob.getTags()).tags, EVERY_CHARACTER);
    await put(blob, "again");
    assert.deepEqual((await blob.getTags()).tags, {});
    await blob.stageBlock(base64("1"), "x", 1);
    await blob.commitBlockList([base64("1")], { tags: { a: "1" } });
    assert.deepEqual((await blob.getTags()).tags, { a: "1" });
  });

  test("stay when properties, metadata or tier change", async (t) => {
    const blob = await aTextBlob(t, "hello", { tags: { a: "1" } });
    await blob.setMetadata({ m: "1" });
    await blob.setHTTPHeaders({ blobContentType: "text/plain" });
    await blob.setAccessTier("Archive");
    assert.deepEqual((await blob.getTags()).tags, { a: "1" });
    await blob.setTags({ a: "2" });
    assert.deepEqual((await blob.getTags()).tags, { a: "2" });
  });

  test("are refused when they are too many, too long, nameless or of other characters", async (t) => {
    const blob = await aTextBlob(t);
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, "v"]));
    await refused(blob.setTags(eleven), 400, "TagsTooLarge");
    await refused(blob.setTags({ ["k".repeat(129)]: "v" }), 400, "TagsTooLarge");
    await refused(blob.setTags({ k: "v".repeat(257) }), 400, "TagsTooLarge");
    await refused(blob.setTags({ "": "v" }), 400, "EmptyTagName");
    await refused(blob.setTags({ k: "100%" }), 400, "InvalidInput");
    await refused(put(blob, "again", { tags: eleven }), 400, "TagsTooLarge");
    assert.equal(await textOf(blob), "hello");
  });

  test("that are there twice, and bodies that are none", async (t) => {
    const blob = await aTextBlob(t);
    const path = `/${blob.containerName}/${blob.name}`;
    const twice = "<Tag><Key>a</Key><Value>1</Value></Tag>".repeat(2);
    const set = (body) => request("PUT", path, { query: "comp=tags", body });
    expectError(await set(`<Tags><TagSet>${twice}</TagSet></Tags>`), 400, "DuplicateTagNames");
    expectError(await set("<Tags><TagSet><Tag /></TagSet></Tags>"), 400, "InvalidXmlDocument");
    assert.deepEqual((await blob.getTags()).tags, {});
  });

  test("by SAS: its letters are t and f", async (t) => {
    const container = await aContainer(t);
    await container.getBlockBlobClient("b").upload("x", 1, { tags: { a: "1" } });
    const by = async (letters) => {
      const permissions = ContainerSASPermissions.parse(letters);
      return new ContainerClient(await container.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + DAY) }));
    };
    const [without, tags, find] = [await by("rwdl"), await by("cwt"), await by("f")];
    await refused(without.getBlobClient("b").getTags(), 403, "AuthorizationPermissionMismatch");
    await refused(without.getBlobClient("b").setTags({}), 403, "AuthorizationPermissionMismatch");
    await refused(put(without.getBlockBlobClient("b"), "x", { tags: { a: "2" } }), 403, "AuthorizationPermissionMismatch");
    await refused(all(tags.findBlobsByTags("a = '1'")), 403, "AuthorizationPermissionMismatch");
    await tags.getBlobClient("b").setTags({ a: "2" });
    assert.deepEqual((await tags.getBlobClient("b").getTags()).tags, { a: "2" });
    await put(tags.getBlockBlobClient("b"), "x", { tags: { a: "3" } });
    assert.deepEqual(names(await all(find.findBlobsByTags("a = '3'"))), ["b"]);
  });

  test("of what is missing", async (t) => {
    const blob = await aBlob(t);
    await refused(blob.getTags(), 404, "BlobNotFound");
    await refused(blob.setTags({}), 404, "BlobNotFound");
  });

  test("in listings, when asked for", async (t) => {
    const container = await aContainer(t);
    await container.getBlockBlobClient("a").upload("x", 1, { tags: { k: "1", l: "2" } });
    await container.getBlockBlobClient("b").upload("x", 1);
    const listed = await all(container.listBlobsFlat({ includeTags: true }));
    assert.deepEqual(listed.map((b) => [b.name, b.tags, b.properties.tagCount]), [["a", { k: "1", l: "2" }, 2], ["b", undefined, undefined]]); // prettier-ignore
    assert.equal((await all(container.listBlobsFlat()))[0].tags, undefined);
  });
});

describe("Conditions on tags", () => {
  const unmet = { conditions: { tagConditions: "state = 'closed'" } };
  const met = { conditions: { tagConditions: "state <> 'closed' AND (level > '1' OR level = '0')" } };

  test("guard reads and writes", async (t) => {
    const blob = await aTextBlob(t, "hello", { tags: { state: "open", level: "2" } });
    const operations = [
      (options) => blob.download(0, undefined, options),
      (options) => blob.getProperties(options),
      (options) => blob.getTags(options),
      (options) => blob.getBlockList("all", options),
      (options) => blob.setMetadata({ m: "1" }, options),
      (options) => blob.setHTTPHeaders({ blobContentType: "text/plain" }, options),
      (options) => blob.setAccessTier("Cool", options),
      (options) => blob.setTags({ state: "open", level: "2" }, options),
      (options) => put(blob, "hello", { ...options, tags: { state: "open", level: "2" } }),
      (options) => blob.commitBlockList([], { ...options, tags: { state: "open", level: "2" } }),
      (options) => blob.delete(options),
    ];
    for (const [i, run] of operations.entries()) {
      // An answer to HEAD has its code in a header alone.
      await assert.rejects(run(unmet), (error) => error.statusCode === 412 && error.response.headers.get("x-ms-error-code") === "ConditionNotMet", `operation ${i}`); // prettier-ignore
      await run(met);
    }
  });

  test("that are none", async (t) => {
    const blob = await aTextBlob(t);
    await refused(blob.getProperties({ conditions: { tagConditions: "state == 'x'" } }), 400, "InvalidHeaderValue");
  });
});

describe("Find Blobs by Tags", () => {
  test("in the account and in a container", async (t) => {
    const [one, other] = [await aContainer(t), await aContainer(t)];
    const run = unique("run");
    for (const [container, name, age] of [[one, "a", "010"], [one, "b c/d", "020"], [other, "a", "030"]]) { // prettier-ignore
      await container.getBlockBlobClient(name).upload("x", 1, { tags: { run, age, third: "3" } });
    }
    const found = await all(service.findBlobsByTags(`run = '${run}'`));
    const places = found.map((b) => [b.containerName, b.name]).sort();
    assert.deepEqual(places, [[one.containerName, "a"], [one.containerName, "b c/d"], [other.containerName, "a"]].sort()); // prettier-ignore
    assert.deepEqual(found[0].tags, { run });

    const within = await all(service.findBlobsByTags(`@container='${one.containerName}' AND run='${run}' AND age>'010'`)); // prettier-ignore
    assert.deepEqual(within.map((b) => [b.name, b.tags]), [["b c/d", { age: "020", run }]]);
    assert.deepEqual(names(await all(one.findBlobsByTags("age >= '010' AND age < '020'"))), ["a"]);
    assert.deepEqual(names(await all(other.findBlobsByTags(`"run" = '${run}'`))), ["a"]);
    assert.deepEqual(names(await all(other.findBlobsByTags("run = 'none'"))), []);
  });

  test("by every page size, each blob once", async (t) => {
    const container = await aContainer(t);
    for (let i = 0; i < 7; i++) {
      await container.getBlockBlobClient(`b${6 - i}`).upload("x", 1, { tags: { n: String(i % 3), m: "1" } });
    }
    for (let size = 1; size <= 8; size++) {
      const found = [];
      for await (const page of container.findBlobsByTags("n >= '0' AND m = '1'").byPage({ maxPageSize: size })) {
        assert.ok(page.blobs.length <= size);
        found.push(...names(page.blobs));
      }
      assert.deepEqual(found.sort(), ["b0", "b1", "b2", "b3", "b4", "b5", "b6"], `pages of ${size}`);
    }
  });

  test("follows every change at once", async (t) => {
    const container = await aContainer(t);
    const blob = container.getBlockBlobClient("b");
    const find = async (where) => names(await all(container.findBlobsByTags(where)));
    await put(blob, "x", { tags: { a: "1" } });
    assert.deepEqual(await find("a = '1'"), ["b"]);
    await blob.setTags({ a: "2" });
    assert.deepEqual([await find("a = '1'"), await find("a = '2'")], [[], ["b"]]);
    await put(blob, "x");
    assert.deepEqual(await find("a = '2'"), []);
    await blob.setTags({ a: "3" });
    await blob.delete();
    assert.deepEqual(await find("a >= ''"), []);
  });

  test("what is no expression", async (t) => {
    const container = await aContainer(t);
    for (const where of ["a", "a = 1", "'a' = '1'", "a = '1' OR a = '2'", "a <> '1'", "a = '1' AND a = '2'"]) {
      const error = await refused(all(container.findBlobsByTags(where)), 400, "InvalidQueryParameterValue");
      assert.match(error.message, /^Error parsing query at or near character position \d+: /);
    }
    await refused(all(service.findBlobsByTags("a")), 400, "InvalidQueryParameterValue");
    await refused(all(service.getContainerClient(unique()).findBlobsByTags("a = '1'")), 404, "ContainerNotFound");
  });
});
