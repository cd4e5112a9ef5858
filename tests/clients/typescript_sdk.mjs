// SPDX-License-Identifier: Apache-2.0
// @alpacahq/typescript-sdk 0.0.32-preview. Before each request it waits for up to a second, polling an allowance of its
// own with setInterval; that clock is the test's, so that nobody waits.
import { createClient } from '@alpacahq/typescript-sdk';

export function client(t, exchange) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const sdk = createClient({ key: exchange.key, secret: exchange.secret, baseURL: exchange.url });
  const calls = Object.entries(sdk).map(([name, call]) => [name, (...given) => {
    const answer = call(...given);
    t.mock.timers.tick(1000);
    return answer;
  }]);
  return Object.fromEntries(calls);
}

/** What the API answered to a call that must fail: the parsed body, for this client shows nothing else. */
export async function refusal(call) {
  const answer = await call.then((value) => ({ value }), (error) => error);
  if ('value' in answer) throw new Error(`expected a refusal, got ${JSON.stringify(answer.value)}`);
  return JSON.parse(answer.message);
}
