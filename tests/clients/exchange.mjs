// SPDX-License-Identifier: Apache-2.0
// The paper exchange as a process of its own, on a clock that stands still, and what tests do to its world.
//   BELAY_BIN   the program, default build/release/belay
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = resolve(process.env.BELAY_BIN ?? join(project, 'build/release/belay'));

export const monday = '2026-03-02'; // a day of trading, and the day on which each test begins
export const tenOClock = `${monday}T15:00:00Z`; // in New York, where it is winter

export class Exchange {
  constructor(child, url) {
    this.child = child;
    this.url = url;
    this.streamUrl = url.replace(/^http/, 'ws');
    this.key = 'PKCLIENT00000000001';
    this.secret = 'client-secret';
  }

  /** Starts one that ends with the test `t`. */
  static async start(t, { start = tenOClock, arguments: more = [] } = {}) {
    const options = ['--port', '0', '--speed', '0', '--start', start, '--requests-per-minute', '0',
      '--key', 'PKCLIENT00000000001', '--secret', 'client-secret', ...more];
    const child = spawn(program, ['sim', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    t.after(() => {
      process.off('exit', kill);
      kill();
    });
    const url = await new Promise((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code) => fail(new Error(`${program} sim ended with code ${code} before it was ready`)));
      createInterface({ input: child.stdout }).once('line', (line) => done(JSON.parse(line).url));
    });
    return new Exchange(child, url);
  }

  async control(method, path, body) {
    const response = await fetch(`${this.url}/_sim/${path}`, { method, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_sim/${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  /** A market that trades `symbol` at `price`, with a spread of four cents, or of what is given. */
  async trades(symbol, price, spread = 0.04) {
    const bid = (price - spread / 2).toFixed(2);
    const ask = (price + spread / 2).toFixed(2);
    return this.control('POST', 'price', { symbol, bid, ask, price: price.toFixed(2) });
  }

  async advance(by = '1s') {
    return this.control('POST', 'clock', { advance: by });
  }

  async setTime(at) {
    return this.control('POST', 'clock', { set: at });
  }

  /** Any request with the keys, as text: for what a client hides. */
  async raw(method, target, body) {
    const response = await fetch(this.url + target, {
      method,
      headers: { 'APCA-API-KEY-ID': this.key, 'APCA-API-SECRET-KEY': this.secret, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
