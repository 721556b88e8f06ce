import { expect, it } from '@jest/globals';
import { hideValues } from '../../src/observability/hidden-values.ts';
import { redact } from '../../src/observability/redact.ts';

it('A secret of the configuration is removed from a line, in every spelling', () => {
  const secret = 'p@ss "w\\rd/1?x';
  hideValues([secret]);
  for (const text of [secret, JSON.stringify(secret), encodeURI(secret), encodeURIComponent(secret)])
    expect(redact(`at http://x/ ${text} end`)).not.toMatch(/p@ss|p%40ss/);
});

it('A secret that begins with another is removed as a whole', () => {
  hideValues(['abcdef-short', 'abcdef-short-and-long']);
  expect(redact('x abcdef-short-and-long y abcdef-short')).toBe('x [hidden] y [hidden]');
});

it('Short values and numbers stay, because they are part of ordinary lines', () => {
  hideValues(['on', '8080', '10.0.0.1', '1764446400000', '']);
  const line = '{"time":1764446400000,"port":8080,"on":"10.0.0.1"}';
  expect(redact(line)).toBe(line);
});

it('The newest values are hidden, however many there were before', () => {
  for (let i = 0; i < 600; i++) hideValues([`value of secret ${i}x`]);
  expect(redact('value of secret 599x')).toBe('[hidden]');
  expect(redact('value of secret 0x')).toBe('value of secret 0x');
});
