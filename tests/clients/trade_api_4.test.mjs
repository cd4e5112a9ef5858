// SPDX-License-Identifier: Apache-2.0
// Alpaca's current JavaScript client against the paper exchange: account, orders, positions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trading } from 'alpaca-trade-api-4';
import { Exchange, monday } from './exchange.mjs';
import * as v4 from './trade_api_4.mjs';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return { exchange, alpaca: v4.client(exchange) };
}

test('4.0.2 finds its account and is told by type when its keys are wrong', async (t) => {
  const { exchange, alpaca } = await open(t);
  const connection = await alpaca.trading.validateConnection();
  assert.equal(connection.ok, true);
  assert.equal(connection.account.cash, '100000');
  const stranger = v4.client({ url: exchange.url, key: 'PKNOBODY', secret: 'nothing' });
  assert.deepEqual(await stranger.trading.validateConnection(), { ok: false, status: 401, code: undefined, message: 'unauthorized.' });
  await assert.rejects(stranger.trading.account.getAccount(), v4.AuthError);
});

test('4.0.2 reads clock, calendar and assets with the raw classes on a base path', async (t) => {
  const { exchange } = await open(t);
  const configuration = v4.rawConfiguration(exchange);
  const clock = await new trading.ClockApi(configuration).legacyClock();
  assert.equal(clock.isOpen, true);
  assert.equal(clock.timestamp.toISOString(), `${monday}T15:00:00.000Z`);
  const days = await new trading.CalendarApi(configuration).legacyCalendar({ start: new Date(monday), end: new Date(monday) });
  assert.deepEqual(days.map((day) => [day.open, day.close]), [['09:30', '16:00']]);
  const asset = await new trading.AssetsApi(configuration).getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'AAPL' });
  assert.equal(asset.symbol, 'AAPL');
});

test('4.0.2 is told of every step of a bracket that is stopped out', async (t) => {
  const { exchange, alpaca } = await open(t);
  const updates = await v4.listen(t, alpaca, exchange);
  const bracket = await alpaca.trading.orders.bracket({
    symbol: 'AAPL', side: 'buy', qty: 10, limitPrice: 199, timeInForce: 'gtc',
    takeProfit: { limitPrice: 210 }, stopLoss: { stopPrice: 190 },
  });
  const [target, stop] = bracket.legs;
  await updates.event('new', bracket.id);
  assert.ok(!updates.of(bracket.id).includes('fill'), 'the entry rests');
  await exchange.trades('AAPL', 198.9);
  await updates.event('fill', bracket.id);
  await updates.event('new', target.id);
  await exchange.trades('AAPL', 189);
  const stopped = await updates.event('fill', stop.id);
  assert.deepEqual([stopped.price, stopped.positionQty], ['188.98', '0']);
  const replaced = await updates.event('replaced', target.id);
  assert.equal(replaced.order.status, 'replaced', 'a target beside a filled stop is shown as replaced (alpaca.md 3.3)');
  const order = await alpaca.trading.orders.getOrderByOrderID({ orderId: bracket.id, nested: true });
  assert.deepEqual(order.legs.map((leg) => leg.status).sort(), ['filled', 'replaced']);
  assert.deepEqual(await alpaca.trading.positions.getAllOpenPositions(), []);
});

test('4.0.2 is told of partial fills', async (t) => {
  const { exchange, alpaca } = await open(t);
  const updates = await v4.listen(t, alpaca, exchange);
  await exchange.control('POST', 'behaviour', { partial_fill_permille: 1000 });
  const order = await alpaca.trading.orders.market({ symbol: 'AAPL', qty: 100, side: 'buy' });
  const part = await updates.event('partial_fill', order.id);
  assert.ok(Number(part.qty) > 0 && Number(part.qty) < 100);
  assert.equal(part.positionQty, part.qty);
  await exchange.control('POST', 'behaviour', { partial_fill_permille: 0 });
  await exchange.trades('AAPL', 201);
  const rest = await updates.event('fill', order.id);
  assert.equal(rest.positionQty, '100');
  const fills = updates.all.filter((one) => one.order.id === order.id && one.event.endsWith('fill'));
  assert.equal(new Set(fills.map((one) => one.executionId)).size, fills.length, 'each execution has an id of its own');
  assert.equal(fills.reduce((sum, one) => sum + Number(one.qty), 0), 100);
});

