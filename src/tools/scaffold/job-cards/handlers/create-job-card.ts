/** POST /job-cards */
import { type Handler, newId } from '../../../../index.ts';
import type { createJobCard } from '../contract.ts';
import { create } from '../job-card.ts';
import type { JobCardStore } from '../store.ts';

export const handleCreateJobCard =
  (store: JobCardStore): Handler<typeof createJobCard> =>
  async ({ body }) => {
    const jobCard = create({ ...body, id: newId('jc'), createdAt: new Date().toISOString() });
    await store.insert(jobCard);
    return { status: 201, body: jobCard };
  };
