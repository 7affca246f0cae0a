// Consumers take readings from the queue, in parallel, and put them into the table.
//
//     node consumers.js [consumers = 8]        until Ctrl-C
//
// A message is deleted once its reading is stored: a consumer that dies loses nothing, for what it took becomes visible
// again and another takes it. A reading may so be stored twice, which is why it is an upsert.

import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { entityOf, openAccount, parseReading } from "./account.js";

export const MAX_DEQUEUES = 5; // a message that was taken so often and is still there goes to the second queue
const TAKE = 32; // messages a request; there cannot be more
const IDLE_MS = 100;

/** Takes messages until `signal` aborts, then finishes what it took. Gives how many it { stored, moved }. */
export async function consume({ queue, poison, table }, { signal, visibilityTimeout = 60 } = {}) {
  const done = { stored: 0, moved: 0 };

  const remove = async ({ messageId, popReceipt }) => {
    try {
      await queue.deleteMessage(messageId, popReceipt);
    } catch (problem) {
      // This consumer was too slow: another has the message and will delete it.
      if (problem.statusCode !== 404 && problem.code !== "PopReceiptMismatch") throw problem;
    }
  };

  const handle = async (message) => {
    let reading;
    try {
      reading = parseReading(message.messageText);
    } catch {
      // Left alone at first: a newer consumer may be able to read it.
      if (message.dequeueCount < MAX_DEQUEUES) return;
      await poison.sendMessage(message.messageText, { messageTimeToLive: -1 });
      await remove(message);
      done.moved++;
      return;
    }
    await table.upsertEntity(entityOf(reading), "Replace");
    await remove(message);
    done.stored++;
  };

  while (!signal?.aborted) {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: TAKE, visibilityTimeout });
    const outcomes = await Promise.allSettled(receivedMessageItems.map(handle));
    // What failed stays in the queue and comes again.
    for (const { reason } of outcomes) if (reason) console.error(reason.message);
    if (receivedMessageItems.length === 0) await sleep(IDLE_MS);
  }
  return done;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const account = await openAccount();
  const running = Array.from({ length: Number(process.argv[2] ?? 8) }, () => consume(account, { signal: stop.signal }));
  for (const { stored, moved } of await Promise.all(running)) console.log(`${stored} stored, ${moved} moved aside`);
}
