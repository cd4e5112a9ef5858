// SPDX-License-Identifier: Apache-2.0
// Exercise with the clients that are named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import * as v4 from './trade_api_4.mjs';
import * as sdk from './typescript_sdk.mjs';

const call = 'AAPL260417C00190000';
const expiring = 'AAPL260302C00190000'; // on the day of the test

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  await exchange.trades(call, 12, 0.2);
  await exchange.trades(expiring, 10.5, 0.2);
  return exchange;
}

test('4.0.2 exercises a call in the money, once', async (t) => {
  const exchange = await open(t);
  const { positions } = v4.client(exchange).trading;
  await exchange.control('POST', 'position', { symbol: call, qty: '2', avg_price: '12' });
  await positions.optionExercise({ symbolOrContractId: call });
  await exchange.advance('1s');
  const held = await positions.getAllOpenPositions();
  assert.deepEqual(held.map((one) => [one.symbol, one.qty, one.avgEntryPrice]), [['AAPL', '200', '190']]);
  await assert.rejects(positions.optionExercise({ symbolOrContractId: call }),
    (error) => error instanceof v4.PermissionError && error.code === 40310000, 'there is no position any more (alpaca.md 4)');
});

test('4.0.2 lets a call expire, on its last day and on no other', async (t) => {
  const exchange = await open(t);
  const { positions } = v4.client(exchange).trading;
  for (const symbol of [call, expiring]) await exchange.control('POST', 'position', { symbol, qty: '1', avg_price: '10' });
  await assert.rejects(positions.optionDoNotExercise({ symbolOrContractId: call }), v4.PermissionError);
  await positions.optionDoNotExercise({ symbolOrContractId: expiring });
  await exchange.setTime('2026-03-03T15:00:00Z');
  const held = await positions.getAllOpenPositions();
  assert.deepEqual(held.map((one) => [one.symbol, one.qty]), [[call, '1']], 'in the money, and yet no shares');
});

test('0.0.32 exercises a call', async (t) => {
  const exchange = await open(t);
  const alpaca = sdk.client(t, exchange);
  await exchange.control('POST', 'position', { symbol: call, qty: '1', avg_price: '8' });
  await alpaca.exerciseOption({ symbol_or_contract_id: call });
  await exchange.advance('1s');
  assert.deepEqual((await alpaca.getPositions()).map((one) => [one.symbol, one.qty]), [['AAPL', '100']]);
});
