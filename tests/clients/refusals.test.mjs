// SPDX-License-Identifier: Apache-2.0
// Refusals, key for key and word for word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './exchange.mjs';
import { refusals } from './fixtures/refusals.mjs';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const decimal = /^-?\d+(\.\d+)?$/;

/** The answer with what the fixture leaves open replaced by its placeholder. */
function blurred(answer, expected) {
  if (expected === '<id>') return uuid.test(answer) ? expected : answer;
  if (expected === '<number>') return decimal.test(answer) ? expected : answer;
  if (typeof answer !== 'object' || answer === null || typeof expected !== 'object') return answer;
  const entries = Object.entries(answer).map(([key, value]) => [key, blurred(value, expected?.[key])]);
  return Array.isArray(answer) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

for (const { name, before = [], ask, answer } of refusals) {
  test(`refused: ${name}`, async (t) => {
    const exchange = await Exchange.start(t);
    await exchange.trades('AAPL', 200);
    const named = new Map(); // client order ids and the orders' own
    const request = async ([method, target, body]) => {
      const reply = await exchange.raw(method, target.replace(/\{(.+)\}/, (_, id) => named.get(id)), body);
      const parsed = reply.text === '' ? null : JSON.parse(reply.text);
      if (parsed?.client_order_id) named.set(parsed.client_order_id, parsed.id);
      return { status: reply.status, body: parsed };
    };
    for (const step of before) {
      const { status, body } = await request(step);
      assert.ok(status < 300, `${step[0]} ${step[1]} was refused: ${JSON.stringify(body)}`);
    }
    const { status, body } = await request(ask);
    assert.deepEqual({ status, body: blurred(body, answer.body) }, answer);
  });
}
