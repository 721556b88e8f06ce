import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/http/log.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'linkway-log-')), 'log');

describe('the log', () => {
  it('writes logged and finished lines in order', () => {
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

  it('takes no access lines where info is not logged', () => {
    expect(createLog({ level: 'warn', destination: file() }).lines).toBeUndefined();
  });

  it('has no secrets, wherever they stand in what is logged', () => {
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
