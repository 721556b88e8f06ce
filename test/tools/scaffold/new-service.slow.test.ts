/** New services pass every check and all tests, in a copy of the project, alone and beside the samples. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../../support/project-copy.ts';
import { describeSamples } from '../../support/samples.ts';
import { whileStarted } from '../../support/started.ts';

describeInCopy('A new service', () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = copyProject();
  }, 600_000);
  afterEach(() => copy.restore());
  afterAll(() => copy.remove());

  const template = (command: string, ...args: string[]) =>
    copy.run(process.execPath, `src/tools/scaffold/${command}.ts`, ...args);
  const npm = (...args: string[]) => passes(copy.run('npm', ...args));

  it('is rejected when the compiler does not accept its name, and nothing changes', async () => {
    const { code, out } = await template('new-service', 'records');
    const message = 'nothing was changed, because the result would be invalid; another singular may help';
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    expect(copy.changed()).toEqual([]);
  }, 600_000);

  it('keeps passing tests after its related service was removed, and other references are listed', async () => {
    await passes(template('new-service', 'paper-boats'));
    await passes(template('new-service', 'sails', '--relation', 'paper-boats'));
    copy.write('test/services/sails/mine.test.ts', "it('is /paper-boats/pb-1001', () => {});\n");
    const said = await passes(template('remove-service', 'paper-boats'));
    expect(said).toContain(
      'These tests refer to removed services and were not changed: test/services/sails/mine.test.ts.\n',
    );
    expect(copy.has('test/services/sails/relation.test.ts')).toBe(false);
    await npm('test', '--', 'test/services/sails');
  }, 600_000);

  describeSamples('that is related to orders', () => {
    it('has links in both directions, also with expand, and passes the tests of both', async () => {
      await passes(template('new-service', 'paper-boats', '--relation', 'orders'));
      await npm('run', 'check');
      const tests = [
        'test/services/paper-boats',
        'test/services/orders/orders',
        'test/services/orders/links',
      ];
      await npm('test', '--', ...tests);
      await whileStarted(copy, async (get) => {
        const boat = await get('/paper-boats/pb-1001?expand=order');
        expect(boat._embedded.order.id).toBe(boat.orderId);
        const order = await get(`/orders/${boat.orderId}?expand=paperBoats`);
        expect(order._embedded.paperBoats._embedded.item[0].id).toBe('pb-1001');
      });
      await passes(template('remove-service', 'paper-boats'));
      expect(copy.changed()).toEqual([]);
    }, 600_000);

    it('can be the only service after the samples were removed', async () => {
      await passes(template('remove-service', 'orders'));
      // The links to the removed services are gone.
      await npm('run', 'check:contracts');
      await npm('test', '--', 'test/services/consumers', 'test/services/restaurants');
      expect(copy.read('services/consumers/README.md')).not.toContain('orders`');
      expect(copy.read('services/consumers/README.md')).toMatch(/No other service\.\n$/);
      for (const name of copy.services()) await passes(template('remove-service', name));
      await npm('run', 'check');
      await npm('test', '--', 'test/shape', 'test/tools/openapi', 'test/contract');
      await whileStarted(copy, async (get) => {
        expect(Object.keys((await get('/'))._links)).toContain('service-desc');
        expect((await get('/status')).services).toEqual([]);
      });
      await passes(template('new-service', 'paper-boats', '--port', '9001'));
      expect(copy.changed().filter((line) => line.includes('openapi/released/orders'))).toHaveLength(1);
      expect(copy.read('gateway.yaml')).toContain('services:\n  paper-boats:\n');
    }, 600_000);
  });
});
