/** What a request about job cards is refused for. */
import { notFound, Problem } from '../../../index.ts';

export const jobCardNotFound = (id: string) => new Problem(notFound, `There is no job card ${id}.`);
