// SAS of filesystems, directories and files: what each letter gives, and where each ends. What user delegation adds
// (saoid, suoid) is in identity/user_delegation.test.js.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  AccountSASPermissions,
  DataLakeDirectoryClient,
  DataLakeFileClient,
  DataLakeFileSystemClient,
  DataLakeSASPermissions,
  DirectorySASPermissions,
  FileSystemSASPermissions,
  generateDataLakeSASQueryParameters,
} from "@azure/storage-file-datalake";
import { all, options, refused } from "./env.js";
import { acl, aDirectory, aFile, aFileSystem, aFileSystemByHost, expectJson, lake, LEASE, read, skip, statusOf, write } from "./datalake_env.js";
import { request } from "./raw.js";

const expiresOn = new Date("2099-01-01T00:00:00Z");
const ACL = acl("user::rwx,group::r-x,other::---");
const forDirectory = (permissions) => DirectorySASPermissions.parse(permissions);

const bySas = async (path, permissions, more = {}) => {
  const [Client, Permissions] =
    path instanceof DataLakeDirectoryClient ? [DataLakeDirectoryClient, DirectorySASPermissions] : [DataLakeFileClient, DataLakeSASPermissions];
  return new Client(await path.generateSasUrl({ permissions: Permissions.parse(permissions), expiresOn, ...more }), undefined, options);
};
const fileSystemBySas = async (fileSystem, permissions, more = {}) =>
  new DataLakeFileSystemClient(
    await fileSystem.generateSasUrl({ permissions: FileSystemSASPermissions.parse(permissions), expiresOn, ...more }),
    undefined,
    options,
  );
const denied = (promise) => refused(promise, 403, "AuthorizationPermissionMismatch");

describe("SAS of a filesystem", { skip }, () => {
  test("everything it may allow", async (t) => {
    const fileSystem = await aFileSystem(t);
    const there = await fileSystemBySas(fileSystem, "racwdlmeop");
    const file = there.getFileClient("a/file");
    await file.create();
    await write(file, "hello");
    assert.equal(await read(file), "hello");
    await file.setAccessControl(ACL);
    await there.getDirectoryClient("a").setAccessControlRecursive(ACL);
    assert.deepEqual((await all(there.listPaths({ recursive: true }))).map(({ name }) => name), ["a", "a/file"]);
    await there.getDirectoryClient("a").delete(true);
  });

  test("each letter by itself", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "a/file");
    const by = async (letters) => (await fileSystemBySas(fileSystem, letters)).getFileClient("a/file");
    assert.equal(await read(await by("r")), "hello");
    await denied((await by("r")).create());
    await denied((await by("r")).append("!", 5, 1));
    await denied((await by("r")).delete());
    await denied((await by("l")).readToBuffer(0, 1));
    await (await by("w")).append("!", 5, 1);
    await denied((await by("l")).setAccessControl(ACL));
    await (await by("p")).setAccessControl(ACL);
    await denied((await by("p")).setAccessControl(ACL, { owner: LEASE })); // changing the owner is `o`
    await (await by("op")).setAccessControl(ACL, { owner: LEASE });
    await (await by("e")).getAccessControl();
    await (await by("r")).getAccessControl(); // as in the Go SDK's tests against the service
    await denied((await by("l")).getAccessControl());
    await denied(all((await fileSystemBySas(fileSystem, "r")).listPaths()));
    await (await by("d")).delete();
    await (await by("c")).create({ conditions: { ifNoneMatch: "*" } });
  });

  test("by a stored policy", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem);
    await fileSystem.setAccessPolicy(undefined, [{ id: "policy", accessPolicy: { permissions: "r", expiresOn } }]);
    const url = await file.generateSasUrl({ identifier: "policy" });
    assert.equal(await read(new DataLakeFileClient(url, undefined, options)), "hello");
    await fileSystem.setAccessPolicy(undefined, []);
    await refused(new DataLakeFileClient(url, undefined, options).getAccessControl(), 403, "AuthenticationFailed");
  });

  test("past its time", async (t) => {
    const file = await aFile(await aFileSystem(t));
    const there = await bySas(file, "r", { expiresOn: new Date("2020-01-01") });
    await refused(there.getAccessControl(), 403, "AuthenticationFailed");
  });
});

