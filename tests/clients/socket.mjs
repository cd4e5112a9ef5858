// SPDX-License-Identifier: Apache-2.0
// A WebSocket without any client around it: what goes over the line, word for word.
import WebSocket from 'ws';
import { Inbox } from './inbox.mjs';

export class Socket {
  constructor(socket, decode, encode) {
    this.socket = socket;
    this.encode = encode;
    this.inbox = new Inbox();
    this.frames = []; // 'binary' or 'text', one for each message
    this.read = 0;
    this.closed = new Promise((done) => socket.once('close', (code) => done(code)));
    socket.on('message', (data) => {
      this.frames.push(typeof data === 'string' ? 'text' : 'binary');
      this.inbox.add(decode(data));
    });
    socket.on('error', () => {}); // 'close' follows
  }

  /** Opens one for the test `t`; an upgrade that is refused rejects with its status. */
  static async open(t, url, { headers = {}, decode = JSON.parse, encode = JSON.stringify } = {}) {
    const socket = new WebSocket(url, { headers });
    t.after(() => socket.terminate());
    const open = new Socket(socket, decode, encode);
    await new Promise((done, fail) => {
      socket.once('open', done);
      socket.once('unexpected-response', (_, answer) => fail(Object.assign(new Error('no upgrade'), { status: answer.statusCode })));
      socket.once('error', fail);
    });
    return open;
  }

  say(words) {
    this.socket.send(this.encode(words));
  }

  /** The next message that nobody has asked for yet. */
  async next() {
    const index = this.read++;
    return this.inbox.first(`message ${index + 1}`, (message) => this.inbox.all[index] === message);
  }
}
