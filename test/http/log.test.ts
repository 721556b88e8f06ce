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
});
