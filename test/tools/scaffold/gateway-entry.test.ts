import { describe, expect, it } from '@jest/globals';
import { freePort, withEntry, withoutEntry } from '../../../src/tools/scaffold/gateway-entry.ts';

const url = 'http://127.0.0.1:8084';
const entry = (name: string) =>
  `  ${name}:\n    document: openapi/${name}.yaml\n    url: ${url}\n    health: { path: /health }\n`;

const FILES = [
  'services: {}\n',
  '# What is behind.\nservices: {}\n# The end.\n',
  'services:\n  a: { document: a.yaml }\n',
  'policies: {}\nservices:\n  # The first.\n  a:\n    document: a.yaml # here\n    # Not yet.\n\n# Kept for a while.\ncache:\n  memory: 1mb\n',
  `services:\n${entry('a')}`,
];

describe('gateway.yaml', () => {
  it.each(FILES)('%j is unchanged after a service was added and removed', (text) => {
    const more = withEntry(text, 'b', { url });
    expect(more).toContain(`\n${entry('b')}`);
    expect(withoutEntry(more, 'b')).toBe(text);
  });

  it('loses only the comments of a removed service', () => {
    const text =
      'services:\n  a:\n    # Fast.\n    url: x\n    document: a\n  # The second.\n  b: { document: b }\n';
    expect(withoutEntry(text, 'a')).toBe('services:\n  # The second.\n  b: { document: b }\n');
    expect(withoutEntry('services:\n  a: { document: a }\n', 'a')).toBe('services: {}\n');
  });

  it('rejects a duplicate service and an unknown one', () => {
    expect(() => withEntry(`services:\n${entry('a')}`, 'a', { url })).toThrow('already has a service a');
    expect(() => withoutEntry('services: {}\n', 'a')).toThrow('has no service a');
    expect(() => withEntry('services: { a: { document: a } }\n', 'b', { url })).toThrow('lines of its own');
    expect(() => withEntry('services: [', 'b', { url })).toThrow('is invalid YAML');
  });

  it('has a free port', () => {
    expect(freePort('services: {}')).toBe(8081);
    expect(freePort(`services:\n${entry('a')}`)).toBe(8085);
  });
});
