// SPDX-License-Identifier: Apache-2.0
// One OpenAPI document as a judge of replies: finds the operation of a request and lists everything in which a reply
// differs from what the document says about it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const decimal = /^[+-]?\d+(\.\d+)?$/;

function nullableToTypeLists(node) {
  // OpenAPI 3.0 says `nullable: true` where 3.1 lists "null" among the types.
  if (Array.isArray(node)) return node.map(nullableToTypeLists);
  if (node === null || typeof node !== 'object') return node;
  const out = {};
  for (const [key, value] of Object.entries(node)) out[key] = nullableToTypeLists(value);
  if (out.nullable === true) {
    delete out.nullable;
    if (typeof out.type === 'string') out.type = [out.type, 'null'];
    if (Array.isArray(out.enum) && !out.enum.includes(null)) out.enum = [...out.enum, null];
  }
  return out;
}

const eventStream = 'text/event-stream';

// The documents call a stream of events an array of them.
function eventsIn(text) {
  const data = text.split('\n').filter((line) => line.startsWith('data: '));
  return data.map((line) => JSON.parse(line.slice('data: '.length)));
}

export class Spec {
  constructor(name, file, corrections = []) {
    this.name = name;
    const document = parse(readFileSync(file, 'utf8'));
    this.document = document.openapi.startsWith('3.0') ? nullableToTypeLists(document) : document;
    for (const one of corrections.filter(({ document: of }) => of === name)) {
      this.document.components.schemas[one.schema].properties[one.property].format = one.format;
    }
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats(this.ajv);
    this.ajv.addFormat('decimal', decimal);
    this.ajv.addFormat('ulid', /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    this.ajv.addFormat('uint32', { type: 'number', validate: (n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32 });
    this.ajv.addFormat('uint64', { type: 'number', validate: (n) => Number.isInteger(n) && n >= 0 });
    this.ajv.addSchema(this.document, name);
    this.compiled = new Map();
  }

  // The path template that a request path belongs to; literal segments win over parameters.
  template(path) {
    const wanted = path.split('/');
    let best = null;
    for (const candidate of Object.keys(this.document.paths)) {
      const parts = candidate.split('/');
      if (parts.length !== wanted.length) continue;
      if (!parts.every((part, i) => part === wanted[i] || (part.startsWith('{') && part.endsWith('}')))) continue;
      const literals = parts.filter((part) => !part.startsWith('{')).length;
      if (best === null || literals > best.literals) best = { candidate, literals };
    }
    return best?.candidate ?? null;
  }

  // All that it documents, as "METHOD /template".
  operations() {
    const methods = ['get', 'post', 'put', 'patch', 'delete'];
    return Object.entries(this.document.paths).flatMap(([path, operations]) =>
      methods.filter((method) => operations[method]).map((method) => `${method.toUpperCase()} ${path}`));
  }

  #validator(pointer) {
    if (!this.compiled.has(pointer)) this.compiled.set(pointer, this.ajv.compile({ $ref: `${this.name}#${pointer}` }));
    return this.compiled.get(pointer);
  }

  #resolve(schema) {
    while (schema?.$ref) {
      schema = schema.$ref.slice(2).split('/').reduce((node, key) => node[key.replace(/~1/g, '/').replace(/~0/g, '~')],
        this.document);
    }
    return schema;
  }

  // Fields that the document does not know, and documented fields that the reply leaves out: a schema without
  // `required` and `additionalProperties` accepts both, a client may not.
  #compareFields(schema, value, where, complaints) {
    schema = this.#resolve(schema);
    if (!schema || value === null || typeof value !== 'object') return;
    const alternatives = schema.oneOf ?? schema.anyOf;
    if (alternatives) {
      const fitting = alternatives.find((one) => this.ajv.compile({ ...this.#absolute(one) })(value));
      if (fitting) this.#compareFields(fitting, value, where, complaints);
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((item) => this.#compareFields(schema.items, item, `${where}[]`, complaints));
      return;
    }
    const known = this.#properties(schema);
    if (Object.keys(known).length === 0) {
      if (schema.additionalProperties && schema.additionalProperties !== true) {
        for (const item of Object.values(value)) {
          this.#compareFields(schema.additionalProperties, item, `${where}{}`, complaints);
        }
      }
      return;
    }
    for (const key of Object.keys(value)) if (!(key in known)) complaints.push(`unknown field ${where}.${key}`);
    for (const key of Object.keys(known)) if (!(key in value)) complaints.push(`missing field ${where}.${key}`);
    for (const [key, property] of Object.entries(known)) {
      if (key in value) this.#compareFields(property, value[key], `${where}.${key}`, complaints);
    }
  }

  #absolute(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${this.name}#`));
  }

  #properties(schema) {
    schema = this.#resolve(schema);
    const own = { ...(schema?.properties ?? {}) };
    for (const part of schema?.allOf ?? []) Object.assign(own, this.#properties(part));
    return own;
  }

  // { operation: "GET /v2/…{…}", complaints: [text] }. `reply` is { status, contentType, text }.
  judge(method, path, reply) {
    const template = this.template(path);
    const definition = template && this.document.paths[template][method.toLowerCase()];
    if (!definition) return { operation: `${method} ${path}`, complaints: ['the spec has no such operation'] };
    const operation = `${method} ${template}`;
    const complaints = [];
    const documented = this.#resolve(definition.responses[String(reply.status)]);
    if (!documented) complaints.push(`status ${reply.status} is not documented`);
    if (reply.status === 204) {
      if (reply.text !== '') complaints.push('a 204 with a body');
      return { operation, complaints };
    }
    if (documented && !documented.content && reply.text === '') return { operation, complaints };
    const streams = Boolean(documented?.content?.[eventStream]);
    if (!(reply.contentType ?? '').startsWith(streams ? eventStream : 'application/json')) {
      complaints.push(`content type ${reply.contentType}`);
    }
    let body;
    try {
      body = streams ? eventsIn(reply.text) : JSON.parse(reply.text);
    } catch (error) {
      return { operation, complaints: [...complaints, `body is not JSON: ${error.message}`] };
    }
    this.#judgeBody(template, method, reply.status, documented, body, complaints);
    return { operation, complaints: [...new Set(complaints)] };
  }

  #judgeBody(template, method, status, documented, body, complaints) {
    const escaped = template.replaceAll('~', '~0').replaceAll('/', '~1');
    const type = documented?.content?.[eventStream] ? eventStream : 'application/json';
    let pointer = `/paths/${escaped}/${method.toLowerCase()}/responses/${status}/content/${type.replace('/', '~1')}/schema`;
    let schema = documented?.content?.[type]?.schema;
    if (!schema) {
      if (status < 400) return;
      // Errors without a documented body: the trading document's Error where there is one, else at least a message.
      if (!this.document.components.schemas.Error || status === 401 || status === 429) {
        if (typeof body?.message !== 'string') complaints.push('an error without a message');
        return;
      }
      pointer = '/components/schemas/Error';
      schema = this.document.components.schemas.Error;
    }
    const validate = this.#validator(encodeURI(pointer));
    if (!validate(body)) {
      for (const error of validate.errors) {
        const value = error.instancePath.split('/').slice(1).reduce((node, key) => node?.[key], body);
        complaints.push(`${error.instancePath || '/'} ${error.message}, is ${JSON.stringify(value)?.slice(0, 80)}`);
      }
    }
    if (status < 400) this.#compareFields(schema, body, '', complaints);
  }
}

export const ajvVersion = createRequire(import.meta.url)('ajv/package.json').version;
