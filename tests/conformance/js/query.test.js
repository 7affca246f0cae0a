// Query Blob Contents: lines and JSON in and out, what is wrong with a record, progress, refusals.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, aTextBlob, OTHER_ETAG, refused } from "./env.js";

const LINES = "100,200,300,400\n150,250,350,450\n";
const ALL = "select * from BlobStorage";

/** The result as text, the errors, and the bytes of each progress. */
async function ask(blob, sql, options = {}) {
  const errors = [];
  const progress = [];
  const answer = await blob.query(sql, {
    onError: (error) => errors.push(error),
    onProgress: ({ loadedBytes }) => progress.push(loadedBytes),
    ...options,
  });
  let text = "";
  for await (const piece of answer.readableStreamBody) text += piece;
  return { text, errors, progress, answer };
}

describe("Query", () => {
  test("everything, and the headers", async (t) => {
    const blob = await aTextBlob(t, LINES);
    const { text, errors, progress, answer } = await ask(blob, ALL);
    const { etag, lastModified } = await blob.getProperties();
    assert.deepEqual([text, errors], [LINES, []]);
    assert.deepEqual([...new Set(progress)], [LINES.length]);
    assert.deepEqual([answer.etag, answer.lastModified, answer.contentType], [etag, lastModified, "avro/binary"]);
  });

  test("a blob without bytes", async (t) => {
    const { text, errors } = await ask(await aTextBlob(t, ""), ALL);
    assert.deepEqual([text, errors], ["", []]);
  });

  test("a value that is no number is told, and the record left out", async (t) => {
    const blob = await aTextBlob(t, "100,hello,300,400\n150,250,350,450\n");
    const { text, errors } = await ask(blob, "select _2 from BlobStorage where _2 > 100");
    assert.equal(text, "250\n");
    assert.deepEqual(errors, [{ isFatal: false, name: "InvalidTypeConversion", position: 0, description: "Invalid type conversion." }]); // prettier-ignore
  });

  test("lines that are taken for JSON are a fatal error", async (t) => {
    const options = { inputTextConfiguration: { kind: "json", recordSeparator: "\n" } };
    const { text, errors } = await ask(await aTextBlob(t, LINES), ALL, options);
    assert.equal(text, "\n");
    assert.deepEqual(errors, [{ isFatal: true, name: "ParseError", position: 0, description: "Unexpected token ',' at [byte: 3]. Expecting tokens '{', or '['." }]); // prettier-ignore
  });

  test("lines with separators of their own", async (t) => {
    const blob = await aTextBlob(t, "100.200.300.400!150.250.350.450!180.280.380.480!");
    const csv = { kind: "csv", recordSeparator: "!", columnSeparator: "." };
    const { text } = await ask(blob, "select _1 from BlobStorage", {
      inputTextConfiguration: { ...csv, hasHeaders: true },
      outputTextConfiguration: { ...csv, hasHeaders: false },
    });
    assert.equal(text, "150!180!");
  });

  test("JSON to JSON, and to lines", async (t) => {
    const blob = await aTextBlob(t, '{"a":{"b":[1,2]},"c":"x"}\n{"a":{"b":[3]},"c":"y"}\n');
    const json = { kind: "json", recordSeparator: "\n" };
    const lines = { kind: "csv", recordSeparator: "\n" };
    const sql = "SELECT c, a.b[0] AS first FROM BlobStorage[*] WHERE c <> 'z'";
    const to = async (outputTextConfiguration) => (await ask(blob, sql, { inputTextConfiguration: json, outputTextConfiguration })).text; // prettier-ignore
    assert.equal(await to(json), '{"c":"x","first":1}\n{"c":"y","first":3}\n');
    assert.equal(await to(lines), "x,1\ny,3\n");
  });

  test("functions, aggregates and a limit", async (t) => {
    const blob = await aTextBlob(t, LINES);
    const rows = { "UPPER('a'), CHAR_LENGTH(_1)": "A,3\nA,3\n", "SUM(_1)": "250\n", "AVG(_2)": "225\n", "_3 + _4": "700\n800\n" }; // prettier-ignore
    for (const [list, text] of Object.entries(rows)) {
      assert.equal((await ask(blob, `SELECT ${list} FROM BlobStorage`)).text, text, list);
    }
    assert.equal((await ask(blob, `${ALL} LIMIT 1`)).text, "100,200,300,400\n");
  });

  test("progress comes while a long blob is read", async (t) => {
    const blob = await aTextBlob(t, "0123456789abcde\n".repeat(200_000));
    const { text, progress } = await ask(blob, "SELECT COUNT(*) FROM BlobStorage");
    assert.equal(text, "200000\n");
    assert.ok(progress.length > 2);
    assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
    assert.equal(progress.at(-1), 3_200_000);
  });

  test("of a snapshot", async (t) => {
    const blob = await aTextBlob(t, "old\n");
    const { snapshot } = await blob.createSnapshot();
    await blob.upload("new\n", 4);
    assert.equal((await ask(blob.withSnapshot(snapshot), ALL)).text, "old\n");
    assert.equal((await ask(blob, ALL)).text, "new\n");
  });

  test("refusals", async (t) => {
    const blob = await aTextBlob(t, LINES);
    await refused(blob.query("SELECT FROM BlobStorage"), 400, "ErrorProcessingQueryExpression");
    await refused(blob.query(ALL, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(blob.query(ALL, { inputTextConfiguration: { kind: "parquet" } }), 501, "NotImplemented");
    await refused((await aBlob(t)).query(ALL), 404, "BlobNotFound");
  });
});