test('4.0.2 submits and waits for the fill that the stream tells of', async (t) => {
  const { exchange, alpaca } = await open(t);
  const stream = alpaca.trading.stream({ url: `${exchange.streamUrl}/stream`, reconnect: false });
  t.after(() => stream.disconnect());
  stream.connect();
  const order = await alpaca.trading.submitAndWait({
    type: 'market', symbol: 'AAPL', qty: 2, side: 'buy', clientOrderId: 'waited-for',
  }, { stream });
  assert.equal(order.status, 'filled');
  assert.equal(order.filledAvgPrice, '200.02');
});

test('4.0.2 guards a position with an OCO and an entry with an OTO', async (t) => {
  const { exchange, alpaca } = await open(t);
  const updates = await v4.listen(t, alpaca, exchange);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '10', avg_price: '180' });
  const oco = await alpaca.trading.orders.oco({
    symbol: 'AAPL', side: 'sell', qty: 10, timeInForce: 'gtc', takeProfit: { limitPrice: 220 }, stopLoss: { stopPrice: 190 },
  });
  assert.equal(oco.limitPrice, '220', 'the target is the parent, the stop its only leg (alpaca.md 3.3)');
  assert.deepEqual(oco.legs.map((leg) => [leg.type, leg.stopPrice]), [['stop', '190']]);
  assert.equal((await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: 'AAPL' })).qtyAvailable, '0');
  await alpaca.trading.orders.deleteOrderByOrderID({ orderId: oco.id });
  await exchange.advance('1s');
  await updates.event('canceled', oco.id);
  await updates.event('canceled', oco.legs[0].id);
  const oto = await alpaca.trading.orders.oto({ symbol: 'MSFT', side: 'buy', qty: 1, limitPrice: 390, stopLoss: { stopPrice: 380 } })
    .catch((error) => error);
  assert.ok(oto instanceof v4.ValidationError, 'nothing is known of MSFT yet');
  await exchange.trades('MSFT', 400);
  const entry = await alpaca.trading.orders.oto({ symbol: 'MSFT', side: 'buy', qty: 1, limitPrice: 390, stopLoss: { stopPrice: 380 } });
  assert.equal(entry.legs.length, 1);
  await exchange.trades('MSFT', 389);
  await updates.event('fill', entry.id);
  await updates.event('new', entry.legs[0].id);
});

test('4.0.2 lists and pages by order id, and collects activities over pages', async (t) => {
  const { exchange, alpaca } = await open(t);
  const placed = [];
  for (let i = 0; i < 6; i += 1) {
    placed.push((await alpaca.trading.orders.market({ symbol: 'AAPL', qty: 1, side: 'buy' })).id);
    await exchange.advance('1s');
  }
  const ids = (orders) => orders.map((order) => order.id);
  const all = { status: 'all', direction: 'asc' };
  assert.deepEqual(ids(await alpaca.trading.orders.getAllOrders({ ...all, limit: 2 })), placed.slice(0, 2));
  assert.deepEqual(ids(await alpaca.trading.orders.getAllOrders({ ...all, afterOrderId: placed[1] })), placed.slice(2));
  assert.deepEqual(ids(await alpaca.trading.orders.getAllOrders({ ...all, beforeOrderId: placed[1] })), placed.slice(0, 1));
  assert.deepEqual(await alpaca.trading.orders.getAllOrders({ ...all, symbols: ['MSFT'] }), []);
  const fills = await alpaca.trading.collectActivities({ activityTypes: ['FILL'], pageSize: 4 });
  assert.equal(fills.length, 6);
  assert.deepEqual(fills.map((one) => one.orderId ?? one.order_id), [...placed].reverse(), 'newest first');
});

