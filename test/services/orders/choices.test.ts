import { describe, expect, it } from '@jest/globals';
import { contract as consumers } from '../../../services/consumers/contract.ts';
import { contract as orders } from '../../../services/orders/contract.ts';
import { contract as restaurants } from '../../../services/restaurants/contract.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';

const graph = new LinkGraph(
  [consumers, orders, restaurants].map((contract) => ({
    name: contract.service,
    document: contractDocument(contract, formats),
  })),
);
const propertiesOf = (operationId: string) =>
  Object.fromEntries(
    (graph.operation('orders', operationId)?.properties ?? []).map((property) => [property.name, property]),
  );

describe('The options of a form field', () => {
  it('are the items of the collection that the field refers to', () => {
    expect(propertiesOf('placeOrder').consumerId?.options).toEqual({
      link: { href: '/consumers', type: 'application/hal+json' },
      valueField: 'id',
      promptField: 'name',
      maxItems: 1,
    });
  });

  it.each(['placeOrder', 'reviseOrder'])('may depend on another value, in %s', (operationId) => {
    expect(propertiesOf(operationId).lineItems?.schema).toMatchObject({
      items: {
        properties: {
          menuItemId: {
            'x-options': {
              link: { href: '/restaurants/{restaurantId}/menu-items', templated: true },
              valueField: 'id',
            },
          },
        },
      },
    });
  });

  it('are absent when no link describes them', () => {
    expect(propertiesOf('placeOrder').deliveryInformation).toEqual(
      expect.not.objectContaining({ options: expect.anything() }),
    );
    expect(JSON.stringify(graph.operation('restaurants', 'addMenuItem')?.properties)).not.toContain('link');
  });
});
