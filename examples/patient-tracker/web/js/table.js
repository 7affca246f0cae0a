// The Table service over fetch: queries, insert, and replace on the condition that nobody else did.
//
// Queries send no header beyond Accept, so the browser asks no permission before each of them.

import { access, refuse } from "./access.js";

const MINIMAL = "application/json;odata=minimalmetadata";
const NONE = "application/json;odata=nometadata";

export class TableError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code; // "EntityAlreadyExists", "UpdateConditionNotSatisfied", ...
  }
}

async function refusal(response) {
  const text = await response.text();
  try {
    const { code, message } = JSON.parse(text)["odata.error"];
    return new TableError(response.status, code, message.value.split("\n")[0]);
  } catch {
    return new TableError(response.status, "", `${response.status} ${response.statusText}`);
  }
}

/** `path` and `query` follow the table's URL. A refused SAS is read anew, once. */
async function send(path, query, options, again = true) {
  const { table, sas } = await access();
  const response = await fetch(`${table}${path}?${query}${query && "&"}${sas}`, { cache: "no-store", ...options });
  if (response.ok) return response;
  const error = await refusal(response);
  if (response.status !== 403 || !again) throw error;
  refuse();
  return send(path, query, options, false);
}

const quoted = (key) => `'${key.replaceAll("'", "''")}'`;
const inPath = (key) => encodeURIComponent(quoted(key));

/**
 * The records that `filter` is true of, by day and then by id. `select` names the properties wanted and leaves out the
 * etags; without it an entity is whole and has "odata.etag". Follows both continuation headers.
 */
async function query(filter, select) {
  const wanted = `$filter=${encodeURIComponent(filter)}` + (select ? `&$select=${select.join(",")}` : "");
  const entities = [];
  let next = "";
  do {
    const response = await send("()", wanted + next, { headers: { Accept: select ? NONE : MINIMAL } });
    entities.push(...(await response.json()).value);
    next = "";
    for (const name of ["NextPartitionKey", "NextRowKey"]) {
      const value = response.headers.get(`x-ms-continuation-${name}`);
      if (value) next += `&${name}=${encodeURIComponent(value)}`;
    }
  } while (next);
  return entities;
}

/** All records of a day. */
export const queryDay = (day, select) => query(`PartitionKey eq ${quoted(day)}`, select);

/** An employee's records from the first day to the last. */
export const queryEmployee = (id, first, last, select) =>
  query(`PartitionKey ge ${quoted(first)} and PartitionKey le ${quoted(last)} and RowKey eq ${quoted(id)}`, select);

/** The record of an employee on a day, or undefined. */
export const findRecord = async (day, id) => (await query(`PartitionKey eq ${quoted(day)} and RowKey eq ${quoted(id)}`))[0];

const change = (method, path, entity, headers) =>
  send(path, "", {
    method,
    headers: { "Content-Type": "application/json", Accept: MINIMAL, Prefer: "return-no-content", ...headers },
    body: JSON.stringify(entity),
  });

/** Fails with 409 EntityAlreadyExists. */
export const insert = (entity) => change("POST", "", entity);

/** Fails with 412 UpdateConditionNotSatisfied when the record is no longer the one of this etag. */
export function replace(entity, etag) {
  const { PartitionKey, RowKey } = entity;
  const path = `(PartitionKey=${inPath(PartitionKey)},RowKey=${inPath(RowKey)})`;
  return change("PUT", path, entity, { "If-Match": etag });
}
