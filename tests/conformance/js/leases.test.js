// Leases of blobs and containers: every action in every state, and what other operations make of them.
// Expected cells are those of the tables in the REST reference, "Lease Blob" and "Lease Container".

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";
import { all, base64, GUID, put, read, refused, unique } from "./env.js";
import { ownAccount } from "./queue_env.js";

const [A, B, C] = [randomUUID(), randomUUID(), randomUUID()];

let account; // whose clock these tests advance, one after the other
before(async () => {
  account = await ownAccount();
});

async function aContainer() {
  const container = account.blobs.getContainerClient(unique());
  await container.create();
  return container;
}

async function aBlob() {
  const blob = (await aContainer()).getBlockBlobClient("blob");
  await put(blob, "hello");
  return blob;
}

const RESOURCES = { blob: aBlob, container: aContainer };

const STATES = {
  available: async () => {},
  leased: (it) => it.getBlobLeaseClient(A).acquireLease(60),
  breaking: async (it) => {
    await it.getBlobLeaseClient(A).acquireLease(-1);
    await it.getBlobLeaseClient(A).breakLease(60);
  },
  broken: async (it) => {
    await it.getBlobLeaseClient(A).acquireLease(-1);
    await it.getBlobLeaseClient(A).breakLease(0);
  },
  expired: async (it) => {
    await it.getBlobLeaseClient(A).acquireLease(15);
    await account.advance(16);
  },
};

const MISMATCH = "LeaseIdMismatchWithLeaseOperation";
const NONE = "LeaseNotPresentWithLeaseOperation";
const PRESENT = "LeaseAlreadyPresent";
const BROKEN = "LeaseIsBrokenAndCannotBeRenewed";
const CHANGING = "LeaseIsBreakingAndCannotBeChanged";
const ACQUIRING = "LeaseIsBreakingAndCannotBeAcquired";

// The state afterwards, or the code with which it fails (409): available, leased, breaking, broken, expired.
const OUTCOMES = {
  "acquire A": ["leased", "leased", ACQUIRING, "leased", "leased"],
  "acquire B": ["leased", PRESENT, PRESENT, "leased", "leased"],
  "renew A": [MISMATCH, "leased", BROKEN, BROKEN, "leased"],
  "renew B": [MISMATCH, MISMATCH, MISMATCH, MISMATCH, MISMATCH],
  "change A to B": [NONE, "leased", CHANGING, NONE, NONE],
  "change B to A": [NONE, "leased", CHANGING, NONE, NONE],
  "change B to C": [NONE, MISMATCH, MISMATCH, NONE, NONE],
  "release A": [MISMATCH, "available", "available", "available", "available"],
  "release B": [MISMATCH, MISMATCH, MISMATCH, MISMATCH, MISMATCH],
  "break in 0": [NONE, "broken", "broken", "broken", "broken"],
  "break in 5": [NONE, "breaking", "breaking", "broken", "broken"],
  "break": [NONE, "breaking", "breaking", "broken", "broken"],
}; // prettier-ignore
const ACTIONS = {
  "acquire A": (it) => it.getBlobLeaseClient(A).acquireLease(30),
  "acquire B": (it) => it.getBlobLeaseClient(B).acquireLease(30),
  "renew A": (it) => it.getBlobLeaseClient(A).renewLease(),
  "renew B": (it) => it.getBlobLeaseClient(B).renewLease(),
  "change A to B": (it) => it.getBlobLeaseClient(A).changeLease(B),
  "change B to A": (it) => it.getBlobLeaseClient(B).changeLease(A),
  "change B to C": (it) => it.getBlobLeaseClient(B).changeLease(C),
  "release A": (it) => it.getBlobLeaseClient(A).releaseLease(),
  "release B": (it) => it.getBlobLeaseClient(B).releaseLease(),
  "break in 0": (it) => it.getBlobLeaseClient().breakLease(0),
  "break in 5": (it) => it.getBlobLeaseClient().breakLease(5),
  "break": (it) => it.getBlobLeaseClient().breakLease(),
}; // prettier-ignore
const STATUS = { acquire: 201, renew: 200, change: 200, release: 200, break: 202 };

