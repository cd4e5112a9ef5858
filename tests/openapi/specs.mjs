// SPDX-License-Identifier: Apache-2.0
// Where Alpaca's OpenAPI documents lie: BELAY_SHARED, or the folder `shared` beside the project.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corrections } from './deviations.mjs';
import { Spec } from './spec.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export function openSpecs() {
  const folder = join(process.env.BELAY_SHARED ?? join(project, '../shared'), 'alpaca-openapi');
  const files = ['trading', 'data'].map((name) => join(folder, `${name}.yaml`));
  for (const file of files) {
    if (!existsSync(file)) throw new Error(`${file} is missing: set BELAY_SHARED to the folder that holds alpaca-openapi`);
  }
  return { trading: new Spec('trading', files[0], corrections), data: new Spec('data', files[1], corrections) };
}
