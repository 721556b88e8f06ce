import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { WatchedFile } from '../../src/config/watched-file.ts';
import { fakeTimeInEachTest, pass, until } from '../support/fake-time.ts';
import { removeFilesAfterEach, testFile } from '../support/test-file.ts';

const parse = (text: string, file: string): string => {
  if (text.includes('broken')) throw new ConfigError(`${file}:1: is broken`);
  return text;
};

const watched: WatchedFile<string>[] = [];
const open = (file: string, interval?: number) => {
  const one = new WatchedFile({ file, parse, maxBytes: 100, interval });
  watched.push(one);
  return one;
};

removeFilesAfterEach();
afterEach(() => {
  for (const one of watched.splice(0)) one.close();
});

describe('A watched file', () => {
  it('Has its value at once', () => {
    const one = open(testFile('first').path);
    expect([one.value, one.fault]).toEqual(['first', undefined]);
  });

  it('Has no value and a fault while no good version was read', async () => {
    const file = testFile('broken');
    const one = open(file.path);
    expect([one.value, one.fault]).toEqual([undefined, `${file.path}:1: is broken`]);
    file.write('repaired');
    await one.reload();
    expect([one.value, one.fault]).toEqual(['repaired', undefined]);
  });

  it('Keeps the last good version when a newer one is broken, too large or missing, and says why', async () => {
    const file = testFile('good');
    const one = open(file.path);
    file.write('broken');
    await one.reload();
    expect([one.value, one.fault]).toEqual(['good', `${file.path}:1: is broken`]);
    file.write('x'.repeat(101));
    await one.reload();
    expect(one.value).toBe('good');
    expect(one.fault).toMatch(/is larger than 100 bytes/);
    file.remove();
    await one.reload();
    expect([one.value, one.fault]).toEqual(['good', `${file.path}: cannot be read (ENOENT)`]);
    file.write('newer');
    await one.reload();
    expect([one.value, one.fault]).toEqual(['newer', undefined]);
  });

  it('Rejects a file that is missing or a folder at the start', () => {
    const { path } = testFile();
    expect(open(path).fault).toBe(`${path}: cannot be read (ENOENT)`);
    expect(open('/').fault).toBe('/: is not a file');
  });

  it('Reads a file again that could not be read, although its version is the same', async () => {
    const file = testFile('good');
    if (process.getuid?.() === 0) {
      // Permissions do not apply to root: the parser fails once instead.
      let isBroken = true;
      const one = new WatchedFile({
        file: file.path,
        maxBytes: 100,
        parse: (text) => {
          if (isBroken) throw new ConfigError('not now');
          return text;
        },
      });
      watched.push(one);
      expect(one.fault).toBe('not now');
      isBroken = false;
      await one.reload();
      expect([one.value, one.fault]).toEqual(['good', undefined]);
      return;
    }
    chmodSync(file.path, 0);
    const one = open(file.path);
    expect(one.fault).toMatch(/EACCES/);
    chmodSync(file.path, 0o600);
    await one.reload();
    expect([one.value, one.fault]).toEqual(['good', undefined]);
  });
});

describe('A watched file over time', () => {
  fakeTimeInEachTest();
  beforeEach(() => expect(jest.getTimerCount()).toBe(0));

  /** Lets the poll run until the condition holds. */
  const poll = async (isDone: () => boolean) => {
    await until(() => {
      pass(1000);
      return isDone();
    });
  };

  it('Is read again when it changes', async () => {
    const file = testFile('first');
    const one = open(file.path);
    file.write('second');
    await poll(() => one.value === 'second');
    file.write('broken');
    await poll(() => one.fault !== undefined);
    expect(one.value).toBe('second');
    file.write('third');
    await poll(() => one.value === 'third');
    expect(one.fault).toBeUndefined();
  });

  it('Is not polled any more after it was closed', async () => {
    const one = open(testFile('first').path);
    expect(jest.getTimerCount()).toBe(1);
    one.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('Is not polled any more when it is closed during a check', async () => {
    const file = testFile('first');
    const one = open(file.path);
    file.write('second');
    pass(1000);
    one.close();
    // The check ends, and would schedule the next one.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect([jest.getTimerCount(), one.value]).toEqual([0, 'first']);
  });
});
