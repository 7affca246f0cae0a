// Snapshot Share, what a snapshot shows, and the ranges that changed since.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, ETAG, refused, unique } from "./env.js";
import { aDirectory, aFile, aShare, ask, files, filesByHost, namesIn, put, ranges, read } from "./file_env.js";
import { expectError } from "./raw.js";

const EARLIER = "2020-01-01T00:00:00.0000000Z";

describe("Snapshot Share", () => {
  test("a point in time", async (t) => {
    const share = await aShare(t, { metadata: { a: "1" } }, filesByHost);
    const directory = await aDirectory(share, "d");
    const file = await aFile(directory, "first", { metadata: { then: "1" } });
    const answer = await share.createSnapshot();
    assert.match(answer.etag, ETAG);
    const then = share.withSnapshot(answer.snapshot);
    await put(file, "XX");
    await file.setMetadata({ now: "1" });
    await aFile(directory, "new", { name: "new" });
    await directory.rename("e");
    await share.setMetadata({});

    assert.deepEqual(await namesIn(share.rootDirectoryClient), ["e"]);
    assert.deepEqual(await namesIn(then.rootDirectoryClient), ["d"]);
    assert.deepEqual(await namesIn(then.getDirectoryClient("d")), ["file"]);
    const old = then.getDirectoryClient("d").getFileClient("file");
    assert.equal(await read(old), "first");
    assert.deepEqual((await old.getProperties()).metadata, { then: "1" });
    assert.deepEqual(ranges((await old.getRangeList()).rangeList), [[0, 4]]);
    assert.deepEqual((await then.getProperties()).metadata, { a: "1" });
    assert.equal((await then.getDirectoryClient("d").getProperties())._response.status, 200);
    await refused(then.getDirectoryClient("e").getProperties(), 404, "ResourceNotFound");
    assert.equal(await read(share.getDirectoryClient("e").getFileClient("file")), "XXrst");
  });

  test("metadata of its own", async (t) => {
    const share = await aShare(t, { metadata: { a: "1" } });
    const { snapshot } = await share.createSnapshot({ metadata: { b: "2" } });
    assert.deepEqual((await share.withSnapshot(snapshot).getProperties()).metadata, { b: "2" });
    await refused(share.createSnapshot({ metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await refused(files.getShareClient(unique()).createSnapshot(), 404, "ShareNotFound");
  });

  test("nothing is written to it", async (t) => {
    const share = await aShare(t);
    await aFile(share.rootDirectoryClient);
    const then = share.withSnapshot((await share.createSnapshot()).snapshot);
    const file = then.rootDirectoryClient.getFileClient("file");
    for (const call of [
      () => file.create(1),
      () => file.delete(),
      () => file.setMetadata({}),
      () => file.resize(1),
      () => put(file, "x"),
      () => file.clearRange(0, 1),
      () => then.getDirectoryClient("d").create(),
      () => then.setMetadata({}),
      () => then.setAccessPolicy([]),
    ])
      await refused(call(), 400, "InvalidQueryParameterValue");
    assert.equal(await read(file), "hello");
  });

  test("missing", async (t) => {
    const share = await aShare(t);
    await refused(share.withSnapshot(EARLIER).getProperties(), 404, "ShareSnapshotNotFound");
    await refused(read(share.withSnapshot(EARLIER).rootDirectoryClient.getFileClient("f")), 404, "ShareSnapshotNotFound");
    await refused(share.withSnapshot("yesterday").getProperties(), 400, "InvalidQueryParameterValue");
  });

  test("deleted", async (t) => {
    const share = await aShare(t);
    const { snapshot } = await share.createSnapshot();
    await refused(share.delete(), 409, "ShareHasSnapshots");
    expectError(
      await ask("DELETE", `/${share.name}`, {
        query: `restype=share&sharesnapshot=${snapshot}`,
        headers: { "x-ms-delete-snapshots": "include" },
      }),
      400,
      "InvalidQueryParameterValue",
    );
    const lease = share.withSnapshot(snapshot).getShareLeaseClient();
    await lease.acquireLease();
    await refused(share.delete({ deleteSnapshots: "include" }), 409, "DeleteShareWhenSnapshotLeased");
    await lease.releaseLease();
    await share.withSnapshot(snapshot).delete();
    await refused(share.withSnapshot(snapshot).getProperties(), 404, "ShareSnapshotNotFound");
    await share.delete();
  });
});

describe("Ranges since a snapshot", () => {
  test("written and cleared", async (t) => {
    const share = await aShare(t);
    const file = await aFile(share.rootDirectoryClient, 8192);
    await put(file, "x".repeat(1024));
    const { snapshot } = await share.createSnapshot();
    await put(file, "y".repeat(512), 512);
    await file.clearRange(0, 512);
    await put(file, "z".repeat(512), 4096);
    const diff = await file.getRangeListDiff(snapshot);
    assert.deepEqual(
      [ranges(diff.ranges), ranges(diff.clearRanges)],
      [
        [
          [512, 1023],
          [4096, 4607],
        ],
        [[0, 511]],
      ],
    );
    const paged = await all(file.listRangesDiff(snapshot).byPage({ maxPageSize: 1 }));
    assert.deepEqual(
      paged.flatMap((page) => ranges(page.ranges)),
      [
        [512, 1023],
        [4096, 4607],
      ],
    );
    assert.deepEqual(
      paged.flatMap((page) => ranges(page.clearRanges)),
      [[0, 511]],
    );
  });

  test("of a file that was renamed", async (t) => {
    const share = await aShare(t, {}, filesByHost);
    const file = await aFile(share.rootDirectoryClient, 1024);
    const { snapshot } = await share.createSnapshot();
    const { destinationFileClient: renamed } = await file.rename("other");
    await put(renamed, "y");
    await refused(renamed.getRangeListDiff(snapshot), 409, "PreviousSnapshotNotFound");
    assert.deepEqual(ranges((await renamed.getRangeListDiff(snapshot, { includeRenames: true })).ranges), [[0, 511]]);
  });

  test("refusals", async (t) => {
    const share = await aShare(t);
    const file = await aFile(share.rootDirectoryClient, 1024);
    const first = (await share.createSnapshot()).snapshot;
    const second = (await share.createSnapshot()).snapshot;
    await refused(file.withShareSnapshot(first).getRangeListDiff(second), 400, "PreviousSnapshotCannotBeNewer");
    await refused(file.getRangeListDiff(EARLIER), 409, "PreviousSnapshotNotFound");
    await file.create(1024);
    await refused(file.getRangeListDiff(first), 409, "FileGenerationMismatch");
  });
});
