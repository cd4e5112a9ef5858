// SPDX-License-Identifier: Apache-2.0
// The judge itself: run with `node --test tests/openapi`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingCoverage } from './coverage.mjs';
import { openSpecs } from './specs.mjs';

const { trading, data } = openSpecs();
const json = (status, body) => ({ status, contentType: 'application/json', text: JSON.stringify(body) });
const clock = {
  timestamp: '2026-01-26T10:00:00-05:00',
  is_open: true,
  next_open: '2026-01-27T09:30:00-05:00',
  next_close: '2026-01-26T16:00:00-05:00',
};

test('a clock as documented has nothing against it', () => {
  assert.deepEqual(trading.judge('GET', '/v2/clock', json(200, clock)), {
    operation: 'GET /v2/clock',
    complaints: [],
  });
});

test('a wrong type, an unknown field and a missing field are each named', () => {
  const { is_open: _, ...rest } = clock;
  const { complaints } = trading.judge('GET', '/v2/clock', json(200, { ...rest, timestamp: 'now', phase: 'core' }));
  assert.ok(complaints.some((c) => c.includes('/timestamp must match format')), complaints.join('\n'));
  assert.ok(complaints.includes('unknown field .phase'));
  assert.ok(complaints.includes('missing field .is_open'));
});

test('numbers where the trading API has strings are refused', () => {
  const { complaints } = trading.judge('GET', '/v2/account', json(200, {
    id: 'e6fe16f3-64a4-4921-8928-cadf02f92f98', status: 'ACTIVE', cash: 5,
  }));
  assert.ok(complaints.some((c) => c.startsWith('/cash must be string')), complaints.join('\n'));
});

test('strings where the data API has numbers are refused, null page tokens are not', () => {
  const quote = { t: '2026-01-26T15:00:00Z', bx: 'Q', bp: '1.5', bs: 1, ap: 1.6, as: 1, ax: 'Q', c: ' ' };
  const { complaints } = data.judge('GET', '/v1beta1/options/snapshots', json(200, {
    snapshots: { AAPL260116C00200000: { latestQuote: quote } }, next_page_token: null,
  }));
  assert.deepEqual(complaints.filter((c) => !c.startsWith('missing')), [
    '/snapshots/AAPL260116C00200000/latestQuote/bp must be number, is "1.5"',
  ]);
});

test('statuses, content types and bodies that the document does not know are named', () => {
  assert.deepEqual(trading.judge('GET', '/v2/clock', { status: 418, contentType: 'text/html', text: '<html>' })
    .complaints.slice(0, 2), ['status 418 is not documented', 'content type text/html']);
  assert.deepEqual(trading.judge('DELETE', '/v2/orders/x', { status: 204, text: '{}' }).complaints, ['a 204 with a body']);
});

test('a literal path wins over a parameter', () => {
  assert.equal(data.template('/v2/stocks/trades/latest'), '/v2/stocks/trades/latest');
  assert.equal(data.template('/v2/stocks/AAPL/snapshot'), '/v2/stocks/{symbol}/snapshot');
});

test('an endpoint is offered and succeeds, or is left out', () => {
  const documented = ['GET /a', 'GET /b', 'GET /c', 'GET /d'];
  const judged = new Map([['GET /a', { 200: 1 }], ['GET /b', { 404: 2 }], ['GET /c', { 207: 1 }]]);
  const offers = ['GET /a', 'GET /b', 'GET /gone'];
  const omissions = [{ reason: 'crypto', operations: ['GET /c', 'GET /lost'] }];
  assert.deepEqual(missingCoverage(documented, judged, { offers, omissions }), [
    'GET /d is documented, and neither offered nor left out with a reason (coverage.mjs)',
    'GET /b never succeeded',
    'GET /gone is not documented',
    'GET /gone never succeeded',
    'GET /lost is left out, but no document knows it',
  ]);
});
