// SPDX-License-Identifier: Apache-2.0
// Which of the documented endpoints the exchange offers, each of which has to succeed at least once in the scenario,
// and which it leaves out on purpose. What the documents know and neither list names fails the run, and so does an
// omission that has become an endpoint.
import { dataEndpoints } from './scenario_data.mjs';

export const offered = [
  // trading
  'GET /v2/account', 'GET /v2/account/activities', 'GET /v2/account/activities/{activity_type}',
  'GET /v2beta1/events/activities', 'GET /v2/assets', 'GET /v2/assets/{symbol_or_asset_id}', 'GET /v2/calendar', 'GET /v2/clock',
  'GET /v2/options/contracts', 'GET /v2/options/contracts/{symbol_or_id}',
  'GET /v2/orders', 'POST /v2/orders', 'DELETE /v2/orders',
  'GET /v2/orders/{order_id}', 'PATCH /v2/orders/{order_id}', 'DELETE /v2/orders/{order_id}',
  'GET /v2/orders:by_client_order_id',
  'GET /v2/positions', 'DELETE /v2/positions',
  'GET /v2/positions/{symbol_or_asset_id}', 'DELETE /v2/positions/{symbol_or_asset_id}',
  'POST /v2/positions/{symbol_or_contract_id}/exercise', 'POST /v2/positions/{symbol_or_contract_id}/do-not-exercise',
  'GET /v2/corporate_actions/announcements', 'GET /v2/corporate_actions/announcements/{id}',
  // market data
  'GET /v1/corporate-actions', 'GET /v1beta1/events/corporate-actions',
  'GET /v2/stocks/trades/latest', 'GET /v2/stocks/quotes/latest', 'GET /v2/stocks/snapshots',
  'GET /v2/stocks/{symbol}/trades/latest', 'GET /v2/stocks/{symbol}/quotes/latest', 'GET /v2/stocks/{symbol}/snapshot',
  'GET /v1beta1/options/trades/latest', 'GET /v1beta1/options/quotes/latest', 'GET /v1beta1/options/snapshots',
  ...dataEndpoints,
];

export const omitted = [
  {
    reason: 'crypto is not simulated',
    operations: [
      'GET /v1beta3/crypto/{loc}/bars', 'GET /v1beta3/crypto/{loc}/latest/bars',
      'GET /v1beta3/crypto/{loc}/latest/orderbooks', 'GET /v1beta3/crypto/{loc}/latest/quotes',
      'GET /v1beta3/crypto/{loc}/latest/trades', 'GET /v1beta3/crypto/{loc}/quotes',
      'GET /v1beta3/crypto/{loc}/snapshots', 'GET /v1beta3/crypto/{loc}/trades',
      'GET /v2/wallets', 'GET /v2/wallets/fees/estimate', 'GET /v2/wallets/transfers', 'POST /v2/wallets/transfers',
      'GET /v2/wallets/transfers/{transfer_id}', 'GET /v2/wallets/whitelists', 'POST /v2/wallets/whitelists',
      'DELETE /v2/wallets/whitelists/{whitelisted_address_id}',
    ],
  },
  {
    reason: 'tokens of shares are not simulated',
    operations: [
      'POST /v2/tokenization/mint', 'GET /v2/tokenization/requests',
      'GET /v2/tokenization/requests/{tokenization_request_id}', 'GET /v2/tokenization/requests:by_client_request_id',
    ],
  },
  {
    reason: 'every stock can be borrowed; nothing has to be located',
    operations: ['GET /v1/locates', 'POST /v1/locates', 'GET /v1/locates/{locate_id}', 'GET /v1/locates/quotes'],
  },
  {
    reason: 'this world has no news, logos, rankings or currencies',
    operations: [
      'GET /v1beta1/news', 'GET /v1beta1/logos/{symbol}', 'GET /v1beta1/screener/stocks/most-actives',
      'GET /v1beta1/screener/{market_type}/movers', 'GET /v1beta1/forex/rates', 'GET /v1beta1/forex/latest/rates',
    ],
  },
];

// What is left out must not be there: each such endpoint is asked for once.
export async function offeredInSpite(client, omissions = omitted) {
  const problems = [];
  for (const operation of omissions.flatMap((one) => one.operations)) {
    const [method, path] = operation.split(' ');
    const response = await fetch(client.url + path.replaceAll(/\{[^}]+\}/g, 'x'), { method, headers: client.headers });
    const said = response.status === 404 ? await response.text() : await response.body?.cancel();
    if (!said?.includes('endpoint not found.')) problems.push(`${operation} is left out, and yet it answers ${response.status}`);
  }
  return problems;
}

// `judged` maps an operation to how often it answered with which status.
export function missingCoverage(documented, judged, { offers = offered, omissions = omitted } = {}) {
  const succeeded = (operation) => Object.keys(judged.get(operation) ?? {}).some((status) => status < 300);
  const left = new Set(omissions.flatMap((one) => one.operations));
  const problems = [];
  for (const operation of documented) {
    if (!offers.includes(operation) && !left.has(operation)) {
      problems.push(`${operation} is documented, and neither offered nor left out with a reason (coverage.mjs)`);
    }
  }
  for (const operation of offers) {
    if (!documented.includes(operation)) problems.push(`${operation} is not documented`);
    if (!succeeded(operation)) problems.push(`${operation} never succeeded`);
  }
  for (const operation of left) {
    if (!documented.includes(operation)) problems.push(`${operation} is left out, but no document knows it`);
    if (offers.includes(operation)) problems.push(`${operation} is both offered and left out`);
  }
  return problems;
}
