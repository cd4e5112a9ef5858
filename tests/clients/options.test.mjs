// SPDX-License-Identifier: Apache-2.0
// Spreads with the clients that are named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';

const low = 'AAPL260417C00200000';
const high = 'AAPL260417C00210000';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  await exchange.trades(low, 8, 0.2);
  await exchange.trades(high, 4, 0.2);
  return exchange;
}

const legs = [
  { symbol: low, ratioQty: '1', side: 'buy', positionIntent: 'buy_to_open' },
  { symbol: high, ratioQty: '1', side: 'sell', positionIntent: 'sell_to_open' },
];

test('4.0.2 buys a spread as one order, and is told of both legs in one event', async (t) => {
  const exchange = await open(t);
  const alpaca = v4.client(exchange);
  const updates = await v4.listen(t, alpaca, exchange);
  const spread = await alpaca.trading.orders.submit({ type: 'limit', orderClass: 'mleg', qty: 2, limitPrice: 4.2, legs });
  assert.deepEqual([spread.symbol, spread.side, spread.orderClass], ['', '', 'mleg'], 'the parent has neither (alpaca.md 2)');
  assert.deepEqual(spread.legs.map((leg) => [leg.symbol, leg.side]), [[low, 'buy'], [high, 'sell']]);
  const fill = await updates.event('fill', spread.id);
  assert.deepEqual(fill.position_qtys, { [low]: '2', [high]: '-2' });
  assert.equal(fill.legs.length, 2);
  const positions = await alpaca.trading.positions.getAllOpenPositions();
  assert.deepEqual(positions.map((one) => [one.symbol, one.qty]), [[low, '2'], [high, '-2']]);
});

test('4.0.2 replaces a spread as a whole', async (t) => {
  const exchange = await open(t);
  const alpaca = v4.client(exchange);
  const updates = await v4.listen(t, alpaca, exchange);
  const old = await alpaca.trading.orders.submit({ type: 'limit', orderClass: 'mleg', qty: 2, limitPrice: 3, legs });
  const fresh = await alpaca.trading.orders.patchOrderByOrderId({ orderId: old.id, patchOrderRequest: { limitPrice: '4.20' } });
  const replaced = await updates.event('replaced', old.id);
  assert.equal(replaced.order.replaced_by, fresh.id);
  const fill = await updates.event('fill', fresh.id);
  assert.deepEqual(fill.position_qtys, { [low]: '2', [high]: '-2' });
});

test('4.0.2 may not sell the long leg of a spread first', async (t) => {
  const exchange = await open(t);
  const alpaca = v4.client(exchange);
  await alpaca.trading.orders.submit({ type: 'market', orderClass: 'mleg', qty: 1, legs });
  await assert.rejects(alpaca.trading.positions.deleteOpenPosition({ symbolOrAssetId: low }),
    (error) => error instanceof v4.PermissionError && error.code === 40310000);
  const closing = legs.map((leg) => ({
    ...leg, side: leg.side === 'buy' ? 'sell' : 'buy', positionIntent: leg.side === 'buy' ? 'sell_to_close' : 'buy_to_close',
  }));
  await alpaca.trading.orders.submit({ type: 'market', orderClass: 'mleg', qty: 1, legs: closing });
  assert.deepEqual(await alpaca.trading.positions.getAllOpenPositions(), []);
});

test('3.1.3 buys a spread as one order', async (t) => {
  const exchange = await open(t);
  const alpaca = v3.client(exchange);
  const spread = await alpaca.createOrder({
    order_class: 'mleg', type: 'market', qty: '1', time_in_force: 'day',
    legs: legs.map(({ symbol, side, ratioQty, positionIntent }) => ({ symbol, side, ratio_qty: ratioQty, position_intent: positionIntent })),
  });
  assert.equal((await alpaca.getOrder(spread.id)).status, 'filled');
});
