// SPDX-License-Identifier: Apache-2.0
// @alpacahq/alpaca-trade-api 4.0.2. Its facade knows only Alpaca's own hosts, so a `fetchApi` leads them here; the raw
// classes take a `basePath`, the streams a `url`.
import { Alpaca, trading } from 'alpaca-trade-api-4';
import { Updates } from './inbox.mjs';

export { ApiError, NotFoundError, RateLimitError, ValidationError, PermissionError, AuthError } from 'alpaca-trade-api-4';

export function client(exchange, more = {}) {
  const fetchApi = (url, how) => fetch(String(url).replace(/^https:\/\/(paper-api|data)\.alpaca\.markets/, exchange.url), how);
  return new Alpaca({ keyId: exchange.key, secret: exchange.secret, fetchApi, timeoutMs: 0, ...more });
}

export function rawConfiguration(exchange) {
  return new trading.Configuration({ basePath: exchange.url, keyId: exchange.key, secret: exchange.secret });
}

/** Connects the trading stream, and disconnects it with the test. */
export async function listen(t, alpaca, exchange) {
  const updates = new Updates();
  const stream = alpaca.trading.stream({ url: `${exchange.streamUrl}/stream`, reconnect: false });
  stream.onTradeUpdate((update) => updates.add(update));
  const listening = new Promise((done, fail) => {
    stream.on('subscription', done);
    stream.onError((error) => fail(new Error(error)));
  });
  stream.subscribeTradeUpdates();
  stream.connect();
  t.after(() => stream.disconnect());
  await listening;
  return updates;
}
