import { describe, expect, it } from '@jest/globals';
import type { OperationObject, ParameterObject, ResponseObject } from 'openapi3-ts/oas31';
import { contract as consumers } from '../../services/consumers/contract.ts';
import { contract as orders } from '../../services/orders/contract.ts';
import { contract as restaurants } from '../../services/restaurants/contract.ts';
import type { Contract } from '../../src/contract/contract.ts';
import { contractDocument, problemsOf } from '../../src/contract/document.ts';
import type { Responses } from '../../src/contract/operation.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';

describe('the document of a contract', () => {
  const document = contractDocument(orders, formats);
  const getOrder = document.paths?.['/orders/{orderId}']?.get as OperationObject;

  it('declares each success as every representation that is offered', () => {
    const { content, links }: ResponseObject = getOrder.responses?.['200'] ?? { description: '' };
    expect(Object.keys(content ?? {})).toEqual([
      'application/prs.hal-forms+json',
      'application/hal+json',
      'application/json',
      'application/vnd.siren+json',
      'text/html',
    ]);
    expect(links?.consumer).toEqual({
      operationId: 'getConsumer',
      parameters: { consumerId: '$response.body#/consumerId' },
    });
    expect(links?.menuItems).toMatchObject({ 'x-each': '/lineItems' });
  });

  it('says what can be expanded', () => {
    const expand = getOrder.parameters?.find(
      (one) => (one as ParameterObject).name === 'expand',
    ) as ParameterObject;
    expect(expand).toMatchObject({ in: 'query', style: 'form', explode: false });
    expect(expand.description).toMatch(/`consumer`, `restaurant`, `menuItems`/);
    expect(expand.description).not.toMatch(/cancel|self/);
  });

  it.each([consumers, restaurants, orders])(
    '$service: declares every problem of every operation',
    (contract) => {
      const { paths = {}, components } = contractDocument(contract, formats);
      for (const operation of contract.operations) {
        const documented = (paths[operation.path] as Record<string, OperationObject>)[operation.method];
        for (const { code, status } of problemsOf(operation)) {
          const response: ResponseObject | undefined = documented?.responses?.[status];
          expect(response?.content?.['application/problem+json']?.examples).toHaveProperty([code]);
          expect(components?.examples).toHaveProperty([code]);
          expect(components?.['x-problems']).toHaveProperty([code, 'mend']);
        }
      }
    },
  );

  it('leads back: from the consumer and the restaurant to the orders, from a dish to its restaurant', () => {
    const linksOf = ({ operations }: Contract, id: string) => {
      const responses: Responses = operations.find(({ operationId }) => operationId === id)?.responses ?? {};
      return Object.entries(responses[200]?.links ?? {}).map(([rel, link]) => `${rel}: ${link.operationId}`);
    };
    expect(linksOf(consumers, 'getConsumer')).toContain('orders: listOrders');
    expect(linksOf(restaurants, 'getRestaurant')).toEqual(
      expect.arrayContaining(['orders: listOrders', 'menuItems: listMenuItems']),
    );
    expect(linksOf(restaurants, 'getMenuItem')).toContain('restaurant: getRestaurant');
  });
});
