// SPDX-License-Identifier: Apache-2.0
// The JavaScript client of many years, as its users have it, against the paper exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, monday } from './exchange.mjs';
import { client, listen, refusal } from './trade_api_3.mjs';

const market = (symbol, qty, side, more = {}) => ({ symbol, qty, side, type: 'market', time_in_force: 'day', ...more });

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return { exchange, alpaca: client(exchange) };
}

test('3.1.3 reads account, clock, calendar and assets', async (t) => {
  const { alpaca } = await open(t);
  const account = await alpaca.getAccount();
  assert.equal(account.status, 'ACTIVE');
  assert.equal(account.cash, '100000');
  assert.equal(account.pattern_day_trader, undefined, 'removed on 6 July 2026 (alpaca.md 2)');
  const clock = await alpaca.getClock();
  assert.equal(clock.is_open, true);
  assert.equal(clock.next_close, `${monday}T16:00:00-05:00`);
  const days = await alpaca.getCalendar({ start: new Date('2026-11-25T12:00:00Z'), end: new Date('2026-11-28T12:00:00Z') });
  assert.deepEqual(days.map(({ date, open: opens, close }) => [date, opens, close]),
    [['2026-11-25', '09:30', '16:00'], ['2026-11-27', '09:30', '13:00']], 'Thanksgiving, and the half day after it');
  const asset = await alpaca.getAsset('AAPL');
  assert.equal(asset.class, 'us_equity');
  assert.ok((await alpaca.getAssets({ status: 'active' })).some((one) => one.id === asset.id));
});

test('3.1.3 is told of every step of a bracket that reaches its target', async (t) => {
  const { exchange, alpaca } = await open(t);
  const updates = await listen(t, alpaca);
  const bracket = await alpaca.createOrder(market('AAPL', 10, 'buy', {
    time_in_force: 'gtc', order_class: 'bracket', client_order_id: 'bracket-1',
    take_profit: { limit_price: '210' }, stop_loss: { stop_price: '190' },
  }));
  assert.equal(bracket.legs.length, 2);
  const [target, stop] = bracket.legs;
  const filled = await updates.event('fill', bracket.id);
  assert.equal(filled.position_qty, '10');
  assert.equal(filled.price, '200.02', 'a buy fills at the ask');
  await updates.event('new', target.id);
  assert.ok(updates.of(bracket.id).includes('new'));
  assert.ok(updates.of(stop.id).includes('held'));

  await exchange.trades('AAPL', 211);
  const sold = await updates.event('fill', target.id);
  assert.equal(sold.position_qty, '0');
  const ended = await updates.event('canceled', stop.id);
  assert.equal(ended.order.status, 'canceled');
  const nested = await alpaca.getOrder(bracket.id);
  assert.equal(nested.client_order_id, 'bracket-1');
  assert.equal((await alpaca.getOrderByClientId('bracket-1')).id, bracket.id);
  assert.deepEqual(await alpaca.getPositions(), []);
});

test('3.1.3 cancels, lists and pages through orders', async (t) => {
  const { exchange, alpaca } = await open(t);
  const updates = await listen(t, alpaca);
  const placed = [];
  for (let i = 0; i < 5; i += 1) {
    placed.push(await alpaca.createOrder({ ...market('AAPL', 1, 'buy'), type: 'limit', limit_price: 150 + i }));
    await exchange.advance('1s');
  }
  assert.equal((await alpaca.getOrders()).length, 5, 'open ones by default');
  const first = await alpaca.getOrders({ status: 'all', limit: 2, direction: 'asc' });
  const rest = await alpaca.getOrders({ status: 'all', limit: 3, direction: 'asc', after: first[1].submitted_at });
  assert.deepEqual([...first, ...rest].map((order) => order.id), placed.map((order) => order.id));

  await alpaca.cancelOrder(placed[0].id);
  await exchange.advance('1s');
  await updates.event('canceled', placed[0].id);
  assert.equal((await alpaca.getOrder(placed[0].id)).status, 'canceled');
  const again = await refusal(alpaca.cancelOrder(placed[0].id));
  assert.deepEqual([again.status, again.data.code], [422, 42210000]);
  const all = await alpaca.cancelAllOrders();
  assert.deepEqual(all.map((one) => one.status), [200, 200, 200, 200]);
  await updates.event('canceled', placed[4].id);
  assert.deepEqual(await alpaca.getOrders(), []);
  assert.equal((await alpaca.getOrders({ status: 'closed', symbols: 'AAPL' })).length, 5);
});

