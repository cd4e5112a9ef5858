// SPDX-License-Identifier: Apache-2.0
// The trading stream word for word (alpaca.md 6.1): the clients forgive much that other bots would not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import { Socket } from './socket.mjs';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return exchange;
}

const authorized = { stream: 'authorization', data: { status: 'authorized', action: 'authenticate' } };
const listening = { stream: 'listening', data: { streams: ['trade_updates'] } };

async function listen(t, exchange) {
  const socket = await Socket.open(t, `${exchange.streamUrl}/stream`);
  socket.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await socket.next(), authorized);
  socket.say({ action: 'listen', data: { streams: ['trade_updates'] } });
  assert.deepEqual(await socket.next(), listening);
  return socket;
}

const order = (more = {}) => ({ symbol: 'AAPL', qty: '10', side: 'buy', type: 'market', time_in_force: 'day', ...more });

test('the stream: both forms of authentication are accepted, nothing greets', async (t) => {
  const exchange = await open(t);
  const short = await Socket.open(t, `${exchange.streamUrl}/stream`);
  short.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await short.next(), authorized);
  short.socket.close();
  await short.closed;
  const long = await Socket.open(t, `${exchange.streamUrl}/stream`);
  long.say({ action: 'authenticate', data: { key_id: exchange.key, secret_key: exchange.secret } });
  assert.deepEqual(await long.next(), authorized);
});

test('the stream: wrong keys are told so and closed', async (t) => {
  const exchange = await open(t);
  const socket = await Socket.open(t, `${exchange.streamUrl}/stream`);
  socket.say({ action: 'auth', key: exchange.key, secret: 'wrong' });
  assert.deepEqual(await socket.next(), {
    stream: 'authorization',
    data: { status: 'unauthorized', action: 'authenticate', message: 'access key verification failed' },
  });
  await socket.closed;
});

test('the stream: what is listened to replaces what was', async (t) => {
  const exchange = await open(t);
  const socket = await listen(t, exchange);
  socket.say({ action: 'listen', data: { streams: [] } });
  assert.deepEqual(await socket.next(), { stream: 'listening', data: { streams: [] } });
  await exchange.raw('POST', '/v2/orders', order());
  socket.say({ action: 'listen', data: { streams: ['trade_updates'] } });
  assert.deepEqual(await socket.next(), listening, 'no update has come in between');
});

test('the stream: a fill has its execution, and the order as REST shows it', async (t) => {
  const exchange = await open(t);
  const socket = await listen(t, exchange);
  const { text } = await exchange.raw('POST', '/v2/orders', order());
  const { id } = JSON.parse(text);
  const fill = await socket.inbox.first('a fill', (message) => message.data.event === 'fill');
  assert.deepEqual(Object.keys(fill), ['stream', 'data']);
  assert.equal(fill.stream, 'trade_updates');
  assert.deepEqual(Object.keys(fill.data).sort(),
    ['at', 'event', 'event_id', 'execution_id', 'order', 'position_qty', 'price', 'qty', 'timestamp']);
  assert.deepEqual([fill.data.price, fill.data.qty, fill.data.position_qty], ['200.02', '10', '10']);
  assert.match(fill.data.event_id, /^[0-9A-HJKMNP-TV-Z]{26}$/, 'a ULID');
  const { cancel_requested_at: requested, ...streamed } = fill.data.order;
  assert.equal(requested, null, 'only the stream has this field');
  assert.deepEqual(streamed, JSON.parse((await exchange.raw('GET', `/v2/orders/${id}`)).text));
});

test('the stream: an event that is no execution has neither price nor quantity', async (t) => {
  const exchange = await open(t);
  const socket = await listen(t, exchange);
  const { text } = await exchange.raw('POST', '/v2/orders', order({ type: 'limit', limit_price: '150' }));
  await exchange.raw('DELETE', `/v2/orders/${JSON.parse(text).id}`);
  await exchange.advance('1s');
  const canceled = await socket.inbox.first('a cancellation', (message) => message.data.event === 'canceled');
  assert.deepEqual(Object.keys(canceled.data).sort(), ['at', 'event', 'event_id', 'order', 'timestamp']);
});

test('the stream: paper sends binary frames, and text where that is asked for', async (t) => {
  const exchange = await open(t);
  const socket = await listen(t, exchange);
  assert.deepEqual([...new Set(socket.frames)], ['binary']);
  await exchange.control('POST', 'stream', { frame: 'text' });
  await exchange.raw('POST', '/v2/orders', order());
  await socket.inbox.first('a fill', (message) => message.data.event === 'fill');
  assert.equal(socket.frames.at(-1), 'text');
});

test('the stream: one connection for each account', async (t) => {
  const exchange = await open(t);
  await listen(t, exchange);
  const second = await Socket.open(t, `${exchange.streamUrl}/stream`);
  second.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await second.next(), { action: 'error', data: { error_message: 'connection limit exceeded' } });
  await second.closed;
});

test('the stream: it is cut, refuses, and reports an error of its own', async (t) => {
  const exchange = await open(t);
  const first = await listen(t, exchange);
  await exchange.control('POST', 'stream', { cut: true, fault: { kind: 'refuse', status: 429 } });
  assert.equal(await first.closed, 1006, 'without a word');
  await assert.rejects(Socket.open(t, `${exchange.streamUrl}/stream`), { status: 429 });
  const next = await listen(t, exchange);
  await exchange.control('POST', 'stream', { error: 'internal server error' });
  assert.deepEqual(await next.next(), { action: 'error', data: { error_message: 'internal server error' } });
  await next.closed;
});

test('the stream: events come twice, late, out of order or never when that is asked for', async (t) => {
  const exchange = await open(t);
  const socket = await listen(t, exchange);
  const events = () => socket.inbox.all.filter((message) => message.stream === 'trade_updates').map((message) => message.data.event);
  await exchange.control('POST', 'stream', { fault: { kind: 'duplicate', event: 'fill' } });
  await exchange.raw('POST', '/v2/orders', order());
  await exchange.raw('POST', '/v2/orders', order({ type: 'limit', limit_price: '150' }));
  await socket.inbox.first('what rests', (message) => message.data.event === 'new' && message.data.order.type === 'limit');
  assert.equal(events().filter((event) => event === 'fill').length, 2, 'the same execution twice');
  await exchange.control('POST', 'stream', { fault: { kind: 'drop', event: 'fill' } });
  await exchange.raw('POST', '/v2/orders', order());
  await exchange.raw('POST', '/v2/orders', order({ type: 'limit', limit_price: '151' }));
  await socket.inbox.first('what rests', (message) => message.data.event === 'new' && message.data.order.limit_price === '151');
  assert.equal(events().filter((event) => event === 'fill').length, 2, 'the third never comes');
});