for (const [kind, make] of Object.entries(RESOURCES)) {
  describe(`Actions on a ${kind}`, () => {
    for (const [name, cells] of Object.entries(OUTCOMES)) {
      for (const [column, [state, enter]] of Object.entries(STATES).entries()) {
        test(`${name}, ${state}: ${cells[column]}`, async () => {
          const it = await make();
          await enter(it);
          const { etag, lastModified } = await it.getProperties();
          const outcome = cells[column];
          if (outcome.startsWith("Lease")) {
            await refused(ACTIONS[name](it), 409, outcome);
            assert.equal((await it.getProperties()).leaseState, state);
            return;
          }
          const answer = await ACTIONS[name](it);
          assert.equal(answer._response.status, STATUS[name.split(" ")[0]]);
          assert.deepEqual([answer.etag, answer.lastModified], [etag, lastModified]);
          const after = await it.getProperties();
          assert.deepEqual([after.leaseState, after.etag], [outcome, etag]);
          assert.equal(after.leaseStatus, ["leased", "breaking"].includes(outcome) ? "locked" : "unlocked");
        });
      }
    }

    test("without a proposed id one is made up", async () => {
      const it = await make();
      const { leaseId } = await it.getBlobLeaseClient().acquireLease(15);
      assert.match(leaseId, GUID);
    });

    test("durations and periods", async () => {
      const it = await make();
      const client = it.getBlobLeaseClient(A);
      for (const seconds of [14, 61, 0, -2]) await refused(client.acquireLease(seconds), 400, "InvalidHeaderValue");
      assert.equal((await it.getProperties()).leaseState, "available");
      await client.acquireLease(15);
      assert.equal((await it.getProperties()).leaseDuration, "fixed");
      await client.acquireLease(-1);
      assert.equal((await it.getProperties()).leaseDuration, "infinite");
      for (const seconds of [61, -1]) await refused(client.breakLease(seconds), 400, "InvalidHeaderValue");
      assert.equal((await client.breakLease(60)).leaseTime, 60);
      assert.equal((await it.getProperties()).leaseDuration, undefined);
      assert.equal((await client.breakLease(7)).leaseTime, 7);
      await account.advance(8);
      assert.equal((await client.breakLease()).leaseTime, 0);
      assert.equal((await it.getProperties()).leaseState, "broken");
    });

    test("renewing begins anew", async () => {
      const it = await make();
      const client = it.getBlobLeaseClient(A);
      await client.acquireLease(15);
      await account.advance(10);
      assert.equal((await client.renewLease()).leaseId, A);
      await account.advance(10);
      assert.equal((await it.getProperties()).leaseState, "leased");
      await account.advance(6);
      assert.equal((await it.getProperties()).leaseState, "expired");
    });
  });
}

// A write by the holder, somebody else, anybody; a read by each: available, leased, breaking, broken, expired.
const ABSENT = "LeaseNotPresentWithBlobOperation";
const OTHER = "LeaseIdMismatchWithBlobOperation";
const USES = [
  [true, A, [ABSENT, "ok", "ok", ABSENT, "LeaseLost"]],
  [true, B, [ABSENT, OTHER, OTHER, ABSENT, ABSENT]],
  [true, undefined, ["ok", "LeaseIdMissing", "LeaseIdMissing", "ok", "ok"]],
  [false, A, [ABSENT, "ok", "ok", ABSENT, "LeaseLost"]],
  [false, B, [ABSENT, OTHER, OTHER, ABSENT, ABSENT]],
  [false, undefined, ["ok", "ok", "ok", "ok", "ok"]],
];
const BLOCK = base64("a");
const WRITES = {
  "Put Blob": (blob, conditions) => put(blob, "again", { conditions }),
  "Put Block": (blob, conditions) => blob.stageBlock(BLOCK, "x", 1, { conditions }),
  "Put Block List": (blob, conditions) => blob.commitBlockList([], { conditions }),
  "Set Blob Metadata": (blob, conditions) => blob.setMetadata({ a: "1" }, { conditions }),
  "Set Blob Properties": (blob, conditions) => blob.setHTTPHeaders({ blobContentLanguage: "fr" }, { conditions }),
  "Delete Blob": (blob, conditions) => blob.delete({ conditions }),
};
const READS = {
  "Get Blob": (blob, conditions) => blob.download(0, undefined, { conditions }),
  "Get Blob Properties": (blob, conditions) => blob.getProperties({ conditions }),
  "Get Block List": (blob, conditions) => blob.getBlockList("all", { conditions }),
  "Set Blob Tier": (blob, conditions) => blob.setAccessTier("Cool", { conditions }),
};

