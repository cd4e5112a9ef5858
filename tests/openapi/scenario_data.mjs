// SPDX-License-Identifier: Apache-2.0
// The market data API's past, and what the account keeps: settings, lists, a curve of its worth.

export const dataEndpoints = [
  'GET /v2/stocks/bars', 'GET /v2/stocks/{symbol}/bars', 'GET /v2/stocks/bars/latest',
  'GET /v2/stocks/{symbol}/bars/latest', 'GET /v2/stocks/trades', 'GET /v2/stocks/{symbol}/trades',
  'GET /v2/stocks/quotes', 'GET /v2/stocks/{symbol}/quotes', 'GET /v2/stocks/auctions',
  'GET /v2/stocks/{symbol}/auctions', 'GET /v2/stocks/meta/conditions/{ticktype}', 'GET /v2/stocks/meta/exchanges',
  'GET /v1beta1/options/bars', 'GET /v1beta1/options/trades', 'GET /v1beta1/options/snapshots/{underlying_symbol}',
  'GET /v1beta1/options/meta/conditions/{ticktype}', 'GET /v1beta1/options/meta/exchanges',
  'GET /v2/account/configurations', 'PATCH /v2/account/configurations', 'GET /v2/account/portfolio/history',
  'GET /v2/watchlists', 'POST /v2/watchlists', 'GET /v2/watchlists/{watchlist_id}', 'PUT /v2/watchlists/{watchlist_id}',
  'POST /v2/watchlists/{watchlist_id}', 'DELETE /v2/watchlists/{watchlist_id}',
  'DELETE /v2/watchlists/{watchlist_id}/{symbol}', 'GET /v2/watchlists:by_name', 'PUT /v2/watchlists:by_name',
  'POST /v2/watchlists:by_name', 'DELETE /v2/watchlists:by_name', 'GET /v3/clock', 'GET /v3/calendar/{market}',
];

const minute = 60;

export async function playData(client, option) {
  await readHistory(client, option);
  await readPages(client);
  await readOptions(client, option);
  await readMeaning(client);
  await collectDataErrors(client, option);
  await setTheAccount(client);
  await keepWatchlists(client);
  await readHours(client);
}

// Two more minutes with trades, so that there is something to page through.
async function readHistory(client, option) {
  for (const price of ['200.5', '201']) {
    await client.control('POST', '/price', { symbol: 'AAPL', bid: price, ask: price, price, size: 50 });
    await client.control('POST', '/price', { symbol: option, bid: '5', ask: '5.2', price: '5.1' });
    await client.control('POST', '/clock', { advance: minute });
  }
  await client.control('POST', '/price', { symbol: 'AAPL', price: '250', size: 3, conditions: '@I' });
  for (const timeframe of ['1Min', '15T', '1Hour', '1Day', '1Week', '3Month']) {
    await client.ask('GET', `/v2/stocks/bars?symbols=AAPL,MSFT,NOSUCH&timeframe=${timeframe}&start=2020-01-01`);
  }
  for (const query of ['adjustment=all', 'adjustment=split,spin-off', 'asof=-', 'feed=iex', 'currency=USD', 'sort=desc']) {
    await client.ask('GET', `/v2/stocks/AAPL/bars?timeframe=1Min&${query}`);
  }
  for (const kind of ['trades', 'quotes', 'auctions']) {
    await client.ask('GET', `/v2/stocks/${kind}?symbols=AAPL,MSFT`);
    await client.ask('GET', `/v2/stocks/AAPL/${kind}?limit=2`);
    await client.ask('GET', `/v2/stocks/${kind}?symbols=NOSUCH`);
  }
  await client.ask('GET', '/v2/stocks/bars/latest?symbols=AAPL,MSFT&currency=USD');
  await client.ask('GET', '/v2/stocks/AAPL/bars/latest');
  await client.ask('GET', '/v2/stocks/trades/latest?symbols=AAPL&feed=delayed_sip');
}

async function readPages(client) {
  const all = await client.ask('GET', '/v2/stocks/trades?symbols=AAPL,MSFT');
  const wanted = Object.values(all.trades).flat().length;
  let seen = 0;
  let token = '';
  do {
    const page = await client.ask('GET', `/v2/stocks/trades?symbols=AAPL,MSFT&limit=2${token && `&page_token=${token}`}`);
    seen += Object.values(page.trades).flat().length;
    token = page.next_page_token;
  } while (token);
  if (seen !== wanted) client.problems.push(`pages of trades hold ${seen}, one page holds ${wanted}`);
}

async function readOptions(client, option) {
  await client.ask('GET', `/v1beta1/options/bars?symbols=${option}&timeframe=1Min`);
  await client.ask('GET', `/v1beta1/options/trades?symbols=${option}&limit=1`);
  const chain = await client.ask('GET', '/v1beta1/options/snapshots/AAPL?type=call&limit=10&feed=indicative');
  const greeks = chain?.snapshots?.[option]?.greeks;
  if (!(greeks?.delta > 0 && greeks?.delta < 1)) client.problems.push(`the chain's greeks are ${JSON.stringify(greeks)}`);
  await client.ask('GET', '/v1beta1/options/snapshots/NOSUCH');
}

async function readMeaning(client) {
  for (const tape of ['A', 'B', 'C']) await client.ask('GET', `/v2/stocks/meta/conditions/trade?tape=${tape}`);
  await client.ask('GET', '/v2/stocks/meta/conditions/quote?tape=A');
  await client.ask('GET', '/v2/stocks/meta/exchanges');
  for (const kind of ['trade', 'quote']) await client.ask('GET', `/v1beta1/options/meta/conditions/${kind}`);
  await client.ask('GET', '/v1beta1/options/meta/exchanges');
}

