// SPDX-License-Identifier: Apache-2.0
// A trading day through every endpoint that the exchange offers: each step states the status that Alpaca answers with.
import { lookBack, playData } from './scenario_data.mjs';

const hour = 3_600_000;

function occSymbol(root, expires, type, strike) {
  const date = expires.toISOString().slice(2, 10).replaceAll('-', '');
  return `${root}${date}${type}${String(strike * 1000).padStart(8, '0')}`;
}

function fridayAfter(time, weeks) {
  const date = new Date(time);
  date.setUTCDate(date.getUTCDate() + ((12 - date.getUTCDay()) % 7) + 7 * weeks);
  return date;
}

const dayAfter = (time, days) => new Date(time + days * 24 * hour).toISOString().slice(0, 10);

export async function play(client) {
  const now = await openTheMarket(client);
  const option = occSymbol('AAPL', fridayAfter(now, 6), 'C', 200);
  for (const [symbol, bid, ask] of [['AAPL', 199.98, 200.02], ['MSFT', 399.9, 400.1], ['TSLA', 250, 250.1], [option, 5, 5.2]]) {
    await client.control('POST', '/price', { symbol, bid: String(bid), ask: String(ask), price: String(bid) });
  }
  await client.control('POST', '/position', { symbol: 'TSLA', qty: '40', avg_price: '240' });
  await client.control('POST', '/position', { symbol: option, qty: '2', avg_price: '4.5' });

  await readTheMarket(client, option);
  await playData(client, option);
  await tradeSimply(client, option);
  await tradeBracket(client);
  await tradeSpread(client, now);
  await exerciseOptions(client, now);
  await guardAndCancel(client);
  await changeOrders(client);
  await readOrders(client);
  for (const amount of [1000, -400]) await client.control('POST', '/cash', { amount });
  await readActivities(client);
  await readEvents(client);
  await collectErrors(client, option);
  await closeEverything(client, option);
  await goOnToTheNextWeek(client, now, option);
}

async function openTheMarket(client) {
  await client.control('POST', '/clock', { speed: 0 });
  const clock = await client.ask('GET', '/v2/clock');
  let now = new Date(clock.timestamp).getTime();
  if (!clock.is_open) {
    now = new Date(clock.next_open).getTime() + hour;
    await client.control('POST', '/clock', { set: new Date(now).toISOString() });
  }
  await client.ask('GET', '/v2/clock');
  await client.ask('GET', `/v2/calendar?start=${dayAfter(now, 0)}&end=${dayAfter(now, 60)}`);
  await client.ask('GET', '/v2/calendar?start=yesterday', { status: 400 });
  return now;
}

async function readTheMarket(client, option) {
  for (const kind of ['trades', 'quotes']) {
    await client.ask('GET', `/v2/stocks/${kind}/latest?symbols=AAPL,MSFT,NOSUCH`);
    await client.ask('GET', `/v2/stocks/AAPL/${kind}/latest`);
    await client.ask('GET', `/v1beta1/options/${kind}/latest?symbols=${option}`);
  }
  await client.ask('GET', '/v2/stocks/snapshots?symbols=AAPL,MSFT,TSLA');
  await client.ask('GET', '/v2/stocks/AAPL/snapshot');
  await client.ask('GET', `/v1beta1/options/snapshots?symbols=${option}`);
  await client.ask('GET', '/v2/stocks/quotes/latest', { status: 400 });
  await client.ask('GET', '/v2/assets?status=active&asset_class=us_equity');
  await client.ask('GET', '/v2/assets/AAPL');
  await client.ask('GET', '/v2/assets/NOSUCH', { status: 404 });
  await client.ask('GET', '/v2/options/contracts?underlying_symbols=AAPL&limit=100&expiration_date_lte=2099-01-01');
  await client.ask('GET', `/v2/options/contracts/${option}`);
  await client.ask('GET', '/v2/options/contracts/AAPL991231C00100000', { status: 404 });
}

const buy = (symbol, qty, more = {}) => ({ symbol, qty: String(qty), side: 'buy', type: 'market', time_in_force: 'day', ...more });
const sell = (symbol, qty, more = {}) => ({ ...buy(symbol, qty), side: 'sell', ...more });

async function submit(client, body, options = {}) {
  return client.ask('POST', '/v2/orders', { body, ...options });
}

// Lets the exchange work on what is waiting.
async function pass(client, seconds = 2) {
  await client.control('POST', '/clock', { advance: seconds });
}

async function expectStatus(client, order, status) {
  const read = await client.ask('GET', `/v2/orders/${order.id}?nested=true`);
  if (read?.status !== status) client.problems.push(`order ${order.id} is ${read?.status}, expected ${status}`);
  return read;
}

