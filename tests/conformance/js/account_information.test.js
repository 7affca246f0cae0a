// Get Account Information, at account, container and blob level.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aContainer, aTextBlob, service } from "./env.js";

const shown = (answer) => [answer.skuName, answer.accountKind, answer.isHierarchicalNamespaceEnabled];
const EXPECTED = ["Standard_RAGRS", "StorageV2", false];

describe("Get Account Information", () => {
  test("of the service", async () => {
    assert.deepEqual(shown(await service.getAccountInfo()), EXPECTED);
  });

  test("of a container", async (t) => {
    assert.deepEqual(shown(await (await aContainer(t)).getAccountInfo()), EXPECTED);
  });

  test("of a blob", async (t) => {
    assert.deepEqual(shown(await (await aTextBlob(t)).getAccountInfo()), EXPECTED);
  });
});
