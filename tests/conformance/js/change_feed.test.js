// The change feed, read by Microsoft's own reader.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import changeFeed from "@azure/storage-blob-changefeed";
import { all, ETAG, GUID, onEmulator, put, unique } from "./env.js";
import { change, ownAccount } from "./queue_env.js";

const HOUR = 3600;

/** By a connection string, since the reader takes credentials of its own copy of the Blob SDK alone. */
function aReader({ url, accountName, credential }) {
  const key = credential.accountKey.toString("base64");
  return changeFeed.BlobChangeFeedClient.fromConnectionString(
    `DefaultEndpointsProtocol=http;AccountName=${accountName};AccountKey=${key};BlobEndpoint=${url}`,
  );
}

/** An account whose changes are recorded. */
async function aRecordedAccount() {
  const { url, blobs, advance } = await ownAccount();
  await change("PUT", `accounts/${url.split("/").pop()}`, JSON.stringify({ changeFeed: true }));
  const container = blobs.getContainerClient(unique());
  await container.create();
  const reader = aReader(blobs);
  /** This reader stops before the last hour that is complete. An hour with changes is, when there are later ones. */
  const events = async (listing) => {
    for (const name of ["an hour later", "two hours later"]) {
      await advance(HOUR);
      await put(container.getBlockBlobClient(name), "");
    }
    return all(reader.listChanges(listing));
  };
  return { blobs, container, reader, events };
}

describe("Change feed", { skip: !onEmulator && "it is a setting of the account" }, () => {
  test("is there before anything happened", async () => {
    const { reader } = await aRecordedAccount();
    assert.deepEqual(await all(reader.listChanges()), []);
  });

  test("is missing where the account has none", async () => {
    const { blobs } = await ownAccount();
    const reader = aReader(blobs);
    await assert.rejects(all(reader.listChanges()), /hasn't been enabled/);
  });

  test("tells each change once it is consumable", async () => {
    const { container, reader, events } = await aRecordedAccount();
    const blob = container.getBlockBlobClient("a/b");
    const made = await put(blob, "hello", { blobHTTPHeaders: { blobContentLanguage: "nl-NL" } });
    await blob.setHTTPHeaders({ blobContentLanguage: "pl-PL" });
    await blob.setTags({ key: "value" });
    await blob.setAccessTier("Archive");
    await blob.setAccessTier("Hot");
    await blob.delete();
    assert.deepEqual(await all(reader.listChanges()), []);

    const told = await events();
    assert.deepEqual(
      told.map(({ eventType, data }) => [eventType, data.api]),
      [
        ["BlobCreated", "PutBlob"],
        ["BlobPropertiesUpdated", "SetBlobProperties"],
        ["BlobPropertiesUpdated", "SetBlobTags"],
        ["BlobTierChanged", "SetBlobTier"],
        ["BlobAsyncOperationInitiated", "SetBlobTier"],
        ["BlobDeleted", "DeleteBlob"],
      ],
    );
    const [created, headers, tags, archived, rehydrated] = told;
    assert.equal(created.subject, `/blobServices/default/containers/${container.containerName}/blobs/a/b`);
    assert.ok(created.eventTime instanceof Date && GUID.test(created.id));
    assert.match(`"${created.data.etag}"`, ETAG);
    assert.equal(`"${created.data.etag}"`, made.etag);
    assert.equal(created.data.contentLength, 5);
    assert.equal(created.data.requestId, made.requestId);
    assert.deepEqual(headers.data.updatedBlobProperties.ContentLanguage, {
      propertyName: "ContentLanguage",
      oldValue: "nl-NL",
      newValue: "pl-PL",
    });
    assert.deepEqual(tags.data.updatedBlobTags, { oldTags: {}, newTags: { key: "value" } });
    assert.equal(archived.data.previousInfo.previousTier, "Hot");
    assert.equal(archived.data.blobAccessTier, "Archive");
    assert.deepEqual(rehydrated.data.longRunningOperationInfo, { destinationAccessTier: "Hot", isAsync: true });
  });

  test("tells what soft delete keeps, and what comes back", async () => {
    const { blobs, container, events } = await aRecordedAccount();
    await blobs.setProperties({ deleteRetentionPolicy: { enabled: true, days: 7 } });
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "1");
    await put(blob, "2");
    await blob.delete();
    await blob.undelete();
    const [, replaced, deleted, restored] = await events();
    assert.match(replaced.data.previousInfo.softDeleteSnapshot, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    assert.equal(replaced.data.previousInfo.isBlobSoftDeleted, true);
    assert.deepEqual([deleted.eventType, deleted.data.previousInfo.isBlobSoftDeleted], ["BlobDeleted", true]);
    assert.deepEqual([restored.eventType, restored.data.api], ["BlobPropertiesUpdated", "UndeleteBlob"]);
  });

  test("is read on from a continuation token", async () => {
    const { container, reader, events } = await aRecordedAccount();
    for (let i = 0; i < 5; i++) await put(container.getBlockBlobClient(`b${i}`), "");
    assert.equal((await events()).length, 5);
    const page = (await reader.listChanges().byPage({ maxPageSize: 2 }).next()).value;
    const rest = [];
    for await (const next of reader.listChanges().byPage({ maxPageSize: 2, continuationToken: page.continuationToken })) {
      rest.push(...next.events);
    }
    assert.deepEqual([...page.events, ...rest].map(({ subject }) => subject.slice(-2)), ["b0", "b1", "b2", "b3", "b4"]); // prettier-ignore
  });
});
