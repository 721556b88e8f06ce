/** The pages of the gateway for two small services, without a gateway. */
import express, { type Express } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { createPages, type PagesOptions } from '../../src/gateway/portal/pages.ts';
import { problemHandler } from '../../src/http/problems/problem-handler.ts';
import { live } from './live.ts';

const response = (description: string) => ({
  200: { description, content: { 'application/hal+json': { schema: { type: 'object' } } } },
});

const orders = {
  openapi: '3.1.0',
  info: {
    title: 'Orders',
    version: '1.4.0',
    description:
      'What was ordered, where it is, and what can be done with it: `cancel`, `revise`.\n\nMore text.',
  },
  servers: [{ url: 'http://10.1.2.3:8083' }],
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'Orders, newest first',
        'x-entry': 'orders',
        parameters: [
          {
            name: 'expand',
            in: 'query',
            schema: { type: 'array', items: { type: 'string' } },
            example: ['consumer'],
          },
        ],
        responses: response('A page of orders.'),
      },
      post: {
        operationId: 'placeOrder',
        summary: 'Place an order',
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { type: 'object' }, example: { consumerId: 'c1', lineItems: [] } },
          },
        },
        responses: { 201: { description: 'Placed.' } },
      },
    },
    '/orders/{orderId}': {
      get: {
        operationId: 'getOrder',
        parameters: [
          { name: 'orderId', in: 'path', required: true, schema: { type: 'string' }, example: 'o1' },
        ],
        responses: response('An order.'),
      },
    },
  },
  components: {
    'x-problems': {
      'order-too-small': {
        status: 409,
        title: 'Too <small> an order',
        meaning: 'The total is below `minimum`.',
        remedy: 'Order more.',
      },
    },
  },
};

const consumers = {
  openapi: '3.1.0',
  info: { title: 'Consumers', version: '2.0.0', description: 'Who orders <b>food</b>.' },
  paths: {
    '/consumers/{consumerId}': {
      parameters: [
        { name: 'consumerId', in: 'path', required: true, schema: { type: 'string' }, example: 'c1' },
      ],
      get: { operationId: 'getConsumer', responses: response('A consumer.') },
    },
    '/consumers': { get: { operationId: 'listConsumers', responses: response('Consumers.') } },
  },
};

export const sampleServices = [
  { name: 'orders', document: orders as unknown as OpenAPIObject },
  { name: 'consumers', document: consumers as unknown as OpenAPIObject },
];

export function pagesApp(options: Partial<PagesOptions> = {}): Express {
  const app = express().disable('x-powered-by');
  app.use(
    createPages({
      services: sampleServices,
      status: () => [
        {
          name: 'orders',
          breaker: 'open',
          inFlight: 2,
          queued: 1,
          requests: 1204,
          failures: 17,
          retries: 4,
          retriesRefused: 2,
          circuits: [{ operationId: 'exportOrders', breaker: 'half-open' }],
          droppedLinks: 0,
          hasContract: true,
          faults: [],
          retryAt: '2030-01-02T03:04:10.000Z',
          lastFailure: { at: '2030-01-02T03:04:05.678Z', reason: 'no response in time' },
          recentFailures: [
            { at: '2030-01-02T03:04:05.678Z', reason: 'no response in time', operationId: 'listOrders' },
          ],
          latency: { p50: 3.21, p99: 41.7 },
          instances: [
            {
              id: '1',
              state: 'ejected',
              ejectedUntil: '2030-01-02T03:04:10.000Z',
              inFlight: 2,
              requests: 1208,
              failures: 17,
            },
          ],
        },
        {
          name: 'consumers',
          breaker: 'closed',
          inFlight: 0,
          queued: 0,
          requests: 0,
          failures: 0,
          recentFailures: [],
          retries: 0,
          retriesRefused: 0,
          instances: [{ id: '1', state: 'working', inFlight: 0, requests: 0, failures: 0 }],
          droppedLinks: 3,
          hasContract: true,
          faults: [
            {
              pointer: '#/paths/~1consumers/get/parameters',
              reason: 'is not checked: type must be JSONType',
            },
          ],
        },
      ],
      isDraining: () => false,
      live: live(),
      ...options,
    }),
  );
  app.use(['/orders', '/consumers'], (req, res) => {
    res.status(req.method === 'POST' ? 201 : 200).set('Content-Type', 'application/prs.hal-forms+json');
    res.send(JSON.stringify({ _links: { self: { href: req.originalUrl } }, total: 1200 }));
  });
  app.use(problemHandler({ logger: { error: () => undefined, warn: () => undefined } }));
  return app;
}