describe("SAS of a directory", { skip }, () => {
  test("for it and everything below", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const name of ["a/b/c/file", "a/b/file", "a/other", "ab"]) await aFile(fileSystem, name, name);
    const url = await fileSystem.getDirectoryClient("a/b").generateSasUrl({ permissions: forDirectory("rwdlce"), expiresOn });
    const { searchParams } = new URL(url);
    assert.deepEqual([searchParams.get("sr"), searchParams.get("sdd")], ["d", "2"]);
    const query = url.slice(url.indexOf("?"));
    const at = (name) => new DataLakeFileClient(fileSystem.getFileClient(name).url + query, undefined, options);
    assert.equal(await read(at("a/b/file")), "a/b/file");
    assert.equal(await read(at("a/b/c/file")), "a/b/c/file");
    await at("a/b/new").create();
    await refused(at("a/other").getAccessControl(), 403, "AuthenticationFailed");
    await refused(at("ab").getAccessControl(), 403, "AuthenticationFailed");
    await refused(at("a").getAccessControl(), 403, "AuthenticationFailed");
    const listed = new DataLakeFileSystemClient(fileSystem.url + query, undefined, options);
    assert.deepEqual((await all(listed.listPaths({ path: "a/b" }))).map(({ name }) => name), ["a/b/c", "a/b/file", "a/b/new"]);
    await refused(all(listed.listPaths({ path: "a" })), 403, "AuthenticationFailed");
    await refused(all(listed.listPaths()), 403, "AuthenticationFailed");
    await (await bySas(fileSystem.getDirectoryClient("a/b"), "d")).delete(true);
  });

  test("of the root", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "a/file");
    const sas = generateDataLakeSASQueryParameters(
      { fileSystemName: fileSystem.name, pathName: "", isDirectory: true, directoryDepth: 0, permissions: forDirectory("rl"), expiresOn },
      lake.credential,
    ).toString();
    assert.match(sas, /sdd=0/); // of the whole filesystem, as this SDK has it
    const file = new DataLakeFileClient(`${fileSystem.getFileClient("a/file").url}?${sas}`, undefined, options);
    assert.equal(await read(file), "hello");
  });

  test("with a depth that is not its own", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "a/b/file");
    const url = await fileSystem.getDirectoryClient("a/b").generateSasUrl({ permissions: forDirectory("r"), expiresOn });
    const query = url.slice(url.indexOf("?") + 1);
    const get = (changed) => request("HEAD", `/${fileSystem.name}/a/b/file`, { to: lake.url, query: `action=getStatus&${changed}`, signed: false });
    assert.equal((await get(query)).status, 200);
    for (const wrong of ["sdd=1", "sdd=3", "sdd=x"]) assert.equal((await get(query.replace("sdd=2", wrong))).status, 403, wrong);
    assert.equal((await get(query.replace("&sdd=2", "").replace("sdd=2&", ""))).status, 403);
  });
});

describe("SAS of an account", { skip }, () => {
  test("for data lakes", async (t) => {
    const file = await aFile(await aFileSystem(t));
    const by = (letters, resourceTypes) => {
      const url = lake.service.generateAccountSasUrl(expiresOn, AccountSASPermissions.parse(letters), resourceTypes);
      return new DataLakeFileClient(`${file.url}?${url.split("?")[1]}`, undefined, options);
    };
    assert.equal(await read(by("r", "o")), "hello");
    await denied(by("r", "o").delete());
    await refused(by("rwd", "s").create(), 403, "AuthorizationResourceTypeMismatch");
  });
});

describe("SAS of a file", { skip }, () => {
  test("for it alone, and never against its letters", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    await aFile(fileSystem, "other");
    assert.equal(await read(await bySas(file, "r")), "hello");
    await denied((await bySas(file, "r")).delete());
    const sas = (await bySas(file, "rwd")).url.split("?")[1];
    const other = new DataLakeFileClient(`${fileSystem.getFileClient("other").url}?${sas}`, undefined, options);
    await refused(other.getAccessControl(), 403, "AuthenticationFailed");
    assert.equal(statusOf(await (await bySas(file, "m")).move(`moved?${(await fileSystemBySas(fileSystem, "wcm")).url.split("?")[1]}`)), 201);
    await aDirectory(fileSystem, "d");
  });

  test("in JSON, when it is refused", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem);
    const { url } = await bySas(file, "r");
    const query = url.slice(url.indexOf("?") + 1);
    const answer = await request("DELETE", `/${fileSystem.name}/file`, { to: lake.url, query, signed: false, headers: { "x-ms-version": "2026-06-06" } });
    expectJson(answer, 403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.");
  });
});