async function collectDataErrors(client, option) {
  await client.ask('GET', '/v2/stocks/bars?symbols=AAPL&timeframe=2Day', { status: 400, saying: 'invalid timeframe' });
  await client.ask('GET', '/v2/stocks/AAPL/bars?timeframe=1Min&start=2026-01-02&end=2026-01-01', { status: 400 });
  await client.ask('GET', '/v2/stocks/AAPL/trades?timeframe=1Min', { status: 400, saying: 'unexpected parameter(s)' });
  await client.control('POST', '/plan', { plan: 'basic', unauthorized_status: 403 });
  const noSip = { status: 403, saying: 'subscription does not permit querying recent SIP data' };
  await client.ask('GET', '/v2/stocks/AAPL/quotes/latest?feed=sip', noSip);
  await client.ask('GET', '/v2/stocks/AAPL/bars?timeframe=1Min&end=2099-01-01', noSip);
  await client.ask('GET', `/v1beta1/options/quotes/latest?symbols=${option}&feed=opra`, { status: 403 });
  await client.ask('GET', '/v2/stocks/AAPL/snapshot', { status: 403, headers: { 'APCA-API-KEY-ID': 'no' } });
  await client.control('POST', '/plan', { plan: 'plus', unauthorized_status: 401 });
}

async function setTheAccount(client) {
  await client.ask('GET', '/v2/account/configurations');
  const order = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };
  await client.ask('PATCH', '/v2/account/configurations', { body: { suspend_trade: true, trade_confirm_email: 'none' } });
  await client.ask('POST', '/v2/orders', { body: order, status: 403, saying: 'rejected by user request' });
  await client.ask('PATCH', '/v2/account/configurations', { body: { suspend_trade: false, trade_confirm_email: 'all' } });
  await client.ask('PATCH', '/v2/account/configurations', { body: { max_margin_multiplier: '3' }, status: 422 });
}

async function keepWatchlists(client) {
  const list = await client.ask('POST', '/v2/watchlists', { body: { name: 'watched', symbols: ['AAPL', 'MSFT'] } });
  await client.ask('GET', '/v2/watchlists');
  await client.ask('GET', `/v2/watchlists/${list?.id}`);
  await client.ask('POST', `/v2/watchlists/${list?.id}`, { body: { symbol: 'TSLA' } });
  await client.ask('PUT', `/v2/watchlists/${list?.id}`, { body: { name: 'watched', symbols: ['MSFT', 'AAPL'] } });
  await client.ask('DELETE', `/v2/watchlists/${list?.id}/AAPL`);
  const byName = '/v2/watchlists:by_name?name=';
  await client.ask('GET', `${byName}watched`);
  await client.ask('POST', `${byName}watched`, { body: { symbol: 'TSLA' } });
  const read = await client.ask('PUT', `${byName}watched`, { body: { name: 'seen' } });
  const symbols = read?.assets?.map((asset) => asset.symbol).join();
  if (symbols !== 'MSFT,TSLA') client.problems.push(`the watchlist holds ${symbols}, expected MSFT,TSLA`);
  await client.ask('POST', '/v2/watchlists', { body: { name: 'seen' }, status: 422 });
  await client.ask('DELETE', `${byName}seen`, { status: 204 });
  const other = await client.ask('POST', '/v2/watchlists', { body: { name: 'empty' } });
  await client.ask('DELETE', `/v2/watchlists/${other?.id}`, { status: 204 });
  await client.ask('DELETE', `/v2/watchlists/${other?.id}`, { status: 404 });
}

async function readHours(client) {
  await client.ask('GET', '/v3/clock');
  await client.ask('GET', '/v3/clock?markets=NYSE,OPRA,IEXG&time=2026-11-27T19:00:00Z');
  await client.ask('GET', '/v3/clock?markets=MARS', { status: 400 });
  await client.ask('GET', '/v3/calendar/NYSE?start=2026-11-20&end=2026-12-31');
  await client.ask('GET', '/v3/calendar/OPRA?timezone=UTC');
  await client.ask('GET', '/v2/calendar?start=2026-11-20&end=2026-12-31&date_type=SETTLEMENT');
  await client.ask('GET', '/v2/assets?attributes=has_options,ipo&exchange=NASDAQ');
}

// Once there is something to look back on.
export async function lookBack(client) {
  for (const query of ['', 'period=1D', 'period=1W&timeframe=15Min&intraday_reporting=extended_hours',
    'period=5D&timeframe=1H&intraday_reporting=continuous&pnl_reset=no_reset', 'period=1A&timeframe=1D&cashflow_types=ALL']) {
    const history = await client.ask('GET', `/v2/account/portfolio/history?${query}`);
    const lengths = ['timestamp', 'equity', 'profit_loss', 'profit_loss_pct'].map((name) => history?.[name]?.length);
    if (new Set(lengths).size !== 1) client.problems.push(`the history's lists are ${lengths} long`);
  }
  await client.ask('GET', '/v2/account/portfolio/history?timeframe=2Min', { status: 422 });
  for (const query of ['category=trade_activity&page_size=2', 'activity_types=FILL,OPEXP&direction=asc']) {
    const page = await client.ask('GET', `/v2/account/activities?${query}`);
    for (const activity of page ?? []) {
      if (!/^\d{17}::[0-9a-f-]{36}$/.test(activity.id)) client.problems.push(`an activity's id is ${activity.id}`);
    }
  }
}