test('4.0.2 closes a part of a position, and all of them', async (t) => {
  const { exchange, alpaca } = await open(t);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '10', avg_price: '180' });
  const { positions } = alpaca.trading;
  assert.equal((await positions.deleteOpenPosition({ symbolOrAssetId: 'AAPL', qty: 4 })).qty, '4');
  assert.equal((await positions.deleteOpenPosition({ symbolOrAssetId: 'AAPL', percentage: 50 })).qty, '3');
  assert.equal((await positions.getOpenPosition({ symbolOrAssetId: 'AAPL' })).qty, '3');
  const closed = await alpaca.trading.closeAllPositions({ cancelOrders: true });
  assert.deepEqual(closed.map((one) => [one.symbol, Number(one.status)]), [['AAPL', 200]]);
  await exchange.advance('1s');
  await assert.rejects(positions.getOpenPosition({ symbolOrAssetId: 'AAPL' }), v4.NotFoundError);
});

test('4.0.2 reads option contracts over pages, and trades one', async (t) => {
  const { exchange, alpaca } = await open(t);
  const contracts = [190, 195, 200, 205, 210].map((strike) => `AAPL260417C00${strike}000`);
  for (const contract of contracts) await exchange.trades(contract, 5, 0.2);
  const found = await alpaca.trading.collectOptionsContracts({
    underlyingSymbols: 'AAPL', expirationDateLte: new Date('2026-12-31'), limit: 2,
  });
  assert.deepEqual(found.map((one) => one.symbol), contracts);
  const one = await alpaca.trading.assets.getOptionContractSymbolOrId({ symbolOrId: contracts[2] });
  assert.deepEqual([one.strikePrice, one.multiplier ?? one.size], ['200', '100']);
  const order = await alpaca.trading.orders.limit({
    symbol: contracts[2], side: 'buy', qty: 1, limitPrice: 5.1, positionIntent: 'buy_to_open',
  });
  assert.equal((await alpaca.trading.orders.getOrderByOrderID({ orderId: order.id })).status, 'filled');
  const position = await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: contracts[2] });
  assert.deepEqual([position.assetClass, position.qty, position.costBasis], ['us_option', '1', '510']);
});

test('4.0.2 sees refusals, limits and errors as types', async (t) => {
  const { exchange, alpaca } = await open(t);
  const { orders } = alpaca.trading;
  await assert.rejects(orders.market({ symbol: 'AAPL', qty: 100000, side: 'buy' }), (error) => {
    assert.ok(error instanceof v4.PermissionError);
    return error.status === 403 && error.code === 40310000 && error.message === 'insufficient buying power';
  });
  await assert.rejects(orders.limit({ symbol: 'AAPL', qty: 1, side: 'buy', limitPrice: 100.001 }), v4.ValidationError);
  await assert.rejects(orders.getOrderByOrderID({ orderId: '11111111-2222-4333-8444-555555555555' }), v4.NotFoundError);
  await exchange.control('POST', 'fault', { kind: 'rate_limit', method: 'DELETE' });
  await assert.rejects(orders.deleteAllOrders(), v4.RateLimitError);
});

test('4.0.2 repeats a read that an nginx page answered, and never a submission', async (t) => {
  const { exchange } = await open(t);
  const retries = [];
  const alpaca = v4.client(exchange, { retry: { maxRetries: 1, retryDelayMs: 0, onRetry: (retry) => retries.push(retry.status) } });
  await exchange.control('POST', 'fault', { kind: 'html_error', path_prefix: '/v2/account' });
  assert.equal((await alpaca.trading.account.getAccount()).status, 'ACTIVE');
  assert.deepEqual(retries, [502]);
  await exchange.control('POST', 'fault', { kind: 'error_504_after', method: 'POST' });
  const clientOrderId = 'was-it-placed';
  await assert.rejects(alpaca.trading.orders.market({ symbol: 'AAPL', qty: 1, side: 'buy', clientOrderId }),
    (error) => error instanceof v4.ApiError && error.status === 504);
  assert.deepEqual(retries, [502]);
  const found = await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId });
  assert.equal(found.status, 'filled', 'a 504 may have reached the market (alpaca.md 3.7)');
});
