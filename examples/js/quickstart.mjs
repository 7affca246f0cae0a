// Upload, list, download and delete a blob. Needs `npm install` here and a running lazulite.

import { randomUUID } from "node:crypto";
import { BlobServiceClient } from "@azure/storage-blob";

const connectionString = process.env.AZURE_STORAGE_CONNECTION_STRING ?? "UseDevelopmentStorage=true";
const service = BlobServiceClient.fromConnectionString(connectionString);

const container = service.getContainerClient(`quickstart-${randomUUID()}`);
await container.create();
try {
  const blob = container.getBlockBlobClient("hello.txt");
  await blob.uploadData(Buffer.from("Hello from JavaScript"));

  for await (const item of container.listBlobsFlat()) {
    console.log(`${item.name}: ${item.properties.contentLength} bytes`);
  }

  console.log((await blob.downloadToBuffer()).toString());

  await blob.delete();
  let left = 0;
  for await (const _ of container.listBlobsFlat()) left += 1;
  console.log(`left: ${left}`);
} finally {
  await container.delete();
}
