// SPDX-License-Identifier: Apache-2.0
// The streams of market data: word for word in JSON, and through the clients, which speak MessagePack (alpaca.md 6.2).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import { Exchange, tenOClock } from './exchange.mjs';
import { Inbox } from './inbox.mjs';
import { Socket } from './socket.mjs';
import { behindTls } from './tls.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';

const call = 'AAPL260417C00200000';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  await exchange.trades(call, 5, 0.2);
  return exchange;
}

const greeting = [{ T: 'success', msg: 'connected' }];
const authenticated = [{ T: 'success', msg: 'authenticated' }];

async function connect(t, exchange, path, how) {
  const socket = await Socket.open(t, `${exchange.streamUrl}${path}`, how);
  assert.deepEqual(await socket.next(), greeting);
  socket.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await socket.next(), authenticated);
  return socket;
}

const messages = (socket) => socket.inbox.all.flat();

test('stock data in JSON: greeting, keys, subscription echoed in full, trades and quotes', async (t) => {
  const exchange = await open(t);
  const socket = await connect(t, exchange, '/v2/iex');
  socket.say({ action: 'subscribe', trades: ['AAPL'], quotes: ['AAPL'] });
  const [echo] = await socket.next();
  assert.deepEqual(echo, {
    T: 'subscription', trades: ['AAPL'], quotes: ['AAPL'], bars: [], updatedBars: [], dailyBars: [], statuses: [], lulds: [],
    corrections: ['AAPL'], cancelErrors: ['AAPL'], imbalances: [],
  });
  await exchange.trades('AAPL', 201);
  await socket.inbox.first('a trade', (frame) => frame.some((one) => one.T === 't'));
  const quote = messages(socket).find((one) => one.T === 'q');
  const trade = messages(socket).find((one) => one.T === 't');
  assert.deepEqual(Object.keys(quote).sort(), ['S', 'T', 'ap', 'as', 'ax', 'bp', 'bs', 'bx', 'c', 't', 'z']);
  assert.deepEqual([quote.S, quote.bp, quote.ap, quote.t], ['AAPL', 200.98, 201.02, tenOClock]);
  assert.deepEqual(Object.keys(trade).sort(), ['S', 'T', 'c', 'i', 'p', 's', 't', 'x', 'z']);
  assert.deepEqual([trade.S, trade.p, trade.t], ['AAPL', 201, tenOClock]);
});

test('stock data: a minute that has passed is a bar', async (t) => {
  const exchange = await open(t);
  const socket = await connect(t, exchange, '/v2/sip');
  socket.say({ action: 'subscribe', bars: ['*'] });
  await socket.next();
  await exchange.trades('AAPL', 202);
  await exchange.trades('AAPL', 199);
  await exchange.advance('60s');
  const frame = await socket.inbox.first('a bar', (one) => one.some((part) => part.T === 'b' && part.S === 'AAPL'));
  const bar = frame.find((part) => part.T === 'b' && part.S === 'AAPL');
  assert.deepEqual([bar.o, bar.h, bar.l, bar.c, bar.t], [200, 202, 199, 199, tenOClock]);
});

test('stock data: halts and resumptions are statuses', async (t) => {
  const exchange = await open(t);
  const socket = await connect(t, exchange, '/v2/sip');
  socket.say({ action: 'subscribe', statuses: ['AAPL'] });
  await socket.next();
  await exchange.control('POST', 'halt', { symbol: 'AAPL', halted: true });
  const frame = await socket.inbox.first('a halt', (one) => one.some((part) => part.T === 's'));
  assert.deepEqual([frame[0].S, frame[0].sc], ['AAPL', 'H']);
});

test('stock data: refusals by code', async (t) => {
  const exchange = await open(t);
  const stranger = await Socket.open(t, `${exchange.streamUrl}/v2/iex`);
  await stranger.next();
  stranger.say({ action: 'auth', key: 'PKNOBODY', secret: 'nothing' });
  assert.deepEqual(await stranger.next(), [{ T: 'error', code: 402, msg: 'auth failed' }]);
  const socket = await connect(t, exchange, '/v2/iex');
  socket.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await socket.next(), [{ T: 'error', code: 403, msg: 'already authenticated' }]);
  socket.say({ action: 'dance' });
  assert.deepEqual((await socket.next())[0].code, 400);
  const second = await Socket.open(t, `${exchange.streamUrl}/v2/iex`);
  await second.next();
  second.say({ action: 'auth', key: exchange.key, secret: exchange.secret });
  assert.deepEqual(await second.next(), [{ T: 'error', code: 406, msg: 'connection limit exceeded' }]);
});

