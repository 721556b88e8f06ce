import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/observability/log.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'linkway-log-')), 'log');

describe('Log', () => {
  it('Messages and formatted lines are written in order', () => {
    const destination = file();
    const { logger, lines, flush } = createLog({ destination });
    logger.info('one');
    lines?.write('{"msg":"two"}\n');
    logger.debug('never');
    flush();
    const messages = readFileSync(destination, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    expect(messages).toEqual(['one', 'two']);
  });

  it('No access lines are accepted above level info', () => {
    expect(createLog({ level: 'warn', destination: file() }).lines).toBeUndefined();
  });

  it('All logs are flushed at the exit by one listener', async () => {
    const files = Array.from({ length: 20 }, file);
    const module = new URL('../../src/observability/log.ts', import.meta.url).href;
    const code =
      `const { createLog } = await import(${JSON.stringify(module)});` +
      `for (const destination of ${JSON.stringify(files)}) createLog({ destination }).logger.info('last');`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(child.stderr).toBe('');
    for (const one of files) expect(JSON.parse(readFileSync(one, 'utf8')).msg).toBe('last');
  });

  it('Logged objects and lines contain no secrets', () => {
    const destination = file();
    const { logger, flush } = createLog({ destination });
    const error = Object.assign(new Error('https://me:s3cret@docs.example/x?token=s3cret: cannot be had'), {
      headers: { authorization: 'Bearer s3cret' },
    });
    logger.error({ err: error }, 'not there');
    flush();
    const text = readFileSync(destination, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ msg: 'not there', err: { type: 'Error' } });
    expect(text).not.toContain('s3cret');
  });
});
