/** Help desks: the service that job cards link to. It never runs: a generated service links to an existing one instead. */
import { defineContract, id, operation, resource, z } from '../../../index.ts';

const deskKey = id('hd-1');

const HelpDesk = resource('HelpDesk', z.object({ id: deskKey }).openapi({ description: 'A help desk.' }));

const getHelpDesk = operation({
  operationId: 'getHelpDesk',
  method: 'get',
  path: '/help-desks/{deskKey}',
  summary: 'Get a help desk',
  params: z.object({ deskKey }),
  responses: {
    200: {
      description: 'The help desk.',
      body: HelpDesk,
      links: { self: { operationId: 'getHelpDesk', parameters: { deskKey: '$response.body#/id' } } },
    },
  },
});

export const contract = defineContract({
  service: 'help-desks',
  title: 'Help desks',
  description: 'The help desks that process job cards.',
  version: '1.0.0',
  operations: [getHelpDesk],
});
