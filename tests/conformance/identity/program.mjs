// Reads and writes with whatever credential its surroundings give it, and says how that went.

import { TableClient } from "@azure/data-tables";
import { DefaultAzureCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { ShareServiceClient } from "@azure/storage-file-share";
import { QueueServiceClient } from "@azure/storage-queue";

const { STORAGE_BLOB, STORAGE_QUEUE, STORAGE_TABLE, STORAGE_FILE, STORAGE_PLACE } = process.env;
const credential = new DefaultAzureCredential({ disableInstanceDiscovery: true });
const blobs = new BlobServiceClient(STORAGE_BLOB, credential).getContainerClient(STORAGE_PLACE);
const queue = new QueueServiceClient(STORAGE_QUEUE, credential).getQueueClient(STORAGE_PLACE);
const table = new TableClient(STORAGE_TABLE, STORAGE_PLACE, credential);
const share = new ShareServiceClient(STORAGE_FILE, credential, { fileRequestIntent: "backup" }).getShareClient(STORAGE_PLACE);
const files = share.rootDirectoryClient;

const textOf = async (client) => (await client.downloadToBuffer()).toString();

async function writeBlob() {
  const blob = blobs.getBlockBlobClient("javascript");
  await blob.upload("written", 7);
  return textOf(blob);
}

async function writeEntity() {
  await table.upsertEntity({ partitionKey: "program", rowKey: "javascript", Text: "written" });
  return (await table.getEntity("program", "javascript")).Text;
}

async function writeFile() {
  const file = files.getFileClient("javascript");
  await file.uploadData(Buffer.from("written"));
  return textOf(file);
}

async function attempt(what, action) {
  try {
    console.log(what, await action());
  } catch (error) {
    const code = error.response?.headers.get("x-ms-error-code");
    if (!code) throw error;
    console.log(what, error.statusCode, code);
  }
}

await attempt("read blob", () => textOf(blobs.getBlobClient("seeded")));
await attempt("write blob", writeBlob);
await attempt("read queue", async () => (await queue.peekMessages()).peekedMessageItems[0].messageText);
await attempt("write queue", async () => (await queue.sendMessage("written")) && "written");
await attempt("read table", async () => (await table.getEntity("seeded", "seeded")).Text);
await attempt("write table", writeEntity);
await attempt("read file", () => textOf(files.getFileClient("seeded")));
await attempt("write file", writeFile);
