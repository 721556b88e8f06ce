import { describe, expect, it } from '@jest/globals';
import type { OperationObject } from 'openapi3-ts/oas31';
import { contract as consumers } from '../../../services/consumers/contract.ts';
import { contract as orders } from '../../../services/orders/contract.ts';
import { contract as restaurants } from '../../../services/restaurants/contract.ts';
import type { Contract } from '../../../src/contract/contract.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import type { Responses } from '../../../src/contract/operation.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';

describe('The links of the sample services', () => {
  const { paths } = contractDocument(orders, formats);
  const getOrder = paths?.['/orders/{orderId}']?.get as OperationObject;

  it('An order links to its consumer and to each of its dishes in the document', () => {
    expect(getOrder.responses?.['200'].links.consumer).toEqual({
      operationId: 'getConsumer',
      parameters: { consumerId: '$response.body#/consumerId' },
    });
    expect(getOrder.responses?.['200'].links.menuItems).toMatchObject({ 'x-each': '/lineItems' });
  });

  it('A consumer and a restaurant link to their orders, and a dish links to its restaurant', () => {
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
