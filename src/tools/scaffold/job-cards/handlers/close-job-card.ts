/** POST /job-cards/{jobCardId}/close */
import { guard, type Handler } from '../../../../index.ts';
import { closeJobCard, JobCard } from '../contract.ts';
import { close } from '../job-card.ts';
import { jobCardActions } from '../links.ts';
import { jobCardNotFound } from '../refusals.ts';
import type { JobCardStore } from '../store.ts';

export const handleCloseJobCard =
  (store: JobCardStore): Handler<typeof closeJobCard> =>
  async ({ params: { jobCardId }, precondition }) => {
    const closed = await store.change(jobCardId, (jobCard) => {
      precondition(JobCard, jobCard);
      guard(jobCardActions, closeJobCard, jobCard);
      return close(jobCard);
    });
    if (closed === undefined) throw jobCardNotFound(jobCardId);
    return { status: 200, body: closed };
  };
