// SPDX-License-Identifier: Apache-2.0
// Sends requests to the exchange and has every reply judged.

export class Client {
  constructor(url, specs, deviations) {
    this.url = url;
    this.specs = specs;
    this.deviations = deviations.map((one) => ({ ...one, used: 0 }));
    this.judged = new Map(); // operation → { status: count }
    this.problems = [];
    this.headers = {
      'APCA-API-KEY-ID': process.env.ALPACA_API_KEY ?? 'PKSIM000000000000001',
      'APCA-API-SECRET-KEY': process.env.ALPACA_API_SECRET ?? 'simulated-secret',
    };
  }

  // The control face: not Alpaca's, so nobody judges it.
  async control(method, path, body) {
    const response = await fetch(`${this.url}/_sim${path}`, { method, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_sim${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  // Expects `status` and, where given, a text inside the body; answers with the parsed body.
  async ask(method, target, { status = 200, body, saying, headers = this.headers } = {}) {
    const response = await fetch(this.url + target, {
      method,
      headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    const request = `${method} ${target}`;
    if (response.status !== status) {
      this.problems.push(`${request}: expected ${status}, got ${response.status}: ${text.slice(0, 200)}`);
    }
    if (saying && !text.includes(saying)) this.problems.push(`${request}: expected "${saying}" in ${text.slice(0, 200)}`);
    const counted = !response.headers.get('content-type')?.startsWith('text/event-stream');
    for (const name of counted ? ['limit', 'remaining', 'reset'] : []) {
      if (!/^\d+$/.test(response.headers.get(`x-ratelimit-${name}`) ?? '')) {
        this.problems.push(`${request}: no X-RateLimit-${name} header`);
      }
    }
    this.#judge(method, target, { status: response.status, contentType: response.headers.get('content-type'), text });
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  #judge(method, target, reply) {
    const path = decodeURIComponent(target.split('?')[0]);
    const spec = this.specs.data.template(path) ? this.specs.data : this.specs.trading;
    const { operation, complaints } = spec.judge(method, path, reply);
    if (!this.judged.has(operation)) this.judged.set(operation, {});
    const counts = this.judged.get(operation);
    counts[reply.status] = (counts[reply.status] ?? 0) + 1;
    for (const complaint of complaints) {
      const allowed = this.deviations.find((one) => one.operation.test(`${operation} ${reply.status}`)
        && one.complaint.test(complaint));
      if (allowed) allowed.used += 1;
      else this.problems.push(`${method} ${target} (${reply.status}): ${complaint}`);
    }
  }
}