async function tradeSimply(client, option) {
  await client.ask('GET', '/v2/account');
  const bought = await submit(client, buy('AAPL', 10, { client_order_id: 'scenario-1' }));
  await pass(client);
  await expectStatus(client, bought, 'filled');
  const limit = await submit(client, sell('AAPL', 4, { type: 'limit', limit_price: '199.5', time_in_force: 'gtc' }));
  await pass(client);
  await expectStatus(client, limit, 'filled');
  await submit(client, sell(option, 1, { type: 'limit', limit_price: '4.9', position_intent: 'sell_to_close' }));
  await pass(client);
  await submit(client, buy('MSFT', 1.5));
  await pass(client);
  await submit(client, { symbol: 'MSFT', notional: '100', side: 'buy', type: 'market', time_in_force: 'day' });
  await pass(client);
  await client.ask('GET', '/v2/orders:by_client_order_id?client_order_id=scenario-1');
  await client.ask('GET', '/v2/positions');
  const position = await client.ask('GET', '/v2/positions/AAPL');
  if (position?.qty !== '6') client.problems.push(`AAPL position is ${position?.qty}, expected 6`);
  await client.ask('GET', `/v2/positions/${position?.asset_id}`);
  await client.ask('GET', `/v2/positions/${option}`);
}

async function tradeBracket(client) {
  const bracket = await submit(client, buy('MSFT', 5, {
    time_in_force: 'gtc', order_class: 'bracket', client_order_id: 'scenario-bracket',
    take_profit: { limit_price: '420' }, stop_loss: { stop_price: '380' },
  }));
  await pass(client);
  const filled = await expectStatus(client, bracket, 'filled');
  for (const leg of filled?.legs ?? []) await client.ask('GET', `/v2/orders/${leg.id}`);
  if (filled?.legs?.length !== 2) client.problems.push(`the bracket has ${filled?.legs?.length} legs, expected 2`);
  await client.ask('GET', '/v2/orders?status=open&nested=true');
  await client.control('POST', '/price', { symbol: 'MSFT', bid: '421', ask: '421.1', price: '421' });
  await pass(client);
  await client.ask('GET', '/v2/orders?status=all&nested=true&symbols=MSFT');
}

// Two calls as one order: bought, cancelled, closed.
async function tradeSpread(client, now) {
  const [low, high] = [200, 210].map((strike) => occSymbol('AAPL', fridayAfter(now, 7), 'C', strike));
  for (const [symbol, price] of [[low, 8], [high, 4]]) {
    await client.control('POST', '/price', { symbol, bid: String(price - 0.1), ask: String(price + 0.1), price: String(price) });
  }
  const legs = (sides, what) => [low, high].map((symbol, i) => ({
    symbol, ratio_qty: '1', side: sides[i], position_intent: `${sides[i]}_to_${what}`,
  }));
  const spread = { order_class: 'mleg', qty: '2', time_in_force: 'day' };
  const open = legs(['buy', 'sell'], 'open');
  const bought = await submit(client, { ...spread, type: 'limit', limit_price: '4.30', legs: open });
  await pass(client);
  await expectStatus(client, bought, 'filled');
  const resting = await submit(client, { ...spread, type: 'limit', limit_price: '1.00', legs: open });
  const dearer = await client.ask('PATCH', `/v2/orders/${resting?.id}`, { body: { limit_price: '1.10', qty: '1' } });
  await pass(client);
  await expectStatus(client, resting, 'replaced');
  await client.ask('DELETE', `/v2/orders/${dearer?.id}`, { status: 204 });
  await pass(client);
  await submit(client, sell(low, 2), { status: 403 });
  await submit(client, { ...spread, type: 'market', legs: legs(['sell', 'buy'], 'close') });
  await pass(client);
}

async function exerciseOptions(client, now) {
  const later = occSymbol('AAPL', fridayAfter(now, 7), 'C', 150);
  const today = occSymbol('AAPL', new Date(now), 'C', 150);
  for (const symbol of [later, today]) {
    await client.control('POST', '/price', { symbol, bid: '49', ask: '51', price: '50' });
    await client.control('POST', '/position', { symbol, qty: '1', avg_price: '40' });
  }
  await client.ask('POST', `/v2/positions/${later}/do-not-exercise`, { status: 403 });
  await client.ask('POST', `/v2/positions/${today}/do-not-exercise`);
  await client.ask('POST', `/v2/positions/${later}/exercise`);
  await pass(client);
  await client.ask('POST', `/v2/positions/${later}/exercise`, { status: 403 });
  await client.ask('GET', '/v2/account/activities/OPEXC');
  await submit(client, sell('AAPL', 100));
  await pass(client);
}