test('3.1.3 closes one position and all of them', async (t) => {
  const { exchange, alpaca } = await open(t);
  await exchange.trades('MSFT', 400);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '10', avg_price: '180' });
  await exchange.control('POST', 'position', { symbol: 'MSFT', qty: '-5', avg_price: '410' });
  const position = await alpaca.getPosition('AAPL');
  assert.deepEqual([position.qty, position.side, position.unrealized_pl], ['10', 'long', '200']);
  const short = await alpaca.getPosition('MSFT');
  assert.deepEqual([short.qty, short.side, short.market_value], ['-5', 'short', '-2000']);
  const closing = await alpaca.closePosition('AAPL');
  assert.deepEqual([closing.side, closing.type, closing.qty], ['sell', 'market', '10']);
  assert.deepEqual((await refusal(alpaca.getPosition('AAPL'))),
    { status: 404, data: { code: 40410000, message: 'position does not exist' } });
  const closed = await alpaca.closeAllPositions();
  assert.deepEqual(closed.map(({ symbol, status, body }) => [symbol, status, body.side]), [['MSFT', 200, 'buy']]);
  assert.deepEqual(await alpaca.getPositions(), []);
});

test('3.1.3 pages through activities', async (t) => {
  const { alpaca } = await open(t);
  for (let i = 0; i < 5; i += 1) await alpaca.createOrder(market('AAPL', 1, 'buy'));
  const seen = [];
  for (let token; ;) {
    const page = await alpaca.getAccountActivities({ activityTypes: ['FILL'], pageSize: 2, direction: 'asc', pageToken: token });
    seen.push(...page);
    if (page.length < 2) break;
    token = page.at(-1).id;
  }
  assert.equal(seen.length, 5);
  assert.equal(new Set(seen.map((one) => one.id)).size, 5);
  assert.deepEqual(seen.map((one) => one.cum_qty), ['1', '1', '1', '1', '1']);
});

test('3.1.3 reads latest prices and snapshots of stocks and options', async (t) => {
  const { exchange, alpaca } = await open(t);
  const contract = 'AAPL260417C00200000';
  await exchange.trades('MSFT', 400);
  await exchange.trades(contract, 5, 0.2);
  assert.equal((await alpaca.getLatestTrade('AAPL')).Price, 200);
  const quote = await alpaca.getLatestQuote('AAPL');
  assert.deepEqual([quote.BidPrice, quote.AskPrice], [199.98, 200.02]);
  const trades = await alpaca.getLatestTrades(['AAPL', 'MSFT']);
  assert.deepEqual([...trades].map(([symbol, trade]) => [symbol, trade.Price]), [['AAPL', 200], ['MSFT', 400]]);
  const quotes = await alpaca.getLatestQuotes(['AAPL', 'MSFT']);
  assert.equal(quotes.get('MSFT').AskPrice, 400.02);
  assert.equal((await alpaca.getSnapshot('AAPL')).LatestTrade.Price, 200);
  assert.equal((await alpaca.getSnapshots(['AAPL', 'MSFT'])).length, 2);
  assert.equal((await alpaca.getOptionLatestTrades([contract])).get(contract).Price, 5);
  assert.equal((await alpaca.getOptionLatestQuotes([contract])).get(contract).BidPrice, 4.9);
  assert.equal((await alpaca.getOptionSnapshots([contract]))[0].LatestTrade.Price, 5);
});

test('3.1.3 says at once when its keys are wrong', async (t) => {
  const { exchange } = await open(t);
  const stranger = client({ ...exchange, url: exchange.url, key: 'PKNOBODY', secret: 'nothing' });
  const refused = await refusal(stranger.getAccount());
  assert.equal(refused.status, 401);
  await assert.rejects(listen(t, stranger), /bad key id or secret/);
});
