// SPDX-License-Identifier: Apache-2.0
// TLS in front of the exchange, for a client that knows wss only. The key lives as long as the test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

/** A url "https://localhost:PORT" that leads to the exchange's. */
export async function behindTls(t, exchange) {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const { hostname, port } = new URL(exchange.url);
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (outside) => {
    const inside = net.connect(Number(port), hostname);
    for (const [from, to] of [[outside, inside], [inside, outside]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the certificate is nobody's
  return `https://localhost:${server.address().port}`;
}
