/** GET /job-cards/{jobCardId} */
import type { Handler } from '../../../../index.ts';
import type { getJobCard } from '../contract.ts';
import { jobCardNotFound } from '../refusals.ts';
import type { JobCardStore } from '../store.ts';

export const handleGetJobCard =
  (store: JobCardStore): Handler<typeof getJobCard> =>
  async ({ params: { jobCardId } }) => {
    const jobCard = await store.find(jobCardId);
    if (jobCard === undefined) throw jobCardNotFound(jobCardId);
    return { status: 200, body: jobCard };
  };
