import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from '@jest/globals';
import { isUnavailable, unavailableDetail } from '../../src/storage/unavailable.ts';
import { freePort } from '../support/child.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

it.each([
  ['a refused connection', withCode('ECONNREFUSED')],
  ['each of several addresses', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
  ['a server that ends', withCode('57P01')],
  ['a server that starts', withCode('57P03')],
  ['too many connections', withCode('53300')],
  ['a disk that is full', withCode('53100')],
  ['a server that takes no writes', withCode('25006')],
  ['a disk that cannot be read', withCode('58030')],
  ['a closed connection of the driver', new Error('Connection terminated unexpectedly')],
  [
    'a cause that counts',
    new Error('A transaction failed and the work went on', { cause: withCode('08006') }),
  ],
])('%s counts as unavailable', (_name, error) => expect(isUnavailable(error)).toBe(true));

it.each([
  ['a duplicate key', withCode('23505')],
  ['an invalid statement', withCode('42601')],
  ['an error of the code', new TypeError('x is undefined')],
  ['no error', 'ECONNREFUSED'],
])('%s does not count as unavailable', (_name, error) => expect(isUnavailable(error)).toBe(false));

// The error is from another realm, so it is not an `instanceof` the Error of the test.
it('A connection error of the system counts as unavailable', async () => {
  const [error] = await once(net.connect(await freePort(), '127.0.0.1'), 'error');
  expect(isUnavailable(error)).toBe(true);
});

it.each([
  ['53100', 'The disk of the service’s database is full. Existing data can be read.'],
  ['25006', 'The database of the service is read-only at the moment. Existing data can be read.'],
  ['08006', undefined],
])('%s is explained to the client', (code, detail) => {
  expect(unavailableDetail(withCode(code))).toBe(detail);
  expect(unavailableDetail(new Error('x', { cause: withCode(code) }))).toBe(detail);
});
