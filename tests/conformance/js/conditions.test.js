// Conditional headers, through the conditions of the SDK, which sends whatever combination it is given.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, base64, DAY, OTHER_ETAG, put, refused, textOf } from "./env.js";
import { request } from "./raw.js";

const block = base64("a");

/** An existing blob, and what a condition can say about it: its ETag, another, and dates around its change. */
async function target(t) {
  const blob = await aBlob(t);
  await blob.stageBlock(block, "x", 1);
  await blob.commitBlockList([block]);
  const { etag, lastModified } = await blob.getProperties();
  const at = (ms) => new Date(+lastModified + ms);
  const words = {
    same: etag, other: OTHER_ETAG, any: "*", list: `${OTHER_ETAG}, ${etag}`,
    before: at(-DAY), "second before": at(-1000), then: at(0), after: at(300_000),
  }; // prettier-ignore
  const names = { im: "ifMatch", inm: "ifNoneMatch", ims: "ifModifiedSince", ius: "ifUnmodifiedSince" };
  const conditions = (text) =>
    Object.fromEntries(text.split("; ").map((part) => part.split("=")).map(([name, word]) => [names[name], words[word]])); // prettier-ignore
  return { blob, etag, conditions };
}

// im: If-Match, inm: If-None-Match, ims: If-Modified-Since, ius: If-Unmodified-Since
const READS = {
  "im=same": 200, "im=any": 200, "im=other": 412, "im=list": 200,
  "inm=other": 200, "inm=same": 304, "inm=any": 400, "inm=list": 304,
  "ims=before": 200, "ims=second before": 200, "ims=then": 304, "ims=after": 304,
  "ius=before": 412, "ius=second before": 412, "ius=then": 200, "ius=after": 200,
  // If-Match AND If-Unmodified-Since AND (If-None-Match OR If-Modified-Since)
  "im=same; ius=after": 200, "im=same; ius=before": 412, "im=other; ius=after": 412,
  "inm=other; ims=after": 200, "inm=same; ims=before": 200, "inm=same; ims=after": 304,
  "im=same; inm=same": 304, "im=same; inm=other": 200, "im=other; inm=same": 412,
  "ims=before; ius=after": 200, "ims=after; ius=after": 304, "ims=after; ius=before": 412,
  "im=same; inm=other; ims=after; ius=after": 200, "im=same; inm=same; ims=after; ius=after": 304,
}; // prettier-ignore
const READ_CODES = { 304: "ConditionNotMet", 412: "ConditionNotMet", 400: "UnsatisfiableCondition" };

describe("Reads", () => {
  for (const [text, status] of Object.entries(READS)) {
    test(`${text} gives ${status}`, async (t) => {
      const { blob, conditions } = await target(t);
      for (const operation of ["download", "getProperties"]) {
        const options = { conditions: conditions(text) };
        const promise = operation === "download" ? blob.download(0, undefined, options) : blob.getProperties(options);
        if (status === 200) assert.equal((await promise).contentLength, 1);
        else await refused(promise, status, READ_CODES[status]);
      }
    });
  }

  for (const text of ["im=same", "inm=other", "ius=before", "ims=after"]) {
    test(`${text}: a missing blob is told first`, async (t) => {
      // Seen on the real service with an ETag that another blob has; some emulators answer 412.
      const { blob, conditions } = await target(t);
      await blob.delete();
      await refused(blob.download(0, undefined, { conditions: conditions(text) }), 404, "BlobNotFound");
      await refused(blob.getProperties({ conditions: conditions(text) }), 404, "BlobNotFound");
    });
  }

  test("an ETag may come without quotes", async (t) => {
    const { blob, etag } = await target(t);
    const headers = { "If-None-Match": etag.replaceAll('"', "") };
    const answer = await request("GET", `/${blob.containerName}/blob`, { headers });
    assert.deepEqual([answer.status, answer.error, answer.body], [304, "ConditionNotMet", ""]);
  });
});

const WRITES = {
  "im=same": true, "im=any": true, "im=other": false,
  "inm=other": true, "inm=same": false,
  "ims=before": true, "ims=second before": true, "ims=then": false, "ims=after": false,
  "ius=before": false, "ius=second before": false, "ius=then": true, "ius=after": true,
  // The two pairs that may be sent together: the ETag decides.
  "im=same; ius=before": true, "im=other; ius=after": false, "inm=other; ims=after": true, "inm=same; ims=before": false,
}; // prettier-ignore
const WRONG_SETS = [
  "im=same; inm=other", "im=same; ims=before", "inm=other; ius=after", "ims=before; ius=after",
  "im=same; inm=other; ims=before", "im=same; inm=other; ims=before; ius=after", "im=list",
]; // prettier-ignore

