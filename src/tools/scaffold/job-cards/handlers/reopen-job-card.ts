/** POST /job-cards/{jobCardId}/reopen */
import { guard, type Handler } from '../../../../index.ts';
import { JobCard, reopenJobCard } from '../contract.ts';
import { reopen } from '../job-card.ts';
import { jobCardActions } from '../links.ts';
import { jobCardNotFound } from '../refusals.ts';
import type { JobCardStore } from '../store.ts';

export const handleReopenJobCard =
  (store: JobCardStore): Handler<typeof reopenJobCard> =>
  async ({ params: { jobCardId }, precondition }) => {
    const reopened = await store.change(jobCardId, (jobCard) => {
      precondition(JobCard, jobCard);
      guard(jobCardActions, reopenJobCard, jobCard);
      return reopen(jobCard);
    });
    if (reopened === undefined) throw jobCardNotFound(jobCardId);
    return { status: 200, body: reopened };
  };