test('option data comes in MessagePack only, with times as its extension', async (t) => {
  const exchange = await open(t);
  const how = { headers: { 'Content-Type': 'application/msgpack' }, decode, encode: (words) => Buffer.from(encode(words)) };
  const socket = await connect(t, exchange, '/v1beta1/indicative', how);
  socket.say({ action: 'subscribe', quotes: [call], trades: [call] });
  assert.equal((await socket.next())[0].T, 'subscription');
  await exchange.trades(call, 6, 0.2);
  const frame = await socket.inbox.first('a quote', (one) => one.some((part) => part.T === 'q'));
  const quote = frame.find((part) => part.T === 'q');
  assert.ok(quote.t instanceof Date, 'an extension, not a text');
  assert.deepEqual([quote.S, quote.bp, quote.ap], [call, 5.9, 6.1]);
  socket.say({ action: 'subscribe', quotes: ['*'] });
  const refused = await socket.inbox.first('a refusal', (one) => one.some((part) => part.T === 'error'));
  assert.equal(refused[0].code, 413, 'no * for quotes of options');
});

test('4.0.2 listens to trades, quotes and bars of stocks', async (t) => {
  const exchange = await open(t);
  const stream = v4.client(exchange).marketData.stockStream({ url: `${exchange.streamUrl}/v2/iex`, reconnect: false });
  const told = new Inbox();
  stream.onTrade((trade) => told.add({ kind: 'trade', ...trade }));
  stream.onQuote((quote) => told.add({ kind: 'quote', ...quote }));
  stream.onBar((bar) => told.add({ kind: 'bar', ...bar }));
  stream.subscribeForTrades(['AAPL']);
  stream.subscribeForQuotes(['AAPL']);
  stream.subscribeForBars(['AAPL']);
  const subscribed = new Promise((done) => stream.on('subscription', done));
  t.after(() => stream.disconnect());
  stream.connect();
  assert.deepEqual((await subscribed).trades, ['AAPL']);
  await exchange.advance('1500ms');
  await exchange.trades('AAPL', 201);
  const trade = await told.first('a trade', (one) => one.kind === 'trade');
  assert.deepEqual([trade.symbol, trade.price, trade.timestampRaw], ['AAPL', 201, '2026-03-02T15:00:01.500000000Z']);
  const quote = await told.first('a quote', (one) => one.kind === 'quote');
  assert.deepEqual([quote.bidPrice, quote.askPrice], [200.98, 201.02]);
  await exchange.advance('60s');
  const bar = await told.first('a bar', (one) => one.kind === 'bar');
  assert.deepEqual([bar.open, bar.close, bar.tradeCount], [200, 201, 2]);
});

test('4.0.2 listens to options', async (t) => {
  const exchange = await open(t);
  const stream = v4.client(exchange).marketData.optionStream({ url: `${exchange.streamUrl}/v1beta1/indicative`, reconnect: false });
  const told = new Inbox();
  stream.onQuote((quote) => told.add(quote));
  stream.subscribeForQuotes([call]);
  const subscribed = new Promise((done) => stream.on('subscription', done));
  t.after(() => stream.disconnect());
  stream.connect();
  await subscribed;
  await exchange.trades(call, 6, 0.2);
  assert.equal((await told.first('a quote', () => true)).askPrice, 6.1);
});

test('4.0.2 is told that its keys are wrong and does not come back', async (t) => {
  const exchange = await open(t);
  const stranger = v4.client({ url: exchange.url, key: 'PKNOBODY', secret: 'nothing' });
  const stream = stranger.marketData.stockStream({ url: `${exchange.streamUrl}/v2/iex` });
  t.after(() => stream.disconnect());
  stream.connect();
  const outcome = await stream.whenAuthenticated();
  assert.deepEqual([outcome.status, outcome.code], ['server_rejected', 402]);
});

test('3.1.3 listens to stocks and options, over TLS because it knows nothing else', async (t) => {
  const exchange = await open(t);
  const alpaca = v3.client(exchange, { streamUrl: await behindTls(t, exchange) });
  const told = new Inbox();
  const listen = async (stream, subscribe) => {
    const connected = new Promise((done, fail) => {
      stream.onConnect(done);
      stream.onError((error) => fail(new Error(error)));
    });
    stream.connect();
    t.after(() => stream.disconnect());
    await connected;
    const subscribed = new Promise((done) => {
      const update = stream.updateSubscriptions;
      stream.updateSubscriptions = (message) => {
        update.call(stream, message);
        done();
      };
    });
    subscribe();
    await subscribed;
  };
  const { data_stream_v2: stocks, option_stream: options } = alpaca;
  stocks.onStockTrade((trade) => told.add(trade));
  options.onOptionQuote((quote) => told.add(quote));
  await listen(stocks, () => stocks.subscribeForTrades(['AAPL']));
  await listen(options, () => options.subscribeForQuotes([call]));
  await exchange.trades('AAPL', 201);
  assert.equal((await told.first('a trade', (one) => one.Symbol === 'AAPL')).Price, 201);
  await exchange.trades(call, 6, 0.2);
  assert.equal((await told.first('a quote', (one) => one.Symbol === call)).BidPrice, 5.9);
});
