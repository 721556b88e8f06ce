import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { createTargets } from '../../src/outbound/targets.ts';
import { type ServiceHealthOptions, serviceHealth } from '../../src/service/health.ts';
import { service } from '../../src/tools/scaffold/job-cards/main.ts';
import { type TestService, testService } from '../support/service.ts';

describe('Health of a service', () => {
  let running: TestService;
  beforeAll(async () => {
    const targets = createTargets([{ name: 'help-desks', urls: ['http://127.0.0.1:1'] }]);
    running = await testService(service, [...targets.values()]);
  });
  afterAll(() => running.close());

  it('The response has the checks of the database and the called services, and links', async () => {
    const { body, type } = await request(running.app).get('/health').expect(200);

    expect(type).toBe('application/health+json');
    expect(body).toMatchObject({ status: 'pass', serviceId: 'job-cards', links: { self: '/health' } });
    expect(body.checks).toMatchObject({
      'database:responseTime': [{ componentType: 'datastore', status: 'pass', observedUnit: 'ms' }],
      'database:writes': [{ componentType: 'datastore', status: 'pass' }],
      'help-desks:breaker': [{ status: 'pass', observedValue: 'closed' }],
    });
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
    await request(running.app).get(body.links['service-desc']).expect(200);
  });
});

describe('Health checks', () => {
  afterEach(() => void jest.useRealTimers());

  const checksWith = (ping: ServiceHealthOptions['ping'], checkWritable = ping) =>
    serviceHealth({ ping, checkWritable, snapshots: () => [] });

  it('Checks fail without an address when the database does not respond', async () => {
    const checks = checksWith(() => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:5432')));
    expect(await checks()).toEqual({
      'database:responseTime': [{ componentType: 'datastore', status: 'fail', output: 'no response' }],
      'database:writes': [
        { componentType: 'datastore', status: 'warn', output: 'the database accepts no writes' },
      ],
    });
  });

  it('Checks warn when the database accepts no writes', async () => {
    const full = () => Promise.reject(new Error('ENOSPC: no space left on device, write /data/probe'));
    expect(await checksWith(async () => {}, full)()).toMatchObject({
      'database:responseTime': [{ status: 'pass' }],
      'database:writes': [
        { componentType: 'datastore', status: 'warn', output: 'the database accepts no writes' },
      ],
    });
  });

  it('Checks leave no timer behind', async () => {
    jest.useFakeTimers();
    await checksWith(async () => {})();
    await checksWith(() => Promise.reject(new Error('no')))();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('Checks fail when the database takes too long', async () => {
    jest.useFakeTimers();
    const checks = checksWith(() => new Promise<void>(() => {}))();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await checks).toMatchObject({
      'database:responseTime': [{ status: 'fail', output: 'no response' }],
      'database:writes': [{ status: 'warn', output: 'the database accepts no writes' }],
    });
  });

  it('Concurrent requests share one check of the database', async () => {
    let pings = 0;
    const checks = checksWith(
      async () => {
        pings += 1;
      },
      async () => {},
    );
    await Promise.all([checks(), checks(), checks()]);
    expect(pings).toBe(1);
  });

  it('The database is checked again after one second and not before', async () => {
    jest.useFakeTimers();
    let pings = 0;
    const checks = checksWith(
      async () => {
        pings += 1;
      },
      async () => {},
    );
    await checks();
    for (const [milliseconds, expected] of [
      [999, 1],
      [1, 1],
      [1, 2],
      [1000, 2],
      [1, 3],
    ] as const) {
      await jest.advanceTimersByTimeAsync(milliseconds);
      await checks();
      expect(pings).toBe(expected);
    }
  });

  it('The database has two seconds to respond', async () => {
    jest.useFakeTimers();
    const taking = (milliseconds: number) =>
      checksWith(() => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)))();
    const [inTime, late] = [taking(1999), taking(2001)];
    await jest.advanceTimersByTimeAsync(2001);
    expect(await inTime).toMatchObject({
      'database:responseTime': [{ status: 'pass', observedValue: 1999 }],
      'database:writes': [{ status: 'pass' }],
    });
    expect(await late).toMatchObject({
      'database:responseTime': [{ status: 'fail' }],
      'database:writes': [{ status: 'warn' }],
    });
  });

  it('The response time has a resolution of a tenth of a millisecond', async () => {
    jest.spyOn(performance, 'now').mockReturnValue(10).mockReturnValueOnce(0).mockReturnValueOnce(0);
    const measured = checksWith(async () => {
      jest.spyOn(performance, 'now').mockReturnValue(22.3456);
    });
    try {
      expect(await measured()).toMatchObject({ 'database:responseTime': [{ observedValue: 12.3 }] });
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('Each result has the current checks and can be changed without affecting others', async () => {
    const snapshots = [{ name: 'a', breaker: 'closed', instances: [] }];
    const checks = serviceHealth({
      ping: async () => {},
      checkWritable: async () => {},
      snapshots: () => snapshots as never,
    });
    const first = await checks();
    expect(Object.keys(first)).toEqual([
      'database:responseTime',
      'database:writes',
      'a:breaker',
      'a:instance',
    ]);
    snapshots.splice(0, 1, { name: 'b', breaker: 'open', instances: [] });
    expect(Object.keys(await checks())).toEqual([
      'database:responseTime',
      'database:writes',
      'b:breaker',
      'b:instance',
    ]);
  });
});
