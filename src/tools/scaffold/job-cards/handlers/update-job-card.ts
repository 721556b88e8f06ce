/** PATCH /job-cards/{jobCardId} */
import type { Handler } from '../../../../index.ts';
import { JobCard, type updateJobCard } from '../contract.ts';
import { jobCardNotFound } from '../refusals.ts';
import type { JobCardStore } from '../store.ts';

export const handleUpdateJobCard =
  (store: JobCardStore): Handler<typeof updateJobCard> =>
  async ({ params: { jobCardId }, body: patched, precondition }) => {
    const updated = await store.change(jobCardId, (jobCard) => {
      precondition(JobCard, jobCard);
      const { id, state, createdAt, ...details } = jobCard;
      return { id, state, createdAt, ...patched(details) };
    });
    if (updated === undefined) throw jobCardNotFound(jobCardId);
    return { status: 200, body: updated };
  };
