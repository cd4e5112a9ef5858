// SPDX-License-Identifier: Apache-2.0
// Server-Sent Events (alpaca.md 6.1, Gap filling): trade updates as the Go client reads them, line by line, and
// activities. JavaScript's clients have no reader for them, so this is the wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, tenOClock } from './exchange.mjs';
import { Inbox } from './inbox.mjs';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return exchange;
}

/** Opens an event stream for the test; `inbox` has what comes, `ended` resolves when the server ends it. */
async function listen(t, exchange, target) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const headers = { 'APCA-API-KEY-ID': exchange.key, 'APCA-API-SECRET-KEY': exchange.secret };
  const response = await fetch(exchange.url + target, { headers, signal: stop.signal });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const inbox = new Inbox();
  const read = async () => {
    let rest = '';
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line.startsWith('data: ')) inbox.add(JSON.parse(line.slice('data: '.length)));
    }
  };
  return { inbox, ended: read().catch((error) => { if (error.name !== 'AbortError') throw error; }) };
}

const buy = (exchange, more = {}) => exchange.raw('POST', '/v2/orders',
  { symbol: 'AAPL', qty: '10', side: 'buy', type: 'market', time_in_force: 'day', ...more });

test('events: trade updates are told as on the stream, while somebody listens', async (t) => {
  const exchange = await open(t);
  const { inbox } = await listen(t, exchange, '/v2/events/trades');
  const { id } = JSON.parse((await buy(exchange)).text);
  const fill = await inbox.first('a fill', (update) => update.event === 'fill');
  assert.deepEqual(Object.keys(fill).sort(),
    ['at', 'event', 'event_id', 'execution_id', 'order', 'position_qty', 'price', 'qty', 'timestamp']);
  assert.deepEqual([fill.order.id, fill.at], [id, tenOClock]);
});

test('events: what was missed is told from a time on, or after an id, and up to an end', async (t) => {
  const exchange = await open(t);
  await buy(exchange);
  await exchange.advance('10s');
  await buy(exchange, { qty: '3' });
  await exchange.advance('10s');
  const all = await listen(t, exchange, `/v2/events/trades?since=${tenOClock}&until=2026-03-02T15:00:15Z`);
  await all.ended;
  assert.deepEqual(all.inbox.all.filter((update) => update.event === 'fill').map((update) => update.qty), ['10', '3']);
  const from = await listen(t, exchange, '/v2/events/trades?since=2026-03-02T15:00:05Z&until=2026-03-02T15:00:15Z');
  await from.ended;
  assert.deepEqual(from.inbox.all.filter((update) => update.event === 'fill').map((update) => update.qty), ['3']);
  const first = all.inbox.all[0].event_id;
  const after = await listen(t, exchange, `/v2/events/trades?since_id=${first}&until_id=${all.inbox.all.at(-1).event_id}`);
  await after.ended;
  assert.deepEqual(after.inbox.all.map((update) => update.event_id), all.inbox.all.map((update) => update.event_id));
});

test('events: fills are activities', async (t) => {
  const exchange = await open(t);
  const { inbox } = await listen(t, exchange, '/v2beta1/events/activities');
  const { id } = JSON.parse((await buy(exchange, { client_order_id: 'mine' })).text);
  const fill = await inbox.first('a fill', (activity) => JSON.stringify(activity).includes(id));
  const text = JSON.stringify(fill);
  for (const expected of ['"mine"', '"fill"', 'cum_qty', 'leaves_qty']) assert.ok(text.includes(expected), `${expected} in ${text}`);
});
