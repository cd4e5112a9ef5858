// SPDX-License-Identifier: Apache-2.0
// What goes wrong with orders at the broker, as the clients see it (alpaca.md 3.4, 6.1, 8).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  const alpaca = v4.client(exchange);
  return { exchange, alpaca, orders: alpaca.trading.orders, updates: await v4.listen(t, alpaca, exchange) };
}

const trouble = (exchange, kind, more = {}) => exchange.control('POST', 'order_fault', { kind, ...more });
const resting = (orders) => orders.limit({ symbol: 'AAPL', side: 'buy', qty: 10, limitPrice: 190, timeInForce: 'gtc' });

test('4.0.2 sees a cancel that hangs, and the fill in the middle of it', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'cancel_stuck');
  const order = await resting(orders);
  await orders.deleteOrderByOrderID({ orderId: order.id });
  await updates.event('pending_cancel', order.id);
  await exchange.advance('3h');
  assert.equal((await orders.getOrderByOrderID({ orderId: order.id })).status, 'pending_cancel');
  await assert.rejects(orders.deleteOrderByOrderID({ orderId: order.id }), v4.ValidationError);
  await exchange.trades('AAPL', 189);
  await updates.event('fill', order.id);
  assert.ok(!updates.of(order.id).includes('canceled'));
});

test('4.0.2 sees a cancel that is rejected after its 204', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'cancel_rejected');
  const order = await resting(orders);
  await orders.deleteOrderByOrderID({ orderId: order.id });
  await updates.event('order_cancel_rejected', order.id);
  assert.equal((await orders.getOrderByOrderID({ orderId: order.id })).status, 'new');
});

test('4.0.2 sees a cancel that takes its time', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await exchange.control('POST', 'behaviour', { cancel_delay_ms: 5000 });
  const order = await resting(orders);
  await orders.deleteOrderByOrderID({ orderId: order.id });
  await updates.event('pending_cancel', order.id);
  await exchange.advance('5s');
  await updates.event('canceled', order.id);
});

test('4.0.2 sees a replacement that is rejected after its 200, the old order alive', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'replace_rejected');
  const order = await resting(orders);
  const next = await orders.patchOrderByOrderId({ orderId: order.id, patchOrderRequest: { limitPrice: '191' } });
  await updates.event('order_replace_rejected', order.id);
  assert.equal((await orders.getOrderByOrderID({ orderId: next.id })).status, 'rejected');
  assert.equal((await orders.getOrderByOrderID({ orderId: order.id })).status, 'new');
});

test('4.0.2 is refused a replacement that happened', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'replace_error_though_replaced');
  const order = await resting(orders);
  await assert.rejects(orders.patchOrderByOrderId({ orderId: order.id, patchOrderRequest: { limitPrice: '191' } }), v4.ValidationError);
  const replaced = await updates.event('replaced', order.id);
  const next = await orders.getOrderByOrderID({ orderId: replaced.order.replacedBy });
  assert.equal(next.limitPrice, '191');
});

test('4.0.2 sees an order rejected after its 200', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'rejected_after_200');
  const order = await resting(orders);
  await updates.event('rejected', order.id);
});

test('4.0.2 sees children that stay held after their entry has filled', async (t) => {
  const { exchange, orders, updates } = await open(t);
  await trouble(exchange, 'children_stay_held');
  const bracket = await orders.bracket({ symbol: 'AAPL', side: 'buy', qty: 10, takeProfit: { limitPrice: 210 }, stopLoss: { stopPrice: 190 } });
  await updates.event('fill', bracket.id);
  await exchange.trades('AAPL', 215);
  const read = await orders.getOrderByOrderID({ orderId: bracket.id, nested: true });
  assert.deepEqual(read.legs.map((leg) => leg.status), ['held', 'held']);
});

test('4.0.2 sees both children of a bracket fill, and the position turn', async (t) => {
  const { exchange, alpaca, orders, updates } = await open(t);
  await trouble(exchange, 'both_children_fill');
  const bracket = await orders.bracket({ symbol: 'AAPL', side: 'buy', qty: 10, takeProfit: { limitPrice: 210 }, stopLoss: { stopPrice: 190 } });
  await exchange.trades('AAPL', 211);
  for (const leg of bracket.legs) await updates.event('fill', leg.id);
  assert.equal((await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: 'AAPL' })).qty, '-10');
});

test('4.0.2 sees a fill undone', async (t) => {
  const { exchange, alpaca, orders, updates } = await open(t);
  const order = await orders.market({ symbol: 'AAPL', side: 'buy', qty: 10 });
  const fill = await updates.event('fill', order.id);
  await exchange.control('POST', 'execution', { execution_id: fill.executionId, qty: 0 });
  await updates.event('trade_bust', order.id);
  await assert.rejects(alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: 'AAPL' }), v4.NotFoundError);
});

test('3.1.3 sees positions that lag behind orders, and some that vanish', async (t) => {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  const alpaca = v3.client(exchange);
  await exchange.control('POST', 'behaviour', { positions_lag_ms: 8000 });
  await alpaca.createOrder({ symbol: 'AAPL', qty: '10', side: 'buy', type: 'market', time_in_force: 'day' });
  assert.deepEqual(await alpaca.getPositions(), []);
  await exchange.advance('8s');
  assert.equal((await alpaca.getPosition('AAPL')).qty, '10');
  await exchange.control('POST', 'behaviour', { positions_lag_ms: 0, vanished_positions: ['AAPL'] });
  assert.deepEqual(await alpaca.getPositions(), []);
  assert.equal((await v3.refusal(alpaca.getPosition('AAPL'))).status, 404);
});

test('3.1.3 is refused shares that nothing visible holds', async (t) => {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  const alpaca = v3.client(exchange);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '10', avg_price: '180' });
  await exchange.control('POST', 'reservation', { symbol: 'AAPL', qty: '10' });
  const refused = await v3.refusal(alpaca.closePosition('AAPL'));
  assert.deepEqual([refused.status, refused.data.code, refused.data.available], [403, 40310000, '0']);
  assert.deepEqual(await alpaca.getOrders(), []);
  await exchange.control('DELETE', 'order_fault');
  assert.equal((await alpaca.closePosition('AAPL')).qty, '10');
});
