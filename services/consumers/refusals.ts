/** What a request about consumers is refused for. */
import { notFound, Problem } from '../../src/index.ts';

export const consumerNotFound = (id: string) => new Problem(notFound, `There is no consumer ${id}.`);