async function guardAndCancel(client) {
  const oco = await submit(client, sell('TSLA', 40, {
    type: 'limit', time_in_force: 'gtc', order_class: 'oco',
    take_profit: { limit_price: '300' }, stop_loss: { stop_price: '230', limit_price: '228' },
  }));
  await pass(client);
  await client.ask('GET', '/v2/positions/TSLA');
  await submit(client, sell('TSLA', 1), { status: 403, saying: 'insufficient qty available for order' });
  await client.ask('DELETE', `/v2/orders/${oco?.id}`, { status: 204 });
  await pass(client);
  await expectStatus(client, oco, 'canceled');
  await client.ask('DELETE', `/v2/orders/${oco?.id}`, { status: 422, saying: '42210000' });
  const stop = await submit(client, sell('TSLA', 40, { type: 'stop', stop_price: '230', time_in_force: 'gtc' }));
  await pass(client);
  await submit(client, buy('TSLA', 1), { status: 403, saying: 'wash trade' });
  await client.ask('DELETE', `/v2/orders/${stop?.id}`, { status: 204 });
  await pass(client);
}

async function changeOrders(client) {
  const patch = (order, body, options = {}) => client.ask('PATCH', `/v2/orders/${order?.id}`, { body, ...options });
  const resting = await submit(client, buy('MSFT', 1, { type: 'limit', limit_price: '300', time_in_force: 'gtc' }));
  await pass(client);
  const moved = await patch(resting, { limit_price: '301', qty: '2' });
  await pass(client);
  await expectStatus(client, resting, 'replaced');
  await patch(moved, { limit_price: '301' }, { status: 422, saying: 'order parameters are not changed' });
  await patch(resting, { limit_price: '302' }, { status: 422 });
  await client.ask('DELETE', `/v2/orders/${moved?.id}`, { status: 204 });
  const trailing = await submit(client, sell('TSLA', 40, { type: 'trailing_stop', trail_percent: '5', time_in_force: 'gtc' }));
  await pass(client);
  const closer = await patch(trailing, { trail: '4' });
  await pass(client);
  await client.ask('DELETE', `/v2/orders/${closer?.id}`, { status: 204 });
  await pass(client);
}

async function readOrders(client) {
  const all = await client.ask('GET', '/v2/orders?status=all&limit=500&direction=asc');
  const middle = all?.[Math.floor(all.length / 2)];
  for (const query of [
    'status=closed', 'status=all&nested=false', `status=all&after=${encodeURIComponent(middle?.submitted_at)}`,
    `status=all&until=${encodeURIComponent(middle?.submitted_at)}`, 'status=all&side=sell', 'status=all&symbols=AAPL,TSLA',
    'status=all&limit=2', 'limit=1&status=closed&direction=desc&nested=true',
  ]) {
    await client.ask('GET', `/v2/orders?${query}`);
  }
  await client.ask('GET', '/v2/orders?status=sideways', { status: 422 });
}

async function readActivities(client) {
  const all = await client.ask('GET', '/v2/account/activities');
  if (!(all?.length > 3)) client.problems.push(`${all?.length} activities, expected more than 3`);
  const first = await client.ask('GET', '/v2/account/activities/FILL?page_size=2&direction=asc');
  await client.ask('GET', `/v2/account/activities/FILL?page_size=2&direction=asc&page_token=${first?.at(-1)?.id}`);
  const date = first?.[0]?.transaction_time?.slice(0, 10);
  await client.ask('GET', `/v2/account/activities/FILL?date=${date}`);
  await client.ask('GET', `/v2/account/activities/FILL?after=${date}T00:00:00Z&until=2099-01-01T00:00:00Z`);
  await client.ask('GET', '/v2/account/activities?activity_types=FILL,OPEXP');
}

// Events that have been, up to a moment that has passed: the stream ends by itself.
async function readEvents(client) {
  const { now } = await client.control('GET', '/clock');
  await pass(client);
  await client.ask('GET', `/v2beta1/events/activities?since=2020-01-01T00:00:00Z&until=${now}`);
}

