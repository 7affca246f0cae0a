// Whom access control lists let in: principals without a role, and those for whom a user delegation SAS speaks.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ManagedIdentityCredential } from "@azure/identity";
import {
  DataLakeFileSystemClient,
  DataLakeServiceClient,
  DirectorySASPermissions,
  FileSystemSASPermissions,
  generateDataLakeSASQueryParameters,
} from "@azure/storage-file-datalake";
import { all, options, refused } from "../env.js";
import { accessOf, acl, aFile, aFileSystem, ALICE, everyName, lake, read } from "../datalake_env.js";

const { APP_OBJECT, NOBODY_OBJECT } = process.env;
const PLAIN = "user::rwx,group::r-x,other::---";
const minutes = (number) => new Date(Math.floor(Date.now() / 1000) * 1000 + number * 60_000);
const by = (name) => new DataLakeServiceClient(lake.url, new ManagedIdentityCredential({ clientId: process.env[`${name}_CLIENT`] }), options);
const denied = (promise) => refused(promise, 403, "AuthorizationPermissionMismatch");
const allow = (path, rights) => path.setAccessControl(acl(`${PLAIN},user:${NOBODY_OBJECT}:${rights},mask::rwx`));

/** A filesystem by the key, which is the superuser, and the same in the hands of another. */
async function shared(t, name) {
  const fileSystem = await aFileSystem(t);
  return [fileSystem, by(name).getFileSystemClient(fileSystem.name)];
}

describe("Roles and entries", () => {
  test("a role needs no entry", async (t) => {
    const [, there] = await shared(t, "APP");
    const file = await aFile(there, "a/file");
    assert.deepEqual([await read(file), await everyName(there)], ["hello", ["a", "a/file"]]);
    assert.deepEqual((await accessOf(file)).slice(0, 2), [APP_OBJECT, "$superuser"]);
    await there.getDirectoryClient("a").delete(true);
  });

  test("a reader reads", async (t) => {
    const [fileSystem, there] = await shared(t, "READER");
    await aFile(fileSystem);
    assert.equal(await read(there.getFileClient("file")), "hello");
    await denied(there.getFileClient("other").create());
    await denied(there.getFileClient("file").delete());
  });

  test("nobody is let in by entries alone", async (t) => {
    const [fileSystem, there] = await shared(t, "NOBODY");
    const file = await aFile(fileSystem, "a/file");
    const [root, directory] = [fileSystem.getDirectoryClient("/"), fileSystem.getDirectoryClient("a")];
    const mine = there.getFileClient("a/file");
    await denied(mine.readToBuffer(0, 1));
    await allow(root, "--x");
    await allow(directory, "--x");
    await denied(mine.readToBuffer(0, 1));
    await allow(file, "r--");
    assert.equal(await read(mine), "hello");
    await denied(mine.append("!", 5, 1));
    await denied(all(there.listPaths({ path: "a" })));
    await allow(directory, "rwx");
    assert.deepEqual((await all(there.listPaths({ path: "a" }))).map(({ name }) => name), ["a/file"]);
    await there.getFileClient("a/other").create();
    assert.equal((await accessOf(fileSystem.getFileClient("a/other")))[0], NOBODY_OBJECT);
    await mine.delete();
  });

  test("what fails is counted", async (t) => {
    const [fileSystem, there] = await shared(t, "NOBODY");
    for (const name of ["a/0", "a/1", "a/2"]) await aFile(fileSystem, name);
    await fileSystem.getDirectoryClient("/").setAccessControl(acl(`${PLAIN},user:${NOBODY_OBJECT}:--x`));
    for (const name of ["a", "a/1", "a/2"]) await fileSystem.getDirectoryClient(name).setAccessControl(acl(PLAIN), { owner: NOBODY_OBJECT });
    for (const [continueOnFailure, changed] of [[false, 0], [true, 2]]) {
      const failures = [];
      const onProgress = ({ batchFailures }) => failures.push(...batchFailures);
      const { counters } = await there.getDirectoryClient("a").setAccessControlRecursive(acl(PLAIN), { continueOnFailure, onProgress });
      assert.deepEqual([counters.changedDirectoriesCount, counters.changedFilesCount, counters.failedChangesCount], [1, changed, 1]);
      const message = "This request is not authorized to perform this operation using this permission.";
      assert.deepEqual(failures, [{ name: "a/0", isDirectory: false, message }]);
    }
  });
});

describe("User delegation SAS", () => {
  async function bySas(fileSystem, permissions, values = {}) {
    const key = await by("APP").getUserDelegationKey(minutes(-60), minutes(60));
    const parsed = (values.isDirectory ? DirectorySASPermissions : FileSystemSASPermissions).parse(permissions);
    const all = { fileSystemName: fileSystem.name, permissions: parsed, startsOn: minutes(-5), expiresOn: minutes(60), ...values };
    const sas = generateDataLakeSASQueryParameters(all, key, lake.name).toString();
    return new DataLakeFileSystemClient(`${fileSystem.url}?${sas}`, undefined, options);
  }

  test("of a filesystem and a directory", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const name of ["a/b/file", "a/other"]) await aFile(fileSystem, name);
    assert.deepEqual(await everyName(await bySas(fileSystem, "rl")), ["a", "a/b", "a/b/file", "a/other"]);
    const below = await bySas(fileSystem, "rwdle", { isDirectory: true, pathName: "a/b" });
    assert.equal(await read(below.getFileClient("a/b/file")), "hello");
    await refused(below.getFileClient("a/other").getAccessControl(), 403, "AuthenticationFailed");
  });

  test("saoid owns what it makes", async (t) => {
    const fileSystem = await aFileSystem(t);
    await (await bySas(fileSystem, "rcw", { preauthorizedAgentObjectId: ALICE })).getFileClient("file").create();
    assert.equal((await accessOf(fileSystem.getFileClient("file")))[0], ALICE);
  });

  test("suoid is looked at", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem);
    const there = (await bySas(fileSystem, "rwle", { agentObjectId: NOBODY_OBJECT })).getFileClient("file");
    await denied(there.readToBuffer(0, 1));
    await allow(fileSystem.getDirectoryClient("/"), "--x");
    await allow(file, "r--");
    assert.equal(await read(there), "hello");
    await denied(there.append("!", 5, 1));
  });
});
