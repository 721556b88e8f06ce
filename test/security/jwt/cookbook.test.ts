/** The signatures of the JOSE cookbook (RFC 7520 §4, RFC 8037 §A, RFC 7797 §4). */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { verifyJws } from './verify-jws.ts';

const FOLDER = new URL('vectors/cookbook/', import.meta.url);

const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));

const publicKey = ({ kty, kid, use, n, e, crv, x, y, k }: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ kty, kid, use, n, e, crv, x, y, k }));

it.each(['4_1.rsa_v15_signature', '4_2.rsa-pss_signature', '4_3.ecdsa_signature', 'curve25519.jws'])(
  'The signature of the cookbook is valid, and its content is the payload: %s',
  (name) => {
    const { input, output } = read(`${name}.json`);
    const verdict = verifyJws(output.compact, [publicKey(input.key)]);
    expect('payload' in verdict && verdict.payload.toString()).toBe(input.payload);
  },
);

it.each(['4_1.rsa_v15_signature', '4_2.rsa-pss_signature', '4_3.ecdsa_signature', 'curve25519.jws'])(
  'No other character is accepted anywhere in the signature of the cookbook: %s',
  (name) => {
    const { input, output } = read(`${name}.json`);
    const [text, keys]: [string, unknown[]] = [output.compact, [publicKey(input.key)]];
    for (let at = text.lastIndexOf('.') + 1; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      expect([at, verifyJws(changed, keys)]).toEqual([at, { refused: expect.any(String) }]);
    }
  },
);

it('Shared secrets, detached content and JSON serializations of the cookbook are refused', () => {
  const refused = readdirSync(FOLDER).filter((file) => /^4_[4-8]|^4\.2/.test(file));
  expect(refused).toHaveLength(6);
  for (const file of refused) {
    const { input, output } = read(file);
    const keys = [input.key].flat().map(publicKey);
    const texts = [output.compact ?? '', JSON.stringify(output.json), JSON.stringify(output.json_flat ?? {})];
    for (const text of texts)
      expect([file, verifyJws(text, keys)]).toEqual([file, { refused: expect.any(String) }]);
  }
});
