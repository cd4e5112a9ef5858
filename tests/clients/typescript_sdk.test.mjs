// SPDX-License-Identifier: Apache-2.0
// Alpaca's TypeScript preview client against the paper exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, monday } from './exchange.mjs';
import { client, refusal } from './typescript_sdk.mjs';

const market = (symbol, qty, side, more = {}) => ({ symbol, qty, side, type: 'market', time_in_force: 'day', ...more });

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return { exchange, alpaca: client(t, exchange) };
}

test('0.0.32 reads account, clock, calendar and assets', async (t) => {
  const { alpaca } = await open(t);
  assert.equal((await alpaca.getAccount()).buying_power, '400000');
  assert.equal((await alpaca.getClock()).is_open, true);
  const days = await alpaca.getCalendar({ start: monday, end: monday });
  assert.deepEqual(days.map(({ date, session_open: opens, session_close: closes }) => [date, opens, closes]),
    [[monday, '0400', '2000']]);
  assert.equal((await alpaca.getAsset({ symbol_or_asset_id: 'AAPL' })).symbol, 'AAPL');
  assert.ok((await alpaca.getAssets({ status: 'active' })).length > 0);
});

test('0.0.32 trades, lists, cancels and closes', async (t) => {
  const { exchange, alpaca } = await open(t);
  const bought = await alpaca.createOrder(market('AAPL', '3', 'buy'));
  assert.equal((await alpaca.getOrder({ order_id: bought.id })).status, 'filled');
  const limit = await alpaca.createOrder({ ...market('AAPL', '1', 'buy'), type: 'limit', limit_price: '150' });
  assert.deepEqual((await alpaca.getOrders({ status: 'open' })).map((order) => order.id), [limit.id]);
  assert.deepEqual(await alpaca.cancelOrder({ order_id: limit.id }), {});
  await exchange.advance('1s');
  assert.equal((await alpaca.getOrder({ order_id: limit.id })).status, 'canceled');
  await alpaca.createOrder({ ...market('AAPL', '1', 'buy'), type: 'limit', limit_price: '151' });
  assert.deepEqual((await alpaca.cancelOrders()).map((one) => one.status), [200]);
  await exchange.advance('1s');
  assert.equal((await alpaca.getPosition({ symbol_or_asset_id: 'AAPL' })).qty, '3');
  assert.equal((await alpaca.getPositions()).length, 1);
  assert.equal((await alpaca.closePosition({ symbol_or_asset_id: 'AAPL' })).side, 'sell');
  assert.deepEqual(await alpaca.getPositions(), []);
  assert.deepEqual(await alpaca.closePositions(), []);
});

test('0.0.32 reads activities and option contracts', async (t) => {
  const { exchange, alpaca } = await open(t);
  const contract = 'AAPL260306C00200000';
  await exchange.trades(contract, 5, 0.2);
  await alpaca.createOrder(market('AAPL', '1', 'buy'));
  assert.equal((await alpaca.getActivities()).length, 1);
  assert.equal((await alpaca.getActivity({ activity_type: 'FILL' }))[0].side, 'buy');
  const { option_contracts: contracts } = await alpaca.getOptionsContracts({ underlying_symbols: 'AAPL' });
  assert.deepEqual(contracts.map((one) => one.symbol), [contract]);
  const one = await alpaca.getOptionsContract({ symbol_or_contract_id: contract });
  assert.deepEqual([one.strike_price, one.type, one.expiration_date], ['200', 'call', '2026-03-06']);
});

test('0.0.32 reads latest prices', async (t) => {
  const { exchange, alpaca } = await open(t);
  const contract = 'AAPL260306C00200000';
  await exchange.trades(contract, 5, 0.2);
  assert.equal((await alpaca.getStocksTradesLatest({ symbols: 'AAPL' })).trades.AAPL.p, 200);
  assert.equal((await alpaca.getStocksQuotesLatest({ symbols: 'AAPL' })).quotes.AAPL.ap, 200.02);
  assert.equal((await alpaca.getOptionsTradesLatest({ symbols: contract })).trades[contract].p, 5);
  assert.equal((await alpaca.getOptionsSnapshots({ symbols: contract })).snapshots[contract].latestQuote.bp, 4.9);
});

test('0.0.32 asks for stock snapshots under /v1beta1, where the newer specification has nothing', async (t) => {
  const { alpaca } = await open(t);
  assert.equal((await refusal(alpaca.getStocksSnapshots({ symbols: 'AAPL' }))).message, 'endpoint not found.');
});

test('0.0.32 shows the body of a refusal', async (t) => {
  const { alpaca } = await open(t);
  assert.deepEqual(await refusal(alpaca.getPosition({ symbol_or_asset_id: 'AAPL' })),
    { code: 40410000, message: 'position does not exist' });
  const poor = await refusal(alpaca.createOrder(market('AAPL', '100000', 'buy')));
  assert.deepEqual([poor.code, poor.message], [40310000, 'insufficient buying power']);
});
