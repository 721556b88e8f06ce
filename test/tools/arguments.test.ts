import { describe, expect, it } from '@jest/globals';
import { checkOptions, readArguments, textOf, textsOf } from '../../src/tools/arguments.ts';

const check = (args: string[], allowed: string[]) => () => checkOptions(readArguments(args), allowed);

describe('The options of a command', () => {
  it('are accepted if the command has them', () => {
    expect(check(['serve', '-p', '1', '--help', '--upstream=http://a'], ['port', 'upstream'])).not.toThrow();
  });

  it.each([
    [['--upsteam', 'x'], /^unknown option --upsteam; did you mean --upstream\?$/],
    [['--prot=1'], /^unknown option --prot; did you mean --port\?$/],
    [['-x'], /^unknown option -x$/],
    [['--json'], /^unknown option --json/],
    [['--qqqqqqqqqqqq', '-x'], /^unknown option --qqqqqqqqqqqq.*\nunknown option -x$/],
    [['--mock=yes'], /^--mock: takes no value$/],
  ])('are refused otherwise, with the nearest one: %j', (args, message) => {
    expect(check(args, ['port', 'upstream', 'mock'])).toThrow(message);
  });

  it('need their values', () => {
    const { values } = readArguments(['--upstream', 'a', '--upstream=b', '--config']);
    expect(textsOf('upstream', values.upstream)).toEqual(['a', 'b']);
    expect(textsOf('service', values.service)).toEqual([]);
    expect(() => textOf('config', values.config)).toThrow('--config: expected a value');
    expect(() => textsOf('upstream', ['a', ''])).toThrow('--upstream: expected a value');
    expect(() => textsOf('upstream', [true])).toThrow('--upstream: expected a value');
  });
});
