/** A list parameter by which a collection answers for many resources at once, so that an expansion asks once. */
import { z } from './schema.ts';

/** The extension of a Parameter Object that names the operation which answers for one of them. */
export const BATCH_EXTENSION = 'x-batches';

const MAX_IDS = 100;

/**
 * An optional query parameter of a collection: only the items with these ids, in one page when `limit` allows.
 * @param operationId the operation that answers for one item, whose path ends with the id
 */
export const batchOf = <Id extends z.ZodType>(operationId: string, id: Id) =>
  z
    .array(id)
    .min(1)
    .max(MAX_IDS)
    .optional()
    .openapi({
      param: { style: 'form', explode: false, [BATCH_EXTENSION]: operationId },
      description: 'Only the items with these ids, separated by commas.',
    });
