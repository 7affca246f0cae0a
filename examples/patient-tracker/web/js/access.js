// What the page may do, and until when: sas.json, a table SAS that the deploy command writes beside the page.
//
// It is read again when less than a quarter of its life is left, long before it ends, and at once when it was refused.

const FILE = new URL("../sas.json", import.meta.url);
const AGAIN = 10_000; // ms between two looks at a file that was not renewed

let current; // { table, sas, issued, expires }
let readAgain = 0;
let reading;

export class AccessExpired extends Error {
  constructor() {
    super("Access to the records has expired. Run the deploy command again, best with --renew.");
  }
}

async function read() {
  const response = await fetch(FILE, { cache: "no-store" });
  if (!response.ok) throw new Error(`sas.json: ${response.status} ${response.statusText}`);
  current = await response.json();
  const [issued, expires] = [Date.parse(current.issued), Date.parse(current.expires)];
  readAgain = Math.max(expires - (expires - issued) / 4, Date.now() + AGAIN);
}

/** Forgets what was read: the service refused it. */
export function refuse() {
  readAgain = 0;
}

/** { table, sas }: the table's URL and the query string that opens it. Throws AccessExpired. */
export async function access() {
  if (Date.now() >= readAgain) {
    reading ??= read().finally(() => (reading = undefined));
    try {
      await reading;
    } catch (error) {
      if (!current) throw error; // what there is may be good for a while yet
    }
  }
  if (Date.now() >= Date.parse(current.expires)) throw new AccessExpired();
  return current;
}
