// SPDX-License-Identifier: Apache-2.0
// Judges the paper exchange by Alpaca's OpenAPI documents.
//   node tests/openapi/validate.mjs --server PROGRAM [its arguments…]   starts `PROGRAM sim` on a day of trading, or PROGRAM with
//                                                                       the given arguments
//   BELAY_SIM_URL=http://127.0.0.1:PORT node tests/openapi/validate.mjs uses one that runs
// A started program prints one line of JSON with its "url" when it is ready. Exit code 1: something differs.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Client } from './client.mjs';
import { missingCoverage, offeredInSpite } from './coverage.mjs';
import { deviations } from './deviations.mjs';
import { play } from './scenario.mjs';
import { openSpecs } from './specs.mjs';

// In New York, on a Monday in winter: the reader's own clock decides nothing.
const tenOClock = '2026-11-23T15:00:00Z';

async function startServer([program, ...own]) {
  const child = spawn(program, own.length > 0 ? own : ['sim', '--port', '0', '--start', tenOClock], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with code ${code} before it was ready`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      try {
        resolve(JSON.parse(line).url);
      } catch (error) {
        reject(new Error(`${program} said "${line}" instead of a line of JSON with its url`));
      }
    });
  });
  return { url, stop: () => child.kill('SIGTERM') };
}

function report(client) {
  let total = 0;
  for (const [operation, counts] of [...client.judged].sort()) {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    total += all;
    const detail = Object.entries(counts).map(([status, count]) => `${status}×${count}`).join(' ');
    console.log(`${String(all).padStart(4)}  ${operation.padEnd(50)} ${detail}`);
  }
  console.log(`${String(total).padStart(4)}  replies judged`);
  for (const one of client.deviations) console.log(`deviates ${one.used}× by intent: ${one.reason}`);
}

function judgeTheScenario(client) {
  const documented = [...specs.trading.operations(), ...specs.data.operations()];
  client.problems.push(...missingCoverage(documented, client.judged));
  for (const one of client.deviations) {
    if (one.used === 0) client.problems.push(`deviation no longer needed: ${one.reason}`);
  }
}

const arguments_ = process.argv.slice(2);
const specs = openSpecs();
let server = { url: process.env.BELAY_SIM_URL, stop() {} };
if (arguments_[0] === '--server' && arguments_.length > 1) server = await startServer(arguments_.slice(1));
if (!server.url) {
  console.error('name a program with --server, or the url of a running exchange in BELAY_SIM_URL');
  process.exit(2);
}
const client = new Client(server.url, specs, deviations);
try {
  await play(client);
  client.problems.push(...await offeredInSpite(client));
  judgeTheScenario(client);
} finally {
  server.stop();
  report(client);
}
const problems = [...new Set(client.problems)];
for (const problem of problems) console.log(`PROBLEM  ${problem}`);
console.log(problems.length === 0 ? 'no deviation found' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
