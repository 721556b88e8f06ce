import { describe, expect, it } from '@jest/globals';
import type { OperationObject } from 'openapi3-ts/oas31';
import { type Contract, defineContract } from '../../src/contract/contract.ts';
import { ContractFault } from '../../src/contract/contract-fault.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { operation } from '../../src/contract/operation.ts';
import { resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';

const Lamp = resource('Lamp', z.object({ id: z.string() }));
const responses = { 200: { description: 'The lamp.', body: Lamp } };
const about = { service: 'lamps', title: 'Lamps', description: 'Lamps.', version: '1.0.0' };

const oauth = {
  type: 'oauth2',
  flows: {
    authorizationCode: {
      authorizationUrl: 'https://idp.example/authorize',
      tokenUrl: 'https://idp.example/token',
      scopes: { 'lamps:read': 'Read lamps.', 'lamps:write': 'Switch lamps.' },
    },
  },
} as const;
const apiKey = { type: 'apiKey', in: 'header', name: 'X-Api-Key' } as const;

const getLamp = operation({
  operationId: 'getLamp',
  method: 'get',
  path: '/lamps',
  summary: 'Get',
  responses,
});
const switchLamp = operation({
  operationId: 'switchLamp',
  method: 'post',
  path: '/lamps/switch',
  summary: 'Switch',
  security: [{ oauth: ['lamps:write'] }, { apiKey: [] }],
  responses,
});
const seeLamp = operation({
  operationId: 'seeLamp',
  method: 'get',
  path: '/lamps/public',
  summary: 'See',
  security: [],
  responses,
});

const secured = defineContract({
  ...about,
  securitySchemes: { oauth, apiKey },
  security: [{ oauth: ['lamps:read'] }],
  operations: [getLamp, switchLamp, seeLamp],
});

const operationOf = (contract: Contract, path: string, method: 'get' | 'post'): OperationObject =>
  contractDocument(contract, formats).paths?.[path]?.[method] as OperationObject;

describe('The document of a contract with security', () => {
  it('It has the schemes, the requirements of the contract, and those of each operation', () => {
    const document = contractDocument(secured, formats);
    expect(document.components?.securitySchemes).toEqual({ apiKey, oauth });
    expect(document.security).toEqual([{ oauth: ['lamps:read'] }]);
    expect(operationOf(secured, '/lamps', 'get').security).toBeUndefined();
    expect(operationOf(secured, '/lamps/switch', 'post').security).toEqual([
      { oauth: ['lamps:write'] },
      { apiKey: [] },
    ]);
    expect(operationOf(secured, '/lamps/public', 'get').security).toEqual([]);
  });

  it.each([
    ['/lamps', 'get', ['401', '403']],
    ['/lamps/switch', 'post', ['401', '403']],
    ['/lamps/public', 'get', []],
  ] as const)('%s (%s) declares the refusals %j', (path, method, statuses) => {
    const declared = Object.keys(operationOf(secured, path, method).responses ?? {});
    expect(declared.filter((status) => status === '401' || status === '403')).toEqual(statuses);
  });

  it('An operation without scopes declares 401 only', () => {
    const contract = defineContract({
      ...about,
      securitySchemes: { apiKey },
      security: [{ apiKey: [] }],
      operations: [getLamp],
    });
    const { responses: declared } = operationOf(contract, '/lamps', 'get');
    expect([Object.hasOwn(declared ?? {}, '401'), Object.hasOwn(declared ?? {}, '403')]).toEqual([
      true,
      false,
    ]);
  });

  it('A contract without security says that no credentials are required', () => {
    const document = contractDocument(defineContract({ ...about, operations: [getLamp] }), formats);
    expect(document.security).toEqual([]);
    expect(document.components).not.toHaveProperty('securitySchemes');
  });
});

describe('A contract whose security names something unknown', () => {
  const unknownOne = operation({ ...switchLamp, security: [{ oaut: [] }] });
  const unknownScope = operation({ ...switchLamp, security: [{ oauth: ['lamps:burn'] }] });

  it('It is rejected for an unknown scheme of an operation, with its place', () => {
    // @ts-expect-error the scheme does not exist
    const define = () => defineContract({ ...about, securitySchemes: { oauth }, operations: [unknownOne] });
    expect(define).toThrow(
      new ContractFault(['lamps: switchLamp: `security` names the scheme oaut; add it to `securitySchemes`']),
    );
  });

  it('It is rejected for an unknown scope of an operation, with its place', () => {
    // @ts-expect-error the scope does not exist
    const define = () => defineContract({ ...about, securitySchemes: { oauth }, operations: [unknownScope] });
    expect(define).toThrow(
      'lamps: switchLamp: `security` names the scope lamps:burn; add it to the flows of oauth',
    );
  });

  it('It is rejected for an unknown scope or scheme of the contract itself', () => {
    const define = () =>
      // @ts-expect-error the scope does not exist
      defineContract({ ...about, securitySchemes: { oauth }, security: [{ oauth: ['x'] }], operations: [] });
    expect(define).toThrow('lamps: `security` names the scope x');
    // @ts-expect-error the scheme does not exist
    const other = () => defineContract({ ...about, security: [{ oauth: [] }], operations: [] });
    expect(other).toThrow('lamps: `security` names the scheme oauth');
  });

  it('It is rejected for a scheme whose name cannot be a component name', () => {
    const define = () =>
      defineContract({ ...about, securitySchemes: { 'my key': apiKey }, operations: [getLamp] });
    expect(define).toThrow('the security scheme "my key" has a name with other characters');
  });

  it.each(['toString', '__proto__', 'constructor'])('The name %s is no scheme of every contract', (name) => {
    const security = [Object.fromEntries([[name, []]])];
    const define = () =>
      defineContract({
        ...about,
        securitySchemes: { oauth },
        operations: [{ ...getLamp, security }],
      } as never);
    expect(define).toThrow(`names the scheme ${name}`);
  });
});
