// SPDX-License-Identifier: Apache-2.0
// What has been: bars, trades and quotes of stocks and options.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, monday } from './exchange.mjs';
import * as v3 from './trade_api_3.mjs';
import * as v4 from './trade_api_4.mjs';
import * as sdk from './typescript_sdk.mjs';

/** Four minutes of AAPL: 200, 202, 199, 201, a trade every half minute. */
async function open(t) {
  const exchange = await Exchange.start(t);
  for (const price of [200, 202, 199, 201]) {
    await exchange.trades('AAPL', price);
    await exchange.advance('30s');
    await exchange.trades('AAPL', price + 0.5);
    await exchange.advance('30s');
  }
  return exchange;
}

const morning = { start: `${monday}T14:30:00Z`, end: `${monday}T16:00:00Z` };

async function all(generator) {
  const items = [];
  for await (const item of generator) items.push(item);
  return items;
}

test('3.1.3 reads minute bars, trades and quotes over pages', async (t) => {
  const alpaca = v3.client(await open(t));
  const bars = await all(alpaca.getBarsV2('AAPL', { ...morning, timeframe: alpaca.newTimeframe(1, alpaca.timeframeUnit.MIN), pageLimit: 2 }));
  assert.deepEqual(bars.map((bar) => [bar.Timestamp, bar.OpenPrice, bar.ClosePrice]), [
    [`${monday}T15:00:00Z`, 200, 200.5], [`${monday}T15:01:00Z`, 202, 202.5],
    [`${monday}T15:02:00Z`, 199, 199.5], [`${monday}T15:03:00Z`, 201, 201.5],
  ]);
  const trades = await all(alpaca.getTradesV2('AAPL', { ...morning, pageLimit: 3 }));
  assert.deepEqual(trades.map((trade) => trade.Price), [200, 200.5, 202, 202.5, 199, 199.5, 201, 201.5]);
  const quotes = await all(alpaca.getQuotesV2('AAPL', { ...morning, limit: 2 }));
  assert.deepEqual(quotes.map((quote) => quote.AskPrice), [200.02, 200.52]);
  const many = await alpaca.getMultiBarsV2(['AAPL', 'MSFT'], { ...morning, timeframe: '1Min' });
  assert.deepEqual([...many].map(([symbol, of]) => [symbol, of.length]), [['AAPL', 4]]);
  assert.equal((await alpaca.getLatestBar('AAPL')).ClosePrice, 201.5);
});

test('4.0.2 reads bars, trades and quotes over pages', async (t) => {
  const exchange = await open(t);
  const { marketData } = v4.client(exchange);
  const span = { start: new Date(morning.start), end: new Date(morning.end) };
  const bars = await marketData.getStockBars({ symbols: 'AAPL', timeframe: '2Min', limit: 1, ...span });
  assert.deepEqual(bars.AAPL.map((bar) => [bar.open, bar.high, bar.low, bar.close]), [[200, 202.5, 200, 202.5], [199, 201.5, 199, 201.5]]);
  assert.equal((await marketData.getStockTrades({ symbols: 'AAPL', limit: 3, ...span })).AAPL.length, 8);
  assert.equal((await marketData.getStockQuotes({ symbols: 'AAPL', limit: 3, ...span })).AAPL.length, 8);
  const snapshots = await marketData.stocks.stockSnapshots({ symbols: 'AAPL' });
  const snapshot = Object.values(snapshots)[0];
  assert.equal(snapshot.minuteBar?.c, 201.5);
});

test('4.0.2 reads the chain of an underlying over pages', async (t) => {
  const exchange = await open(t);
  const { marketData } = v4.client(exchange);
  for (const strike of [190, 200, 210]) await exchange.trades(`AAPL260417C00${strike}000`, 5, 0.2);
  const first = await marketData.options.optionChain({ underlyingSymbol: 'AAPL', limit: 2 });
  const rest = await marketData.options.optionChain({ underlyingSymbol: 'AAPL', limit: 2, pageToken: first.nextPageToken });
  assert.equal(Object.keys({ ...first.snapshots, ...rest.snapshots }).length, 3);
  assert.ok(!rest.nextPageToken);
});

test('3.1.3 and 0.0.32 read the chain and bars of options', async (t) => {
  const exchange = await open(t);
  const contract = 'AAPL260417C00200000';
  await exchange.trades(contract, 5, 0.2);
  await exchange.advance('1m');
  const alpaca = v3.client(exchange);
  assert.deepEqual((await alpaca.getOptionChain('AAPL', {})).map((one) => one.Symbol), [contract]);
  const bars = await alpaca.getOptionBars([contract], { ...morning, timeframe: '1Min' });
  assert.equal(bars.get(contract)[0].Close, 5);
  const other = sdk.client(t, exchange);
  assert.equal((await other.getOptionsBars({ symbols: contract, timeframe: '1Min', ...morning })).bars[contract][0].c, 5);
  assert.equal((await other.getStocksBars({ symbols: 'AAPL', timeframe: '1Min', ...morning })).bars.AAPL.length, 4);
  assert.equal((await other.getStocksBarsLatest({ symbols: 'AAPL' })).bars.AAPL.c, 201.5);
  assert.equal((await other.getStocksTrades({ symbols: 'AAPL', ...morning })).trades.AAPL.length, 8);
});
