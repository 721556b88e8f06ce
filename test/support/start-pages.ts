/** The pages and their two small services on a port of their own. */
import type { AddressInfo } from 'node:net';
import { pagesApp } from './pages-app.ts';

export async function startPages(): Promise<{ url: string; close(): Promise<void> }> {
  const server = pagesApp().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
