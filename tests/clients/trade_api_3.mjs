// SPDX-License-Identifier: Apache-2.0
// @alpacahq/alpaca-trade-api 3.1.3, configured as its users do it: by environment variables.
import { createRequire } from 'node:module';
import { Updates } from './inbox.mjs';

const Alpaca = createRequire(import.meta.url)('alpaca-trade-api-3');

export function client(exchange, { streamUrl = exchange.url } = {}) {
  process.env.APCA_API_BASE_URL = exchange.url;
  process.env.APCA_DATA_BASE_URL = exchange.url;
  process.env.APCA_API_STREAM_URL = streamUrl;
  process.env.APCA_API_KEY_ID = exchange.key;
  process.env.APCA_API_SECRET_KEY = exchange.secret;
  return new Alpaca();
}

/** Connects the trading stream, and disconnects it with the test. */
export async function listen(t, alpaca) {
  const updates = new Updates();
  const stream = alpaca.trade_ws;
  stream.onOrderUpdate((update) => updates.add(update));
  const connected = new Promise((done, fail) => {
    stream.onConnect(done);
    stream.onError((error) => fail(new Error(error)));
  });
  stream.connect();
  t.after(() => stream.disconnect());
  await connected;
  const listening = new Promise((done) => {
    stream.conn.on('message', (data) => JSON.parse(data).stream === 'listening' && done());
  });
  stream.subscribe(['trade_updates']);
  await listening;
  return updates;
}

/** What the API answered to a call that must fail: {status, data}. */
export async function refusal(call) {
  const answer = await call.then((value) => ({ value }), (error) => error.response);
  if ('value' in answer) throw new Error(`expected a refusal, got ${JSON.stringify(answer.value)}`);
  return { status: answer.status, data: answer.data };
}
