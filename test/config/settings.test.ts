import { describe, expect, it } from '@jest/globals';
import { readSettings, settingsTable, urlVariable } from '../../src/config/settings.ts';

describe('Settings', () => {
  it('have a default for every required variable', () => {
    expect(readSettings({})).toEqual({
      PORT: 8080,
      HOST: '127.0.0.1',
      DATA_DIR: 'data',
      OTEL_SDK_DISABLED: false,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: 1,
      IDENTITY: 'off',
      LOG_LEVEL: 'info',
      GATEWAY_CONFIG: 'gateway.yaml',
    });
  });

  it('treat empty variables as unset', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '' }).PORT).toBe(8080);
  });

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://x'],
  ])('reject %s=%s in one line that names the variable', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^Environment variable ${name}: .+$`));
  });

  it('describe each variable', () => {
    for (const { name, meaning } of settingsTable)
      expect([name, meaning]).toEqual([name, expect.stringMatching(/\w/)]);
  });

  it('derive the variable of the URL of a service', () => {
    expect(urlVariable('order-history')).toBe('ORDER_HISTORY_URL');
  });
});
