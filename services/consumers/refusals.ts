/** The problems of requests about consumers. */
import { notFound, Problem } from '../../src/index.ts';

export const consumerNotFound = (id: string) => new Problem(notFound, `There is no consumer ${id}.`);