async function collectErrors(client, option) {
  const unknown = '11111111-2222-4333-8444-555555555555';
  await client.ask('GET', '/v2/account', { status: 401, headers: {}, saying: 'unauthorized.' });
  await client.ask('GET', '/v2/stocks/AAPL/snapshot', { status: 401, headers: { 'APCA-API-KEY-ID': 'no' } });
  await client.ask('GET', '/v2/positions/NOSUCH', { status: 404 });
  await client.ask('GET', `/v2/orders/${unknown}`, { status: 404, saying: 'order not found' });
  await client.ask('DELETE', `/v2/orders/${unknown}`, { status: 404 });
  await client.ask('GET', '/v2/orders:by_client_order_id?client_order_id=nobody', { status: 404 });
  const refused = { status: 422 };
  await submit(client, buy('AAPL', 10, { client_order_id: 'scenario-1' }), { ...refused, saying: 'client_order_id must be unique' });
  await submit(client, buy('AAPL', 0), { ...refused, saying: 'qty must be > 0' });
  await submit(client, buy('AAPL', 1, { type: 'limit' }), { ...refused, saying: 'limit price' });
  await submit(client, buy('AAPL', 1, { type: 'limit', limit_price: '100.001' }), { ...refused, saying: 'sub-penny' });
  await submit(client, buy('AAPL', 1, { notional: '5' }), { ...refused, saying: 'only one of qty or notional' });
  await submit(client, buy('AAPL', 1, { type: 'sideways' }), { ...refused, saying: 'invalid order type' });
  await submit(client, buy('NOSUCH', 1), { ...refused, saying: 'not found' });
  await submit(client, buy(option, 1.5), refused);
  await submit(client, buy('AAPL', 100000), { status: 403, saying: 'insufficient buying power' });
  await client.ask('DELETE', '/v2/positions/NOSUCH', { status: 404 });
  await client.control('POST', '/halt', { symbol: 'AAPL', halted: true });
  await submit(client, buy('AAPL', 1));
  await client.control('POST', '/halt', { symbol: 'AAPL', halted: false });
  await client.control('POST', '/price', { symbol: 'AAPL', bid: '199', ask: '199.1', price: '199' });
  await client.control('POST', '/fault', { kind: 'rate_limit', path_prefix: '/v2/clock' });
  await client.ask('GET', '/v2/clock', { status: 429 });
  await client.control('POST', '/fault', { kind: 'error_500_before', path_prefix: '/v2/clock' });
  await client.ask('GET', '/v2/clock', { status: 500 });
}

async function closeEverything(client, option) {
  await client.ask('DELETE', '/v2/positions/TSLA?qty=10');
  await pass(client);
  await client.ask('DELETE', '/v2/positions/TSLA?percentage=50');
  await pass(client);
  await client.ask('DELETE', `/v2/positions/${option}`);
  await pass(client);
  await submit(client, sell('TSLA', 1, { type: 'limit', limit_price: '400', time_in_force: 'gtc' }));
  await pass(client);
  await client.ask('DELETE', '/v2/orders', { status: 207 });
  await pass(client);
  await client.ask('DELETE', '/v2/positions?cancel_orders=true', { status: 207 });
  await pass(client, 30);
  const left = await client.ask('GET', '/v2/positions');
  if (left?.length !== 0) client.problems.push(`${left?.length} positions are left after closing all`);
  await client.ask('GET', '/v2/positions/TSLA', { status: 404, saying: 'position does not exist' });
  await client.ask('GET', '/v2/account');
}

// A contract expires, and everything has a previous close.
async function goOnToTheNextWeek(client, now, option) {
  const friday = fridayAfter(now, 1);
  const expiring = occSymbol('AAPL', friday, 'C', 500);
  await client.control('POST', '/price', { symbol: expiring, bid: '0.05', ask: '0.06', price: '0.05' });
  await client.control('POST', '/position', { symbol: expiring, qty: '1', avg_price: '1' });
  await client.control('POST', '/clock', { set: new Date(friday.getTime() + 6 * 24 * hour).toISOString() });
  const gone = await client.ask('GET', '/v2/account/activities/OPEXP');
  if (gone?.length !== 1) client.problems.push(`${gone?.length} expiries, expected 1`);
  await client.ask('GET', '/v2/account/activities?category=non_trade_activity');
  await client.ask('GET', '/v2/stocks/AAPL/snapshot');
  await client.ask('GET', `/v1beta1/options/snapshots?symbols=${option}`);
  await client.ask('GET', '/v2/options/contracts?underlying_symbols=AAPL&expiration_date_lte=2099-01-01&show_deliverables=true');
  await client.ask('GET', '/v2/options/contracts?status=inactive');
  await client.ask('GET', '/v2/positions');
  await lookBack(client);
  await announceChanges(client, now);
}

async function announceChanges(client, now) {
  const [from, day, until] = [-8, 8, 38].map((days) => dayAfter(now, days));
  for (const [kind, more] of [['split', { new_shares: 2, old_shares: 1 }], ['spin_off', { new_symbol: 'SPUN', new_shares: 1, old_shares: 4 }],
    ['rename', { new_symbol: 'APLE' }]]) {
    await client.control('POST', '/announce', { kind, symbol: 'AAPL', ex_date: day, ...more });
  }
  await client.ask('GET', `/v1/corporate-actions?symbols=AAPL&start=${from}&end=${until}`);
  const announced = await client.ask('GET',
    `/v2/corporate_actions/announcements?ca_types=split,spinoff&since=${from}&until=${until}&date_type=ex_date`);
  await client.ask('GET', `/v2/corporate_actions/announcements/${announced?.[0]?.id}`);
  const clock = await client.control('GET', '/clock');
  await pass(client);
  await client.ask('GET', `/v1beta1/events/corporate-actions?since=2020-01-01T00:00:00Z&until=${clock.now}`);
}
