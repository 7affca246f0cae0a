// Shares whose protocol is NFS: mode, owner and group, hard links and symbolic links.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseOctalFileMode, toOctalFileMode } from "@azure/storage-file-share";
import { refused } from "./env.js";
import {
  aDirectory,
  aFile,
  anNfsShare,
  aRoot,
  headerOf,
  LEASE,
  leased,
  listing,
  namesIn,
  put,
  read,
  sameTime,
  SOME_TIME,
  statusOf,
} from "./file_env.js";

const aNfsRoot = async (t) => (await anNfsShare(t)).rootDirectoryClient;
const of = ({ posixProperties: { fileMode, owner, group, fileType } }) => [toOctalFileMode(fileMode), owner, group, fileType];

describe("NFS properties", () => {
  test("of what was given none", async (t) => {
    const root = await aNfsRoot(t);
    const found = await (await aFile(root)).getProperties();
    assert.deepEqual(of(found), ["0664", "0", "0", "Regular"]);
    assert.deepEqual([found.posixProperties.linkCount, found.fileAttributes, found.filePermissionKey], [1, undefined, undefined]);
    assert.deepEqual(of(await (await aDirectory(root, "d")).getProperties()), ["0755", "0", "0", "Directory"]);
  });

  test("given and set", async (t) => {
    const root = await aNfsRoot(t);
    const posixProperties = { owner: "345", group: "123", fileMode: parseOctalFileMode("7777") };
    const file = await aFile(root, 5, { posixProperties });
    assert.deepEqual(of(await file.getProperties()), ["7777", "345", "123", "Regular"]);
    await file.setProperties({ posixProperties: { owner: "7", fileMode: parseOctalFileMode("0600") } });
    assert.deepEqual(of(await file.getProperties()), ["0600", "7", "123", "Regular"]);
    const directory = await aDirectory(root, "d", { posixProperties });
    assert.deepEqual(of(await directory.getProperties()), ["7777", "345", "123", "Directory"]);
    await directory.setProperties({ posixProperties: { group: "9" } });
    assert.deepEqual(of(await directory.getProperties()), ["7777", "345", "9", "Directory"]);
    const answer = await file.download();
    answer.readableStreamBody.destroy?.();
    assert.equal(answer.posixProperties.owner, "7");
  });

  test("refusals", async (t) => {
    const root = await aNfsRoot(t);
    await refused(root.getFileClient("f").create(1, { posixProperties: { owner: "root" } }), 400, "InvalidHeaderValue");
    await refused(root.getFileClient("f").create(1, { filePermission: "inherit" }), 400, "UnsupportedHeader");
    await refused((await aRoot(t)).getFileClient("f").create(1, { posixProperties: { owner: "1" } }), 400, "UnsupportedHeader");
  });

  test("letter case counts", async (t) => {
    const root = await aNfsRoot(t);
    await aFile(root, "lower", { name: "name" });
    await aFile(root, "upper", { name: "NAME" });
    assert.deepEqual([await namesIn(root), await read(root.getFileClient("NAME"))], [["NAME", "name"], "upper"]);
  });
});

describe("Hard links", () => {
  test("one more name", async (t) => {
    const root = await aNfsRoot(t);
    const file = await aFile(root);
    const link = (await aDirectory(root, "d")).getFileClient("link");
    const answer = await link.createHardLink("/file");
    assert.deepEqual(
      [statusOf(answer), headerOf(answer, "x-ms-link-count"), answer.fileId],
      [201, "2", (await file.getProperties()).fileId],
    );
    await put(link, "J");
    assert.equal(await read(file), "Jello");
    assert.equal(headerOf(await file.delete(), "x-ms-link-count"), "1");
    assert.equal((await link.getProperties()).posixProperties.linkCount, 1);
    assert.equal(await read(link), "Jello");
  });

  test("refusals", async (t) => {
    const root = await aNfsRoot(t);
    const file = await aFile(root);
    const link = root.getFileClient("link");
    await refused(link.createHardLink("/missing"), 404, "ResourceNotFound");
    await refused(file.createHardLink("/file"), 409, "ResourceAlreadyExists");
    await refused(link.createHardLink("/file", leased(LEASE)), 412, "LeaseNotPresentWithFileOperation");
    await refused((await aFile(await aRoot(t), 1)).createHardLink("/file"), 400, "InvalidQueryParameterValue");
  });
});

describe("Symbolic links", () => {
  test("life", async (t) => {
    const root = await aNfsRoot(t);
    const link = root.getFileClient("link");
    const answer = await link.createSymbolicLink("../other%20share/f", {
      metadata: { a: "1" },
      owner: "3",
      group: "4",
      creationTime: SOME_TIME,
      lastWriteTime: SOME_TIME,
    });
    assert.deepEqual(
      [statusOf(answer), headerOf(answer, "x-ms-file-file-type"), headerOf(answer, "x-ms-owner")],
      [201, "SymLink", "3"],
    );
    sameTime(answer.fileCreatedOn ?? answer.fileCreationTime, SOME_TIME);
    const { linkText } = await link.getSymbolicLink();
    assert.equal(linkText, "../other%20share/f"); // this SDK leaves the encoding to its caller
    assert.equal((await listing(root)).length, 1);
    await refused(put(link, "x"), 409, "ResourceTypeMismatch");
    await link.delete();
    await refused(link.getSymbolicLink(), 404, "ResourceNotFound");
  });

  test("refusals", async (t) => {
    const root = await aNfsRoot(t);
    const file = await aFile(root);
    await refused(file.createSymbolicLink("x"), 409, "ResourceAlreadyExists");
    await refused(file.getSymbolicLink(), 409, "ResourceTypeMismatch");
    await refused(root.getFileClient("no/where").createSymbolicLink("x"), 404, "ParentNotFound");
    await refused((await aRoot(t)).getFileClient("link").createSymbolicLink("x"), 400, "InvalidQueryParameterValue");
  });
});
