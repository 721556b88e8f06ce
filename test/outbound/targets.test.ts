import { expect, it } from '@jest/globals';
import { createTargets, retainTargets, type Targets, updateTargets } from '../../src/outbound/targets.ts';
import { leftOf } from '../support/left.ts';
import { policiesOf } from '../support/policies.ts';

it('A changed target keeps nothing of its predecessors in memory, however often it changes', async () => {
  const service = (connectTimeout: number) => [
    { name: 'a', urls: ['http://127.0.0.1:1'], ...policiesOf({ connectTimeout }) },
  ];
  let targets = createTargets(service(1));
  let release = retainTargets(targets);
  const renew = async (connectTimeout: number) => {
    const releasePrevious = release;
    targets = updateTargets(service(connectTimeout), targets);
    release = retainTargets(targets);
    await releasePrevious();
  };
  const partsOf = (some: Targets) => ({ target: some.get('a'), instance: some.get('a')?.instances[0] });

  await renew(2);
  const left = leftOf(partsOf(targets));
  await renew(3);
  await renew(4);

  expect(await left()).toEqual([]);
  await release();
});
