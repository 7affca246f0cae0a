// Azurite and lazulite as processes on free ports.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const SERVICES = ["Blob", "Queue", "Table"];

export const lazulite = process.env.LAZULITE_BINARY;
const azurite = process.env.AZURITE;

// It closes idle connections after five seconds, in the face of a request that is on its way.
const PATIENT = SERVICES.flatMap((service) => [`--${service.toLowerCase()}KeepAliveTimeout`, "3600"]);

/** A folder of the test's own. */
export async function aFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), "lazulite-import-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a command to its end; gives its exit code and what it printed. */
export function run(command, ...words) {
  return new Promise((resolve, reject) => {
    const process = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    process.stdout.on("data", (text) => (stdout += text));
    process.stderr.on("data", (text) => (stderr += text));
    process.on("error", reject);
    process.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs until every service says that it listens. */
async function serve(t, command, words) {
  const ports = SERVICES.flatMap((service) => [`--${service.toLowerCase()}Port`, "0"]);
  const server = spawn(command, [...words, ...ports], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => server.on("close", resolve));
  let lines = "";
  const urls = new Map();
  await new Promise((resolve, reject) => {
    const look = (text) => {
      lines += text;
      for (const [, service, url] of lines.matchAll(/^Azurite (\w+) service is successfully listening at (\S+)$/gm)) urls.set(service, url);
      if (urls.size === SERVICES.length) resolve();
    };
    server.stdout.on("data", look);
    server.stderr.on("data", look);
    ended.then((code) => reject(new Error(`${command} ended with ${code}:\n${lines}`)));
  });
  const stop = async () => {
    server.kill("SIGINT");
    await ended;
  };
  t.after(stop);
  const endpoints = SERVICES.map((service) => `${service}Endpoint=${urls.get(service)}/devstoreaccount1`);
  return {
    connection: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${KEY};${endpoints.join(";")};`,
    control: `${urls.get("Blob")}/_lazulite`,
    lines: () => lines,
    stop,
  };
}

export const startAzurite = (t, location) =>
  serve(t, process.execPath, [azurite, "--silent", "--skipApiVersionCheck", "--disableTelemetry", ...PATIENT, "--location", location]);

export const startLazulite = (t, ...words) => serve(t, lazulite, ["--silent", ...words]);
