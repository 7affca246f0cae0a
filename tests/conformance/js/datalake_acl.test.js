// POSIX access control: set, read, and changed everywhere below a directory, in batches.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OTHER_ETAG, refused } from "./env.js";
import {
  accessOf,
  acl,
  aclOf,
  aDirectory,
  aFile,
  aFileSystem,
  ALICE,
  BOB,
  expectJson,
  headerOf,
  lake,
  LEASE,
  leased,
  permissionsOf,
  skip,
  statusOf,
} from "./datalake_env.js";

const PLAIN = "user::rwx,group::r-x,other::---";
const counted = ({ counters }) => [counters.changedDirectoriesCount, counters.changedFilesCount, counters.failedChangesCount];

/** a, a/b, a/b/1, a/b/2, a/c, a/c/3 */
async function aTree(t) {
  const fileSystem = await aFileSystem(t);
  for (const name of ["a/b/1", "a/b/2", "a/c/3"]) await aFile(fileSystem, name, "");
  return { fileSystem, top: fileSystem.getDirectoryClient("a") };
}

const NO_ACL = "InvaldAccessControlList"; // as the service spells it

describe("Set and Get Access Control", { skip }, () => {
  test("of a file and a directory", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const path of [await aFile(fileSystem), await aDirectory(fileSystem)]) {
      const { etag } = await path.getProperties();
      const set = await path.setAccessControl(acl(PLAIN), { owner: ALICE, group: BOB });
      // Recordings of the service: the ETag stays, and the answer says what kind of account it is.
      assert.deepEqual([statusOf(set), set.etag, headerOf(set, "x-ms-namespace-enabled")], [200, etag, "true"]);
      assert.deepEqual(await accessOf(path), [ALICE, BOB, "rwxr-x---", PLAIN]);
    }
  });

  test("named users and groups, and the mask", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem);
    // Without one, the mask is the union of what the named ones and the group have.
    await file.setAccessControl(acl(`user::rw-,user:${ALICE}:-w-,group::r--,group:${BOB}:--x,other::---`));
    assert.equal(await aclOf(file), `user::rw-,user:${ALICE}:-w-,group::r--,group:${BOB}:--x,mask::rwx,other::---`);
    assert.equal(await permissionsOf(file), "rw-rwx---+"); // the middle three are the mask
    await file.setAccessControl(acl(`user::rw-,user:${ALICE}:rwx,group::r--,mask::r--,other::---`));
    assert.deepEqual([await aclOf(file), await permissionsOf(file)], [`user::rw-,user:${ALICE}:rwx,group::r--,mask::r--,other::---`, "rw-r-----+"]);
    await file.setAccessControl(acl(PLAIN));
    assert.deepEqual([await aclOf(file), await permissionsOf(file)], [PLAIN, "rwxr-x---"]);
  });

  test("permissions and the sticky bit", async (t) => {
    const directory = await aDirectory(await aFileSystem(t));
    const all = { read: true, write: true, execute: true };
    const set = await directory.setPermissions({ owner: all, group: all, other: all, stickyBit: true, extendedAcls: false });
    assert.equal(statusOf(set), 200);
    assert.deepEqual((await accessOf(directory)).slice(2), ["rwxrwxrwt", "user::rwx,group::rwx,other::rwx"]);
    await directory.setPermissions({ owner: all, group: all, other: { ...all, execute: false }, stickyBit: true, extendedAcls: false });
    assert.equal(await permissionsOf(directory), "rwxrwxrwT");
    assert.equal((await directory.getAccessControl()).permissions.stickyBit, true);
    const { name } = directory;
    const octal = await lake.ask("PATCH", `/${directory.fileSystemName}/${name}`, { query: "action=setAccessControl", headers: { "x-ms-permissions": "0750" } });
    assert.equal(octal.status, 200);
    assert.equal(await permissionsOf(directory), "rwxr-x---");
  });

  test("permissions of what has an ACL set its mask", async (t) => {
    const file = await aFile(await aFileSystem(t));
    await file.setAccessControl(acl(`user::rwx,user:${ALICE}:rwx,group::r-x,mask::rwx,other::---`));
    const none = { read: false, write: false, execute: false };
    await file.setPermissions({ owner: { ...none, read: true }, group: { ...none, write: true }, other: none, stickyBit: false, extendedAcls: false });
    assert.equal(await aclOf(file), `user::r--,user:${ALICE}:rwx,group::r-x,mask::-w-,other::---`);
    assert.equal(await permissionsOf(file), "r---w----+");
  });

  test("default entries, of directories alone", async (t) => {
    const fileSystem = await aFileSystem(t);
    const entries = `${PLAIN},default:user::rwx,default:group::r--,default:other::---`;
    const directory = await aDirectory(fileSystem);
    await directory.setAccessControl(acl(entries));
    assert.equal(await aclOf(directory), entries);
    // The access-control page: "Default ACLs are templates … Files do not have default ACLs."
    await refused((await aFile(fileSystem)).setAccessControl(acl(entries)), 400, NO_ACL);
  });

  test("of the root, from where children take them", async (t) => {
    const fileSystem = await aFileSystem(t);
    const root = fileSystem.getDirectoryClient("/");
    assert.deepEqual(await accessOf(root), ["$superuser", "$superuser", "rwxr-x---", PLAIN]);
    await root.setAccessControl(acl(`${PLAIN},default:user::rwx,default:user:${BOB}:r-x,default:group::r-x,default:other::---`));
    assert.match(await aclOf(await aDirectory(fileSystem)), new RegExp(`^user::rwx,user:${BOB}:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,`));
  });

  test("by names of users", async (t) => {
    const file = await aFile(await aFileSystem(t), "file", "", { owner: ALICE });
    // Nobody here has a name; those without one stay as they are.
    assert.equal((await accessOf(file, { userPrincipalName: true }))[0], ALICE);
  });

  test("on conditions and leases", async (t) => {
    const file = await aFile(await aFileSystem(t));
    const { etag } = await file.getProperties();
    await refused(file.setAccessControl(acl(PLAIN), { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(file.setAccessControl(acl(PLAIN), { conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
    await refused(file.getAccessControl({ conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(file.getAccessControl({ conditions: { ifNoneMatch: etag } }), 304, "ConditionNotMet");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    await refused(file.setAccessControl(acl(PLAIN)), 412, "LeaseIdMissing");
    await file.setAccessControl(acl(PLAIN), leased(LEASE));
  });

  test("what is no ACL", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem);
    const set = (headers, path = "file") => lake.ask("PATCH", `/${fileSystem.name}/${path}`, { query: "action=setAccessControl", headers });
    for (const text of ["user::rwx", "user::rwx,group::r-x"])
      expectJson(await set({ "x-ms-acl": text }), 400, "SetAclMissingAces");
    for (const text of [`${PLAIN},user::r--`, `${PLAIN},user:${ALICE}:rwz`, "nobody::rwx", `${PLAIN},mask:${ALICE}:r--`])
      expectJson(await set({ "x-ms-acl": text }), 400, NO_ACL, "The access control list value is invalid.");
    expectJson(await set({ "x-ms-permissions": "0640", "x-ms-acl": PLAIN }), 400, "InvalidInput");
    expectJson(await set({ "x-ms-permissions": "rw-" }), 400, "InvalidPermission");
    expectJson(await set({}), 400, "MissingRequiredHeader");
    expectJson(await set({ "x-ms-acl": PLAIN }, "none"), 404, "PathNotFound");
    const many = Array.from({ length: 33 }, (_, number) => `user:${String(number).padStart(8, "0")}-1111-4111-8111-111111111111:r--`);
    expectJson(await set({ "x-ms-acl": `${PLAIN},${many}` }), 400, NO_ACL); // 32 entries is the limit
  });
});

describe("Set Access Control Recursive", { skip }, () => {
  test("set, modify and remove", async (t) => {
    const { fileSystem, top } = await aTree(t);
    const file = fileSystem.getFileClient("a/b/1");
    const { etag } = await file.getProperties();
    assert.deepEqual(counted(await top.setAccessControlRecursive(acl("user::rwx,group::rwx,other::r--"))), [3, 3, 0]);
    for (const path of [top, file, fileSystem.getDirectoryClient("a/c")]) assert.equal(await aclOf(path), "user::rwx,group::rwx,other::r--");
    assert.equal((await file.getProperties()).etag, etag);
    assert.deepEqual(counted(await top.updateAccessControlRecursive(acl(`user:${ALICE}:r-x`))), [3, 3, 0]);
    assert.equal(await aclOf(file), `user::rwx,user:${ALICE}:r-x,group::rwx,mask::rwx,other::r--`);
    assert.deepEqual(counted(await top.removeAccessControlRecursive(acl(`user:${ALICE}`))), [3, 3, 0]);
    assert.doesNotMatch(await aclOf(file), new RegExp(ALICE));
  });

  test("with default entries, which files do not get", async (t) => {
    const { fileSystem, top } = await aTree(t);
    assert.deepEqual(counted(await top.updateAccessControlRecursive(acl(`default:user:${ALICE}:rwx,user:${ALICE}:rwx`))), [3, 3, 0]);
    assert.match(await aclOf(fileSystem.getDirectoryClient("a/b")), new RegExp(`default:user:${ALICE}:rwx`));
    assert.equal(await aclOf(fileSystem.getFileClient("a/b/1")), `user::rw-,user:${ALICE}:rwx,group::r--,mask::rwx,other::---`);
    await top.removeAccessControlRecursive(acl(`default:user:${ALICE},user:${ALICE}`));
    assert.doesNotMatch(await aclOf(fileSystem.getDirectoryClient("a/b")), new RegExp(ALICE));
  });

  test("in batches, and on from one", async (t) => {
    const { fileSystem, top } = await aTree(t);
    const progress = [];
    const onProgress = ({ batchCounters: counters }) => progress.push(counted({ counters }));
    const whole = await top.setAccessControlRecursive(acl(PLAIN), { batchSize: 2, onProgress });
    assert.deepEqual([counted(whole), whole.continuationToken], [[3, 3, 0], undefined]);
    // A directory comes before what is in it (recordings of the service).
    assert.deepEqual(progress, [[2, 0, 0], [0, 2, 0], [1, 1, 0]]);
    const part = await top.setAccessControlRecursive(acl("user::rwx,group::---,other::---"), { batchSize: 4, maxBatches: 1 });
    assert.deepEqual(counted(part), [2, 2, 0]);
    assert.equal(await aclOf(fileSystem.getFileClient("a/c/3")), PLAIN);
    const rest = await top.setAccessControlRecursive(acl("user::rwx,group::---,other::---"), { continuationToken: part.continuationToken });
    assert.deepEqual([counted(rest), rest.continuationToken], [[1, 1, 0], undefined]);
    assert.equal(await aclOf(fileSystem.getFileClient("a/c/3")), "user::rwx,group::---,other::---");
  });

  test("of a file alone, and of the whole filesystem", async (t) => {
    const { fileSystem } = await aTree(t);
    assert.deepEqual(counted(await fileSystem.getFileClient("a/b/1").setAccessControlRecursive(acl(PLAIN))), [0, 1, 0]);
    assert.deepEqual(counted(await fileSystem.getDirectoryClient("/").setAccessControlRecursive(acl(PLAIN))), [4, 3, 0]);
  });

  test("the JSON itself, and what is wrong with a question", async (t) => {
    const { fileSystem } = await aTree(t);
    const change = (query, headers = { "x-ms-acl": PLAIN }, path = "a") =>
      lake.ask("PATCH", `/${fileSystem.name}/${path}`, { query: `action=setAccessControlRecursive${query}`, headers });
    const answer = await change("&mode=set&maxRecords=2&forceFlag=true");
    assert.deepEqual([answer.status, answer.headers["x-ms-namespace-enabled"]], [200, "true"]);
    assert.deepEqual(JSON.parse(answer.body), { directoriesSuccessful: 2, failedEntries: [], failureCount: 0, filesSuccessful: 0 });
    assert.ok(answer.headers["x-ms-continuation"]);
    expectJson(await change(""), 400, "MissingRequiredQueryParameter");
    expectJson(await change("&mode=other"), 400, "InvalidQueryParameterValue");
    expectJson(await change("&mode=set&maxRecords=0"), 400, "OutOfRangeQueryParameterValue");
    const beyond = await change("&mode=set&continuation=x"); // as the service answered the Go SDK's tests
    assert.deepEqual(JSON.parse(beyond.body), { directoriesSuccessful: 0, failedEntries: [], failureCount: 0, filesSuccessful: 0 });
    expectJson(await change("&mode=set", {}), 400, "MissingRequiredHeader");
    expectJson(await change("&mode=set", { "x-ms-acl": "user::rwx" }), 400, "SetAclMissingAces");
    expectJson(await change("&mode=remove", { "x-ms-acl": `user:${ALICE}:rwx` }), 400, NO_ACL);
    const none = await change("&mode=set", undefined, "none");
    expectJson(none, 404, "PathNotFound");
  });
});
