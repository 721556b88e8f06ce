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

describe('what there is to choose from', () => {
  it('is the collection that a member of the form leads into', () => {
    expect(propertiesOf('placeOrder').consumerId?.options).toEqual({
      link: { href: '/consumers', type: 'application/hal+json' },
      valueField: 'id',
      promptField: 'name',
      maxItems: 1,
    });
  });

  it.each(['placeOrder', 'reviseOrder'])('may depend on what is known beside it: %s', (operationId) => {
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

  it('is nothing where no link says so', () => {
    expect(propertiesOf('placeOrder').deliveryInformation).toEqual(
      expect.not.objectContaining({ options: expect.anything() }),
    );
    expect(JSON.stringify(graph.operation('restaurants', 'addMenuItem')?.properties)).not.toContain('link');
  });
});
