// List Paths: what an item says, recursive or not, by directory, in pages, from a name on, and what is wrong with a question.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, refused, unique } from "./env.js";
import { acl, aDirectory, aFile, aFileSystem, ALICE, BOB, everyName, expectJson, lake, listing, namesIn, skip } from "./datalake_env.js";

const TREE = ["a/1", "a/b/2", "a/b/c/3", "a-/4", "b/5", "file"];
const EVERYTHING = ["a", "a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3", "a-", "a-/4", "b", "b/5", "file"];
/** Full paths in the order of their bytes, a directory's own name as if a slash stood behind it. */
const inOrder = (names, directories) =>
  names.map((name) => (directories.has(name) ? `${name}/` : name)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map((name) => name.replace(/\/$/, ""));
const DIRECTORIES = new Set(["a", "a/b", "a/b/c", "a-", "b"]);

async function aTree(t) {
  const fileSystem = await aFileSystem(t);
  for (const name of TREE) await aFile(fileSystem, name, name);
  return fileSystem;
}
const pages = (fileSystem, options, settings) => all(fileSystem.listPaths(options).byPage(settings));
const namesOf = (page) => page.pathItems.map((item) => item.name);

describe("List Paths", { skip }, () => {
  test("an item of each kind", async (t) => {
    const fileSystem = await aFileSystem(t);
    const expiresOn = new Date("2099-01-02T03:04:05.000Z");
    const file = await aFile(fileSystem, "file", "hello", { owner: ALICE, group: BOB, expiresOn });
    const directory = await aDirectory(fileSystem);
    await directory.setAccessControl(acl(`user::rwx,user:${ALICE}:rwx,group::r-x,other::---`));
    const found = await listing(fileSystem);
    assert.deepEqual(found.map((item) => [item.name, item.isDirectory ?? false, item.contentLength]), [["directory", true, 0], ["file", false, 5]]);
    const { etag, lastModified, createdOn } = await file.getProperties();
    const item = found[1];
    assert.deepEqual([item.owner, item.group, item.etag, item.lastModified], [ALICE, BOB, etag.replaceAll('"', ""), lastModified]);
    assert.deepEqual([item.expiresOn, Math.floor(item.createdOn / 1000)], [expiresOn, Math.floor(createdOn / 1000)]);
    assert.equal(found[0].permissions.extendedAcls, true);
    assert.equal(found[0].expiresOn, undefined);
  });

  test("the JSON itself", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "a/file", "hello");
    const answer = await lake.ask("GET", `/${fileSystem.name}`, { query: "resource=filesystem&recursive=true" });
    assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "application/json;charset=utf-8"]);
    const [directory, file] = JSON.parse(answer.body).paths;
    // Recordings of the service: these names, all values text, no isDirectory of a file.
    assert.deepEqual(Object.keys(file), ["contentLength", "creationTime", "etag", "expiryTime", "group", "lastModified", "name", "owner", "permissions"]);
    assert.deepEqual([file.contentLength, file.expiryTime, file.owner, file.permissions, file.name], ["5", "0", "$superuser", "rw-r-----", "a/file"]);
    assert.match(file.creationTime, /^1\d{17}$/);
    assert.match(file.etag, /^0x[0-9A-F]+$/);
    assert.deepEqual([directory.isDirectory, directory.permissions], ["true", "rwxr-x---"]);
  });

  test("this directory, and everything below", async (t) => {
    const fileSystem = await aTree(t);
    assert.deepEqual(await namesIn(fileSystem), inOrder(["a", "a-", "b", "file"], DIRECTORIES));
    assert.deepEqual(await everyName(fileSystem), inOrder(EVERYTHING, DIRECTORIES));
    assert.deepEqual(await namesIn(fileSystem, { path: "a" }), ["a/1", "a/b"]);
    assert.deepEqual(await namesIn(fileSystem, { path: "/a/b/" }), ["a/b/2", "a/b/c"]);
    assert.deepEqual(await everyName(fileSystem, "a"), ["a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3"]);
    await aDirectory(fileSystem, "empty");
    assert.deepEqual(await everyName(fileSystem, "empty"), []);
  });

  test("in pages of every size", async (t) => {
    const fileSystem = await aTree(t);
    const whole = await everyName(fileSystem);
    for (const maxPageSize of [1, 2, 3, 10, 11, 12]) {
      const found = await pages(fileSystem, { recursive: true }, { maxPageSize });
      assert.deepEqual(found.flatMap(namesOf), whole);
      assert.ok(found.slice(0, -1).every((page) => page.pathItems.length === maxPageSize && page.continuation));
      assert.equal(found.at(-1).continuation, undefined);
    }
    const found = await pages(fileSystem, {}, { maxPageSize: 3 });
    assert.deepEqual(found.map((page) => page.pathItems.length), [3, 1]);
  });

  test("on from a page, after things have changed", async (t) => {
    const fileSystem = await aTree(t);
    const [first] = await pages(fileSystem, { recursive: true }, { maxPageSize: 4 });
    const rest = (await everyName(fileSystem)).slice(4);
    await aFile(fileSystem, "0", "before");
    await fileSystem.getFileClient(rest[0]).delete(true);
    const found = await pages(fileSystem, { recursive: true }, { continuationToken: first.continuation });
    assert.deepEqual(found.flatMap(namesOf), rest.filter((name) => name !== rest[0] && !name.startsWith(`${rest[0]}/`)));
  });

  test("from a name on", async (t) => {
    const fileSystem = await aTree(t);
    // startFrom of the SDK's documentation: relative to the directory, and itself listed.
    assert.deepEqual(await namesIn(fileSystem, { startFrom: "b" }), ["b", "file"]);
    assert.deepEqual(await namesIn(fileSystem, { path: "a", startFrom: "2" }), ["a/b"]);
    assert.deepEqual(await namesIn(fileSystem, { path: "a", recursive: true, startFrom: "b/c" }), ["a/b/c", "a/b/c/3"]);
    assert.deepEqual(await namesIn(fileSystem, { recursive: true, startFrom: "b/5" }), ["b/5", "file"]);
    assert.deepEqual(await namesIn(fileSystem, { startFrom: "zz" }), []);
    // "Non-recursive listing supports only one entity level. An error will appear"; which, is not said.
    await refused(all(fileSystem.listPaths({ startFrom: "a/b" })), 400, "InvalidQueryParameterValue");
    const found = await pages(fileSystem, { recursive: true, startFrom: "b" }, { maxPageSize: 1 });
    assert.deepEqual(found.flatMap(namesOf), ["b", "b/5", "file"]);
  });

  test("with names of users", async (t) => {
    const fileSystem = await aTree(t);
    const found = await listing(fileSystem, { userPrincipalName: true });
    assert.deepEqual([...new Set(found.map((item) => item.owner))], ["$superuser"]);
  });

  test("what is no directory", async (t) => {
    const fileSystem = await aTree(t);
    const error = await refused(all(fileSystem.listPaths({ path: "none" })), 404, "PathNotFound");
    assert.match(error.message, /The specified path does not exist\./);
    // The reference is silent; Hadoop's ABFS lists a file so.
    assert.deepEqual((await all(fileSystem.listPaths({ path: "file" }))).map((path) => path.name), ["file"]);
    await refused(all(lake.service.getFileSystemClient(unique()).listPaths()), 404, "FilesystemNotFound");
  });

  test("questions that are none", async (t) => {
    const { name } = await aFileSystem(t);
    const list = (query) => lake.ask("GET", `/${name}`, { query: `resource=filesystem${query}` });
    expectJson(await list(""), 400, "MissingRequiredQueryParameter");
    expectJson(await list("&recursive=perhaps"), 400, "InvalidQueryParameterValue");
    expectJson(await list("&recursive=true&maxResults=0"), 400, "OutOfRangeQueryParameterValue");
    expectJson(await list("&recursive=true&maxResults=x"), 400, "InvalidQueryParameterValue");
    expectJson(await list("&recursive=true&continuation=x"), 400, "InvalidQueryParameterValue");
    assert.equal((await list("&recursive=true&maxResults=100000")).status, 200); // "if greater than 5,000, up to 5,000 items"
  });
});
