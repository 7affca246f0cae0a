import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { clients, fill, LARGE, LEASE } from "./fill.js";
import { picture } from "./picture.js";
import { aFolder, lazulite, run, startAzurite, startLazulite } from "./servers.js";

/** Name, change time and content of every file. */
async function stateOf(folder) {
  const state = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, ctimeMs } = await stat(path);
    state[path] = [mtimeMs, ctimeMs, createHash("sha256").update(await readFile(path)).digest("hex")];
  }
  return state;
}

const importInto = (location, folder) => run(lazulite, "import", folder, "--location", location);

async function check(location) {
  const checked = await run(lazulite, "check", "--location", location);
  assert.equal(checked.code, 0, checked.stdout);
}

test("an account that moves", async (t) => {
  const old = await aFolder(t);
  const azurite = await startAzurite(t, old);
  const { taken } = await fill(azurite.connection);
  const before = await picture(azurite.connection);
  await azurite.stop();
  const state = await stateOf(old);
  const location = await aFolder(t);

  await t.test("is imported by a process that stays small", async () => {
    const measure = "import resource, subprocess, sys\nended = subprocess.run(sys.argv[1:])\n" +
      "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\nsys.exit(ended.returncode)";
    const imported = await run("python3", "-c", measure, lazulite, "import", old, "--location", location);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout, /^imported from .*: 3 containers with 15 blobs, 6 snapshots and 2 uncommitted blocks, 2 queues with 10 messages, 2 tables with 53 entities; \d+ bytes\n$/);
    const most = Number(imported.stderr.trim()) * 1024;
    assert.ok(most < LARGE / 2, `took ${most} bytes of memory for a blob of ${LARGE}`);
    await check(location);
  });

  await t.test("shows what it showed before", async (t) => {
    const server = await startLazulite(t, "--location", location);
    const after = await picture(server.connection);
    for (const part of Object.keys(before)) {
      if (part !== "containers") assert.deepEqual(after[part], before[part], part);
    }
    assert.deepEqual(after.containers.map(({ blobs, ...container }) => container), before.containers.map(({ blobs, ...container }) => container));
    for (const [i, container] of before.containers.entries()) {
      for (const [j, blob] of container.blobs.entries()) assert.deepEqual(after.containers[i].blobs[j], blob, blob.name);
      assert.equal(after.containers[i].blobs.length, container.blobs.length);
    }
    await server.stop();
  });

  await t.test("goes on where its clients are", async (t) => {
    const server = await startLazulite(t, "--location", location);
    const { blobs, queues, table } = clients(server.connection);
    const images = blobs.getContainerClient("images");
    await queues.getQueueClient("jobs").deleteMessage(taken.messageId, taken.popReceipt);

    const leased = images.getBlockBlobClient("dir one/smäll & <1>.txt");
    await assert.rejects(leased.setMetadata({}), { statusCode: 412 });
    const { etag } = await leased.getProperties();
    await leased.setMetadata({ now: "here" }, { conditions: { leaseId: LEASE, ifMatch: etag } });
    const written = await leased.getProperties();
    assert.notEqual(written.etag, etag);
    await assert.rejects(leased.download(0, 1, { conditions: { ifMatch: etag } }), { statusCode: 412 });

    const blocks = images.getBlockBlobClient("dir/blocks");
    const ids = ["a1", "a4"].map((id) => Buffer.from(id).toString("base64"));
    await blocks.commitBlockList(ids);
    assert.equal((await blocks.downloadToBuffer()).toString("latin1"), "a".repeat(200_000) + "d".repeat(10));
    await images.getAppendBlobClient("log").appendBlock("four", 4);
    assert.ok((await images.getAppendBlobClient("log").downloadToBuffer()).toString().endsWith("threefour"));

    const disk = images.getPageBlobClient("disk");
    const snapshots = [];
    for await (const item of images.listBlobsFlat({ prefix: "disk", includeSnapshots: true })) if (item.snapshot) snapshots.push(item.snapshot);
    const diff = await disk.withSnapshot(snapshots[1]).getPageRangesDiff(0, 1 << 20, snapshots[0]);
    assert.deepEqual(diff.pageRange, [{ offset: 1024, count: 511 }, { offset: 65536, count: 511 }]);
    assert.deepEqual(diff.clearRange, [{ offset: 4096, count: 1023 }]);

    const found = [];
    for await (const blob of blobs.findBlobsByTags("state='old'")) found.push(blob.name);
    assert.deepEqual(found, [leased.name]);

    const answer = await fetch(`${server.control}/clock?account=devstoreaccount1&advance=3601`, { method: "POST", headers: { "x-lazulite-control": "1" } });
    assert.ok(answer.ok);
    const late = (await queues.getQueueClient("jobs").receiveMessages({ numberOfMessages: 32 })).receivedMessageItems;
    assert.ok(late.some((message) => message.messageText === "hidden" && message.dequeueCount === 1));
    assert.ok(!late.some((message) => message.messageText.startsWith("xxx")), "a message outlived its time");

    await assert.rejects(table("people").createEntity({ partitionKey: "", rowKey: "" }), { statusCode: 409 });
    await server.stop();
    await check(location);
  });

  await t.test("comes once", async () => {
    const again = await importInto(location, old);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /: nothing was imported, because names are there already: containers \$web, images, leased of account devstoreaccount1; queues idle, jobs of account devstoreaccount1; tables nothing, People of account devstoreaccount1\n$/);
    await check(location);
  });

  await t.test("comes at a start, and a restart leaves it alone", async (t) => {
    const fresh = await aFolder(t);
    for (const first of [true, false]) {
      const server = await startLazulite(t, "--location", fresh, "--import", old);
      assert.equal(/nothing was imported/.test(server.lines()), !first, server.lines());
      const { blobs } = clients(server.connection);
      const blob = blobs.getContainerClient("images").getBlockBlobClient("new");
      assert.equal(await blob.exists(), !first);
      await blob.upload("n", 1);
      await server.stop();
    }
    const memory = await startLazulite(t, "--inMemoryPersistence", "--import", old);
    assert.equal((await clients(memory.connection).queues.getQueueClient("jobs").getProperties()).approximateMessagesCount, 10);
  });

  await t.test("is refused where the folder is broken, and nothing of it comes", async (t) => {
    const DATABASE = "__azurite_db_blob__.json";
    const breakages = [
      ["a database that was cut off", (folder) => truncate(join(folder, DATABASE), 5000), /__azurite_db_blob__\.json: is not whole: no JSON from byte 500[01] on\n$/],
      ["an empty one", (folder) => truncate(join(folder, DATABASE), 0), /__azurite_db_blob__\.json: is not whole: no JSON from byte 1 on\n$/],
      ["bytes that are missing", async (folder) => {
        const files = await readdir(join(folder, "__blobstorage__"));
        for (const file of files) await rm(join(folder, "__blobstorage__", file));
      }, /__azurite_db_blob__\.json, \$BLOBS_COLLECTION\$, document 1 \(.*\), persistency: its bytes are lost: there is no .*__blobstorage__\/[-0-9a-f]+\n$/],
      ["messages that were cut off", async (folder) => {
        const [file] = await readdir(join(folder, "__queuestorage__"));
        await truncate(join(folder, "__queuestorage__", file), 3);
      }, /__azurite_db_queue__\.json, \$MESSAGES_COLLECTION\$, document \d+ \(jobs, .*\), persistency: its bytes are lost: .* ends at 3, they would at \d+\n$/],
      ["no folder of Azurite", async (folder) => {
        for (const service of ["blob", "queue", "table"]) await rm(join(folder, `__azurite_db_${service}__.json`));
      }, /: holds no data of Azurite: neither /],
    ];
    for (const [what, damage, line] of breakages) {
      const folder = await aFolder(t);
      const small = (path) => !path.includes("__blobstorage__/");
      await cp(old, folder, { recursive: true, filter: small });
      for (const file of await readdir(join(old, "__blobstorage__"))) {
        await writeFile(join(folder, "__blobstorage__", file), "");
        await truncate(join(folder, "__blobstorage__", file), (await stat(join(old, "__blobstorage__", file))).size);
      }
      await damage(folder);
      const location = await aFolder(t);
      const refused = await importInto(location, folder);
      assert.equal(refused.code, 1, what);
      assert.match(refused.stderr, line, what);
      assert.equal(refused.stderr.trim().split("\n").length, 1, what);
      const server = await startLazulite(t, "--location", location);
      const after = await picture(server.connection);
      assert.deepEqual([after.containers, after.queues, after.tables], [[], [], []], what);
      await server.stop();
      await check(location);
    }
  });

  await t.test("leaves Azurite's folder as it was", async () => {
    assert.deepEqual(await stateOf(old), state);
  });
});
