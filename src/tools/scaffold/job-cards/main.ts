/** Wires the job cards service. */
import { defineService } from '../../../index.ts';
import { contract as helpDesks } from '../help-desks/contract.ts';
import { contract } from './contract.ts';
import { handleCloseJobCard } from './handlers/close-job-card.ts';
import { handleCreateJobCard } from './handlers/create-job-card.ts';
import { handleGetJobCard } from './handlers/get-job-card.ts';
import { handleListJobCards } from './handlers/list-job-cards.ts';
import { handleReopenJobCard } from './handlers/reopen-job-card.ts';
import { handleUpdateJobCard } from './handlers/update-job-card.ts';
import { jobCardActions, jobCardPageActions } from './links.ts';
import { migrations } from './migrations.ts';
import { jobCardStore } from './store.ts';

export const service = defineService({
  contract,
  linked: { 'help-desks': helpDesks },
  affordances: [jobCardActions, jobCardPageActions],
  migrations,
  handlers: ({ db }) => {
    const store = jobCardStore(db);
    return {
      listJobCards: handleListJobCards(store),
      createJobCard: handleCreateJobCard(store),
      getJobCard: handleGetJobCard(store),
      updateJobCard: handleUpdateJobCard(store),
      closeJobCard: handleCloseJobCard(store),
      reopenJobCard: handleReopenJobCard(store),
    };
  },
});
