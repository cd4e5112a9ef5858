// SPDX-License-Identifier: Apache-2.0
// Orders that change while they live: replacements, trailing stops, exits of a bracket moved, cancels that take their
// time. Each with the client that is named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';
import * as sdk from './typescript_sdk.mjs';

const limit = (limit_price, more = {}) => ({ symbol: 'AAPL', qty: '10', side: 'buy', type: 'limit', limit_price, time_in_force: 'day', ...more });

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return exchange;
}

test('3.1.3 replaces an order: the new one names the old, the stream tells of the old one', async (t) => {
  const exchange = await open(t);
  const alpaca = v3.client(exchange);
  const updates = await v3.listen(t, alpaca);
  const old = await alpaca.createOrder(limit('150'));
  const fresh = await alpaca.replaceOrder(old.id, { limit_price: '151', qty: '12', client_order_id: 'second' });
  assert.notEqual(fresh.id, old.id);
  assert.deepEqual([fresh.replaces, fresh.limit_price, fresh.qty, fresh.client_order_id], [old.id, '151', '12', 'second']);
  await exchange.advance('1s');
  const replaced = await updates.event('replaced', old.id);
  assert.deepEqual([replaced.order.status, replaced.order.replaced_by], ['replaced', fresh.id]);
  await updates.event('new', fresh.id);
  assert.deepEqual((await alpaca.getOrders()).map((order) => order.id), [fresh.id]);
  assert.equal((await alpaca.getOrder(old.id)).replaced_by, fresh.id);
});

test('3.1.3 is refused a replacement that changes nothing, or comes too late', async (t) => {
  const exchange = await open(t);
  const alpaca = v3.client(exchange);
  const resting = await alpaca.createOrder(limit('150'));
  const same = await v3.refusal(alpaca.replaceOrder(resting.id, { limit_price: '150' }));
  assert.deepEqual([same.status, same.data.message], [422, 'order parameters are not changed']);
  const filled = await alpaca.createOrder(limit('205'));
  const late = await v3.refusal(alpaca.replaceOrder(filled.id, { limit_price: '206' }));
  assert.equal(late.status, 422);
  assert.equal(late.data.code, 42210000);
});

test('4.0.2 moves the stop of a bracket, and may not change its quantity', async (t) => {
  const exchange = await open(t);
  const alpaca = v4.client(exchange);
  const updates = await v4.listen(t, alpaca, exchange);
  const bracket = await alpaca.trading.orders.bracket({
    symbol: 'AAPL', side: 'buy', qty: 10, timeInForce: 'gtc', takeProfit: { limitPrice: 220 }, stopLoss: { stopPrice: 190 },
  });
  await updates.event('fill', bracket.id);
  const stop = bracket.legs[1];
  await assert.rejects(alpaca.trading.orders.patchOrderByOrderId({ orderId: stop.id, patchOrderRequest: { qty: '5' } }),
    (error) => error instanceof v4.ValidationError && error.message === 'qty cannot be changed for advanced orders');
  const moved = await alpaca.trading.orders.patchOrderByOrderId({ orderId: stop.id, patchOrderRequest: { stopPrice: '195' } });
  assert.deepEqual([moved.replaces, moved.stopPrice], [stop.id, '195']);
  await exchange.advance('1s');
  await updates.event('replaced', stop.id);
  await exchange.trades('AAPL', 194);
  const sold = await updates.event('fill', moved.id);
  assert.equal(sold.positionQty, '0');
});

test('4.0.2 trails a stop behind the highest price', async (t) => {
  const exchange = await open(t);
  const alpaca = v4.client(exchange);
  const updates = await v4.listen(t, alpaca, exchange);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '10', avg_price: '180' });
  const trailing = await alpaca.trading.orders.trailingStop({ symbol: 'AAPL', side: 'sell', qty: 10, trailPrice: 5, timeInForce: 'gtc' });
  const read = () => alpaca.trading.orders.getOrderByOrderID({ orderId: trailing.id });
  assert.deepEqual([(await read()).hwm, (await read()).stopPrice, (await read()).trailPrice], ['200', '195', '5']);
  await exchange.trades('AAPL', 210);
  assert.deepEqual([(await read()).hwm, (await read()).stopPrice], ['210', '205']);
  await exchange.trades('AAPL', 206);
  assert.equal((await read()).stopPrice, '205', 'it never goes back');
  const tighter = await alpaca.trading.orders.patchOrderByOrderId({ orderId: trailing.id, patchOrderRequest: { trail: '3' } });
  assert.equal(tighter.trailPrice, '3');
  await exchange.advance('1s');
  await exchange.trades('AAPL', 203);
  await updates.event('fill', tighter.id);
});

test('0.0.32 replaces an order', async (t) => {
  const exchange = await open(t);
  const alpaca = sdk.client(t, exchange);
  const old = await alpaca.createOrder(limit('150'));
  // This client sends the id in the body as well; what the document does not know is ignored.
  const fresh = await alpaca.replaceOrder({ order_id: old.id, limit_price: '151' });
  assert.equal(fresh.replaces, old.id);
});
