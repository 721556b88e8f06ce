import { expect, it } from '@jest/globals';
import { banner } from '../../src/gateway/banner.ts';

it('The banner shows readable URLs, rejected documents and warnings', () => {
  const text = banner({
    url: 'http://127.0.0.1:8080',
    statusUrl: 'http://127.0.0.1:9090/status',
    sample: '/orders?expand=consumer',
    refused: ['gateway.yaml:3: broken'],
    warnings: ['orders: open'],
    note: 'Everyone may do everything here.',
  });
  for (const line of [
    'Entry point   http://localhost:8080/',
    'Swagger UI    http://localhost:8080/docs',
    'Status        http://localhost:9090/status',
    "curl -s 'http://localhost:8080/orders?expand=consumer'",
    'Broken; the last good version is in use: gateway.yaml:3: broken',
    'Warning: orders: open',
    '\n  Everyone may do everything here.\n\n',
  ])
    expect(text).toContain(line);
});