describe("Use of a blob", () => {
  for (const [writes, id, cells] of USES) {
    for (const [name, use] of Object.entries(writes ? WRITES : READS)) {
      test(`${name} ${id === A ? "with its lease" : id === B ? "with another" : "without a lease"}`, async () => {
        for (const [column, [state, enter]] of Object.entries(STATES).entries()) {
          const blob = await aBlob();
          await enter(blob);
          const promise = use(blob, { leaseId: id });
          if (cells[column] !== "ok") await refused(promise, 412, cells[column]);
          else await promise;
          if (cells[column] === "ok" && name === "Delete Blob") continue;
          // Whoever holds it keeps it; a write by anybody else ends what is over. Put Block does not change the blob yet.
          const forgets = writes && !id && cells[column] === "ok" && name !== "Put Block" && ["broken", "expired"].includes(state);
          assert.equal((await blob.getProperties()).leaseState, forgets ? "available" : state, state);
        }
      });
    }
  }

  test("a renewal after a write by somebody else is refused", async () => {
    const blob = await aBlob();
    await STATES.expired(blob);
    await read(blob);
    await blob.getBlobLeaseClient(A).renewLease();
    await account.advance(16);
    await blob.setMetadata({ a: "1" });
    await refused(blob.getBlobLeaseClient(A).renewLease(), 409, MISMATCH);
    await refused(blob.getBlobLeaseClient(A).releaseLease(), 409, MISMATCH);
  });

  test("an expired lease is released once", async () => {
    // Seen on the real service: 200, then 409.
    const blob = await aBlob();
    await STATES.expired(blob);
    await blob.getBlobLeaseClient(A).releaseLease();
    await refused(blob.getBlobLeaseClient(A).releaseLease(), 409, MISMATCH);
  });

  test("the lease is looked at before conditions", async () => {
    // Seen on the real service; some emulators say BlobAlreadyExists.
    const blob = await aBlob();
    await STATES.leased(blob);
    await refused(put(blob, "again", { conditions: { ifNoneMatch: "*" } }), 412, "LeaseIdMissing");
  });

  test("listings show leases", async () => {
    const container = await aContainer();
    for (const [state, enter] of Object.entries(STATES).reverse()) {
      const blob = container.getBlockBlobClient(state);
      await put(blob, "x");
      await enter(blob);
    }
    const shown = (await all(container.listBlobsFlat())).map(({ name, properties: p }) => [name, p.leaseState, p.leaseStatus, p.leaseDuration]); // prettier-ignore
    assert.deepEqual(shown, [
      ["available", "available", "unlocked", undefined],
      ["breaking", "breaking", "locked", undefined],
      ["broken", "broken", "unlocked", undefined],
      ["expired", "expired", "unlocked", undefined],
      ["leased", "leased", "locked", "fixed"],
    ]);
  });

  test("of many that acquire, one wins", async () => {
    const blob = await aBlob();
    const tries = await Promise.allSettled([...Array(8)].map(() => blob.getBlobLeaseClient().acquireLease(-1)));
    assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal(tries.filter(({ reason }) => reason?.code === PRESENT).length, 7);
  });
});

describe("Use of a container", () => {
  const absent = "LeaseNotPresentWithContainerOperation";
  const other = "LeaseIdMismatchWithContainerOperation";
  const uses = [
    [true, A, [absent, "ok", "ok", absent, "LeaseLost"]],
    [true, B, [absent, other, other, absent, absent]],
    [true, undefined, ["ok", "LeaseIdMissing", "LeaseIdMissing", "ok", "ok"]],
    [false, A, [absent, "ok", "ok", absent, "LeaseLost"]],
    [false, B, [absent, other, other, absent, absent]],
    [false, undefined, ["ok", "ok", "ok", "ok", "ok"]],
  ];
  const deletes = { "Delete Container": (container, conditions) => container.delete({ conditions }) };
  const others = {
    // Get Container Properties: this SDK does not send the id.
    "Set Container Metadata": (container, conditions) => container.setMetadata({ a: "1" }, { conditions }),
    "Get Container ACL": (container, conditions) => container.getAccessPolicy({ conditions }),
    "Set Container ACL": (container, conditions) => container.setAccessPolicy(undefined, [], { conditions }),
  };
  for (const [guarded, id, cells] of uses) {
    for (const [name, use] of Object.entries(guarded ? deletes : others)) {
      test(`${name} ${id === A ? "with its lease" : id === B ? "with another" : "without a lease"}`, async () => {
        for (const [column, [state, enter]] of Object.entries(STATES).entries()) {
          const container = await aContainer();
          await enter(container);
          const promise = use(container, { leaseId: id });
          if (cells[column] !== "ok") await refused(promise, 412, cells[column]);
          else await promise;
          if (guarded && cells[column] === "ok") continue;
          assert.equal((await container.getProperties()).leaseState, state);
        }
      });
    }
  }

  test("blobs are written freely", async () => {
    const container = await aContainer();
    await STATES.leased(container);
    await put(container.getBlockBlobClient("blob"), "x");
    await container.deleteBlob("blob");
  });

  test("listings show leases", async () => {
    const container = await aContainer();
    await container.getBlobLeaseClient(A).acquireLease(-1);
    const [{ properties: p }] = await all(account.blobs.listContainers({ prefix: container.containerName }));
    assert.deepEqual([p.leaseState, p.leaseStatus, p.leaseDuration], ["leased", "locked", "infinite"]);
  });
});
