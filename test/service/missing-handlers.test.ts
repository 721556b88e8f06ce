import { expect, it } from '@jest/globals';
import { missingHandlers } from '../../src/service/missing-handlers.ts';
import type { Service } from '../../src/service/service.ts';
import { service } from '../../src/tools/scaffold/job-cards/main.ts';

it('Operations of the contract without a handler are listed', () => {
  expect(missingHandlers(service)).toEqual([]);
  const young: Service = {
    ...service,
    handlers: (dependencies) => {
      const { closeJobCard: _, getJobCard: __, ...some } = service.handlers(dependencies);
      return some;
    },
  };
  expect(missingHandlers(young).map(({ operationId }) => operationId)).toEqual([
    'getJobCard',
    'closeJobCard',
  ]);
});
