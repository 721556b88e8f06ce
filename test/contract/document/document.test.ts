import { describe, expect, it } from '@jest/globals';
import type { OperationObject, ParameterObject, ResponseObject } from 'openapi3-ts/oas31';
import { contractDocument, problemsOf } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { contract as helpDesks } from '../../../src/tools/scaffold/help-desks/contract.ts';
import { contract as jobCards } from '../../../src/tools/scaffold/job-cards/contract.ts';
import { books } from '../../support/graph.ts';

describe('The document of a contract', () => {
  const document = contractDocument(jobCards, formats);
  const getJobCard = document.paths?.['/job-cards/{jobCardId}']?.get as OperationObject;

  it('declares every representation format of each success response', () => {
    const { content, links }: ResponseObject = getJobCard.responses?.['200'] ?? { description: '' };
    expect(Object.keys(content ?? {})).toEqual([
      'application/prs.hal-forms+json',
      'application/hal+json',
      'application/json',
      'application/vnd.siren+json',
      'text/html',
    ]);
    expect(links?.helpDesk).toEqual({
      operationId: 'getHelpDesk',
      parameters: { deskKey: '$response.body#/helpDeskId' },
    });
  });

  it('lists the relations that can be expanded', () => {
    const expand = getJobCard.parameters?.find(
      (one) => (one as ParameterObject).name === 'expand',
    ) as ParameterObject;
    expect(expand).toMatchObject({ in: 'query', style: 'form', explode: false });
    expect(expand.description).toMatch(/`helpDesk`/);
    expect(expand.description).not.toMatch(/close|self/);
  });

  it.each([jobCards, helpDesks, books])('declares every problem of every operation: $service', (contract) => {
    const { paths = {}, components } = contractDocument(contract, formats);
    for (const operation of contract.operations) {
      const documented = (paths[operation.path] as Record<string, OperationObject>)[operation.method];
      for (const { code, status } of problemsOf(operation)) {
        const response: ResponseObject | undefined = documented?.responses?.[status];
        expect(response?.content?.['application/problem+json']?.examples).toHaveProperty([code]);
        expect(components?.examples).toHaveProperty([code]);
        expect(components?.['x-problems']).toHaveProperty([code, 'remedy']);
      }
    }
  });
});
