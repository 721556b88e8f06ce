/** The storage of job cards. */
import type { Insertable, Kysely, Selectable } from 'kysely';
import { keysetPage, type PageRequest, type SortColumns, transaction } from '../../../index.ts';
import type { JobCard, JobCardState } from './job-card.ts';
import type { JobCardRow, Tables } from './tables.ts';

const SORT: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  title: { column: 'title', holds: 'text' },
};

export interface JobCardFilter {
  readonly id?: readonly string[] | undefined;
  readonly helpDeskId?: string | undefined;
  readonly state?: JobCardState | undefined;
}

export const jobCardStore = (db: Kysely<Tables>) => ({
  async list(filter: JobCardFilter & PageRequest) {
    const { id, helpDeskId, state, ...page } = filter;
    let query = db.selectFrom('job_cards').selectAll();
    if (id !== undefined) query = query.where('id', 'in', id);
    if (helpDeskId !== undefined) query = query.where('help_desk_id', '=', helpDeskId);
    if (state !== undefined) query = query.where('state', '=', state);
    return keysetPage(query, page, toJobCard, SORT);
  },

  async find(id: string): Promise<JobCard | undefined> {
    const row = await db.selectFrom('job_cards').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toJobCard(row);
  },

  async insert(jobCard: JobCard): Promise<void> {
    await transaction(db, (tx) => tx.insertInto('job_cards').values(toRow(jobCard)).execute());
  },

  /**
   * Changes a job card under a lock; nothing is changed when `change` throws.
   * @returns the changed job card, or undefined when the id is unknown
   */
  change: (id: string, change: (jobCard: JobCard) => JobCard): Promise<JobCard | undefined> =>
    transaction(db, async (tx) => {
      const locked = tx.selectFrom('job_cards').selectAll().where('id', '=', id).forUpdate();
      const row = await locked.executeTakeFirst();
      if (row === undefined) return undefined;
      const changed = change(toJobCard(row));
      await tx.updateTable('job_cards').set(toRow(changed)).where('id', '=', id).execute();
      return changed;
    }),
});

export type JobCardStore = ReturnType<typeof jobCardStore>;

const toRow = (jobCard: JobCard): Insertable<JobCardRow> => ({
  id: jobCard.id,
  title: jobCard.title,
  notes: jobCard.notes ?? null,
  help_desk_id: jobCard.helpDeskId,
  state: jobCard.state,
  created_at: new Date(jobCard.createdAt),
});

const toJobCard = (row: Selectable<JobCardRow>): JobCard => ({
  id: row.id,
  title: row.title,
  ...(row.notes !== null && { notes: row.notes }),
  helpDeskId: row.help_desk_id,
  state: row.state,
  createdAt: row.created_at.toISOString(),
});
