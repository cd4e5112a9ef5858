// SPDX-License-Identifier: Apache-2.0
// What an account keeps: its configuration, lists of symbols, the curve of its worth; and the clocks of the third version.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, tenOClock } from './exchange.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';
import * as sdk from './typescript_sdk.mjs';

async function open(t) {
  const exchange = await Exchange.start(t);
  await exchange.trades('AAPL', 200);
  return exchange;
}

test('3.1.3 reads and changes configurations', async (t) => {
  const alpaca = v3.client(await open(t));
  const before = await alpaca.getAccountConfigurations();
  assert.equal(before.suspend_trade, false);
  const after = await alpaca.updateAccountConfigurations({ suspend_trade: true });
  assert.equal(after.suspend_trade, true);
  const refused = await v3.refusal(alpaca.createOrder({ symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' }));
  assert.equal(refused.status, 403);
});

test('4.0.2 and 0.0.32 read and change configurations', async (t) => {
  const exchange = await open(t);
  const { accountConfigurations } = v4.client(exchange).trading;
  await accountConfigurations.patchAccountConfig({ accountConfigurations: { noShorting: true } });
  assert.equal((await accountConfigurations.getAccountConfig()).noShorting, true);
  const other = sdk.client(t, exchange);
  assert.equal((await other.getConfigurations()).no_shorting, true);
  assert.equal((await other.updateConfigurations({ no_shorting: false })).no_shorting, false);
});

test('3.1.3, 4.0.2 and 0.0.32 read the history of the account', async (t) => {
  const exchange = await open(t);
  await exchange.control('POST', 'position', { symbol: 'AAPL', qty: '100', avg_price: '200' });
  await exchange.setTime('2026-03-03T15:00:00Z');
  const old = await v3.client(exchange).getPortfolioHistory({ period: '1D', timeframe: '15Min' });
  assert.equal(old.timestamp.length, old.equity.length);
  const history = await v4.client(exchange).trading.portfolioHistory.getAccountPortfolioHistory({ period: '1W', timeframe: '1D' });
  assert.equal(history.timeframe, '1D');
  assert.equal(typeof history.equity[0], 'number');
  assert.equal((await sdk.client(t, exchange).getPortfolioHistory({ period: '1W', timeframe: '1D' })).timeframe, '1D');
});

test('3.1.3 keeps watchlists', async (t) => {
  const exchange = await open(t);
  await exchange.trades('MSFT', 400);
  const alpaca = v3.client(exchange);
  const list = await alpaca.addWatchlist('mine', ['AAPL']);
  await alpaca.addToWatchlist(list.id, 'MSFT');
  assert.deepEqual((await alpaca.getWatchlist(list.id)).assets.map((one) => one.symbol), ['AAPL', 'MSFT']);
  await alpaca.deleteFromWatchlist(list.id, 'AAPL');
  await alpaca.updateWatchlist(list.id, { name: 'other', symbols: ['MSFT'] });
  assert.deepEqual((await alpaca.getWatchlists()).map((one) => one.name), ['other']);
  await alpaca.deleteWatchlist(list.id);
  assert.deepEqual(await alpaca.getWatchlists(), []);
});

test('4.0.2 keeps watchlists by name', async (t) => {
  const exchange = await open(t);
  const { watchlists } = v4.client(exchange).trading;
  await watchlists.postWatchlist({ createWatchlistRequest: { name: 'mine', symbols: [] } });
  await watchlists.addAssetToWatchlistByName({ name: 'mine', addAssetToWatchlistRequest: { symbol: 'AAPL' } });
  assert.deepEqual((await watchlists.getWatchlistByName({ name: 'mine' })).assets.map((one) => one.symbol), ['AAPL']);
  await watchlists.deleteWatchlistByName({ name: 'mine' });
  await assert.rejects(watchlists.getWatchlistByName({ name: 'mine' }), v4.NotFoundError);
});

test('0.0.32 changes watchlists with PATCH, where the newer specification has PUT only', async (t) => {
  const exchange = await open(t);
  const alpaca = sdk.client(t, exchange);
  const list = await alpaca.createWatchlist({ name: 'mine', symbols: ['AAPL'] });
  assert.equal((await alpaca.getWatchlist({ watchlist_id: list.id })).name, 'mine');
  assert.equal((await sdk.refusal(alpaca.updateWatchlist({ watchlist_id: list.id, name: 'other' }))).message, 'endpoint not found.');
  await alpaca.deleteWatchlist({ watchlist_id: list.id });
  assert.deepEqual(await alpaca.getWatchlists(), []);
});

test('4.0.2 reads clock and calendar of the third version', async (t) => {
  const { trading } = v4.client(await open(t));
  const { clocks } = await trading.clock.clock({ markets: 'NYSE' });
  assert.equal(clocks[0].phase, 'core');
  const { calendar } = await trading.calendar.calendar({ market: 'NYSE', start: new Date(tenOClock), end: new Date(tenOClock) });
  assert.equal(calendar.length, 1);
});
