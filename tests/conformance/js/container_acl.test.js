// Get and Set Container ACL: stored access policies and public access.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { aContainer, DAY, endpoint, options, refused, service, textOf, unique } from "./env.js";
import { expectError, request } from "./raw.js";

const policy = (id, accessPolicy = {}) => ({ id, accessPolicy });
const put = (container, inner, headers) =>
  request("PUT", `/${container.containerName}`, {
    query: "restype=container&comp=acl",
    headers,
    body: Buffer.from(`<SignedIdentifiers>${inner}</SignedIdentifiers>`),
  });

describe("Container ACL", () => {
  test("policies come back", async (t) => {
    const container = await aContainer(t);
    assert.deepEqual((await container.getAccessPolicy()).signedIdentifiers, []);
    const startsOn = new Date("2030-12-31T11:22:33.457Z");
    const expiresOn = new Date("2031-12-31T11:22:33.457Z");
    const answer = await container.setAccessPolicy(undefined, [
      policy("MTIzNDU2", { startsOn, expiresOn, permissions: "rwd" }),
      policy("open", { permissions: "l" }),
    ]);
    const found = await container.getAccessPolicy();
    assert.equal(found.etag, answer.etag);
    assert.equal(found.blobPublicAccess, undefined);
    assert.deepEqual(found.signedIdentifiers.map((item) => item.id), ["MTIzNDU2", "open"]); // prettier-ignore
    const { accessPolicy } = found.signedIdentifiers[0];
    assert.deepEqual([accessPolicy.startsOn, accessPolicy.expiresOn, accessPolicy.permissions], [startsOn, expiresOn, "rwd"]);
    assert.equal(found.signedIdentifiers[1].accessPolicy.expiresOn, undefined);
  });

  for (const access of ["blob", "container"]) {
    test(`public access ${access}`, async (t) => {
      const container = await aContainer(t);
      await container.uploadBlockBlob("blob", "hello", 5);
      const stranger = new BlobServiceClient(endpoint, undefined, options).getContainerClient(container.containerName);
      await refused(stranger.getBlobClient("blob").download(), 401, "NoAuthenticationInformation");
      await container.setAccessPolicy(access);
      assert.equal((await container.getAccessPolicy()).blobPublicAccess, access);
      assert.equal(await textOf(stranger.getBlobClient("blob")), "hello");
      await container.setAccessPolicy();
      assert.equal((await container.getAccessPolicy()).blobPublicAccess, undefined);
      await refused(stranger.getBlobClient("blob").download(), 401, "NoAuthenticationInformation");
    });
  }

  test("refusals", async (t) => {
    const container = await aContainer(t);
    const six = [..."123456"].map((id) => policy(id, { permissions: "r" }));
    await refused(container.setAccessPolicy(undefined, six), 400, "InvalidXmlDocument");
    await refused(container.setAccessPolicy(undefined, [policy("i".repeat(65))]), 400, "InvalidXmlDocument");
    await refused(container.setAccessPolicy(undefined, [policy("a"), policy("a")]), 400, "InvalidXmlDocument");
    await refused(container.setAccessPolicy(undefined, [policy("a", { permissions: "wr" })]), 400, "InvalidXmlDocument");
    expectError(await put(container, "", { "x-ms-blob-public-access": "everyone" }), 400, "InvalidHeaderValue");
    expectError(await put(container, "", { "If-Match": "*" }), 400, "ConditionHeadersNotSupported");
    const missing = service.getContainerClient(unique());
    await refused(missing.getAccessPolicy(), 404, "ContainerNotFound");
    await refused(missing.setAccessPolicy(), 404, "ContainerNotFound");
  });

  test("conditions", async (t) => {
    const container = await aContainer(t);
    const { lastModified } = await container.getProperties();
    const when = (name, ms) => ({ conditions: { [name]: new Date(+lastModified + ms) } });
    await refused(container.setAccessPolicy(undefined, [], when("ifModifiedSince", 0)), 412, "ConditionNotMet");
    await refused(container.setAccessPolicy(undefined, [], when("ifUnmodifiedSince", -DAY)), 412, "ConditionNotMet");
    await container.setAccessPolicy(undefined, [], when("ifModifiedSince", -DAY));
    const leaseId = "11111111-2222-3333-4444-555555555555";
    await refused(container.getAccessPolicy({ conditions: { leaseId } }), 412, "LeaseNotPresentWithContainerOperation");
  });
});
