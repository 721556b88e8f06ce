/** The tables of the job cards service. */
import type { JobCardState } from './job-card.ts';

export interface JobCardRow {
  id: string;
  title: string;
  notes: string | null;
  help_desk_id: string;
  state: JobCardState;
  created_at: Date;
}

export interface Tables {
  job_cards: JobCardRow;
}