const OPERATIONS = {
  "Put Blob": (blob, conditions) => put(blob, "new", { conditions }),
  "Put Block List": (blob, conditions) => blob.commitBlockList([block], { conditions }),
  "Set Blob Metadata": (blob, conditions) => blob.setMetadata({ a: "1" }, { conditions }),
  "Set Blob Properties": (blob, conditions) => blob.setHTTPHeaders({ blobContentLanguage: "fr" }, { conditions }),
  "Delete Blob": (blob, conditions) => blob.delete({ conditions }),
};

/** No blob, and for Put Block List the block it asks for. */
async function absent(name, blob) {
  await blob.delete();
  if (name === "Put Block List") await blob.stageBlock(block, "again", 5);
}

describe("Writes", () => {
  for (const [name, write] of Object.entries(OPERATIONS)) {
    for (const [text, passes] of Object.entries(WRITES)) {
      test(`${name}: ${text} ${passes ? "passes" : "is not met"}`, async (t) => {
        const { blob, etag, conditions } = await target(t);
        if (passes) {
          await write(blob, conditions(text));
          if (name === "Delete Blob") return assert.equal(await blob.exists(), false);
          return assert.notEqual((await blob.getProperties()).etag, etag);
        }
        await refused(write(blob, conditions(text)), 412, "ConditionNotMet");
        assert.equal((await blob.getProperties()).etag, etag);
      });
    }

    test(`${name}: sets that are not legal`, async (t) => {
      const { blob, etag, conditions } = await target(t);
      for (const text of WRONG_SETS) {
        await refused(write(blob, conditions(text)), 400, "MultipleConditionHeadersNotSupported");
      }
      assert.equal((await blob.getProperties()).etag, etag);
    });
  }

  for (const name of ["Put Blob", "Put Block List"]) {
    test(`${name} only if absent`, async (t) => {
      const { blob, conditions } = await target(t);
      await refused(OPERATIONS[name](blob, conditions("inm=any")), 409, "BlobAlreadyExists");
      await absent(name, blob);
      await OPERATIONS[name](blob, conditions("inm=any"));
      assert.equal(await textOf(blob), { "Put Blob": "new", "Put Block List": "again" }[name]);
    });

    // Uncommitted blocks have a date, that of the last.
    const dates = name === "Put Blob" ? { "ims=after": true, "ius=before": true } : { "ims=after": false, "ius=before": false, "ims=before": true }; // prettier-ignore
    for (const [text, passes] of Object.entries({ "im=same": false, "im=any": false, "inm=other": true, ...dates })) {
      test(`${name} of an absent blob: ${text} ${passes ? "passes" : "is not met"}`, async (t) => {
        const { blob, conditions } = await target(t);
        await absent(name, blob);
        const promise = OPERATIONS[name](blob, conditions(text));
        if (!passes) return refused(promise, 412, "ConditionNotMet");
        await promise;
        assert.equal(await textOf(blob), { "Put Blob": "new", "Put Block List": "again" }[name]);
      });
    }
  }

  for (const name of ["Set Blob Metadata", "Set Blob Properties", "Delete Blob"]) {
    test(`${name}: a missing blob is told first`, async (t) => {
      const { blob, conditions } = await target(t);
      await blob.delete();
      for (const text of ["im=same", "inm=other", "ius=before"]) {
        await refused(OPERATIONS[name](blob, conditions(text)), 404, "BlobNotFound");
      }
    });
  }

  test("lost updates", async (t) => {
    const blob = await aBlob(t);
    const conditions = { ifMatch: (await put(blob, "first")).etag };
    await put(blob, "second", { conditions });
    await refused(put(blob, "third", { conditions }), 412, "ConditionNotMet");
    assert.equal(await textOf(blob), "second");
  });

  test("of many that write if unchanged, one wins", async (t) => {
    const blob = await aBlob(t);
    const conditions = { ifMatch: (await put(blob, "first")).etag };
    const tries = await Promise.allSettled([..."abcdefghij"].map((text) => put(blob, text, { conditions })));
    const won = [..."abcdefghij"].filter((_, index) => tries[index].status === "fulfilled");
    assert.deepEqual(won, [await textOf(blob)]);
    assert.equal(tries.filter((result) => result.reason?.statusCode === 412).length, 9);
  });

  test("of many that create if absent, one wins", async (t) => {
    const blob = await aBlob(t);
    const conditions = { ifNoneMatch: "*" };
    const tries = await Promise.allSettled([..."abcdefghij"].map((text) => put(blob, text, { conditions })));
    const won = [..."abcdefghij"].filter((_, index) => tries[index].status === "fulfilled");
    assert.deepEqual(won, [await textOf(blob)]);
    assert.equal(tries.filter((result) => result.reason?.statusCode === 409).length, 9);
  });
});
