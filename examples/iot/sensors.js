// Sensors put readings into the queue, at a steady rate all together.
//
//     node sensors.js [sensors = 10000] [messages a second = 333] [seconds = 30]
//
// 10,000 sensors that report every 30 seconds are 333 messages a second.

import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { openAccount } from "./account.js";

const SENDERS = 32; // requests in flight

const between = (low, high) => Math.round((low + Math.random() * (high - low)) * 100) / 100;

export const reading = (device) => ({
  device,
  time: new Date().toISOString(),
  temperature: between(15, 30),
  humidity: between(30, 60),
  pressure: between(990, 1030),
});

/** Sends message n at second n / rate, however long others take. Gives what was acknowledged, and how long it took. */
export async function send({ queue }, { sensors = 10_000, rate = 333, seconds = 30 } = {}) {
  const total = Math.round(rate * seconds);
  const start = performance.now();
  const sent = [];
  let next = 0;
  const sender = async () => {
    while (next < total) {
      const number = next++;
      const early = start + (number / rate) * 1000 - performance.now();
      if (early > 0) await sleep(early);
      const one = reading(`device-${number % sensors}`);
      await queue.sendMessage(JSON.stringify(one));
      sent.push(one);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return { sent, seconds: (performance.now() - start) / 1000 };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [sensors, rate, seconds] = process.argv.slice(2).map(Number);
  const done = await send(await openAccount(), { sensors, rate, seconds });
  console.log(`${done.sent.length} messages, ${Math.round(done.sent.length / done.seconds)} a second`);
}
