/** GET /job-cards */
import type { Handler } from '../../../../index.ts';
import type { listJobCards } from '../contract.ts';
import type { JobCardStore } from '../store.ts';

export const handleListJobCards =
  (store: JobCardStore): Handler<typeof listJobCards> =>
  async ({ query }) => ({ status: 200, body: await store.list(query) });
