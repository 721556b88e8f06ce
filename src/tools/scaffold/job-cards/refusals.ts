/** The problems of requests about job cards. */
import { notFound, Problem } from '../../../index.ts';

export const jobCardNotFound = (id: string) => new Problem(notFound, `There is no job card ${id}.`);
