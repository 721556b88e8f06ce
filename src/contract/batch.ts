/** A list parameter with which a client fetches many items of a collection at once, so that an expansion needs one call. */
import { z } from './schema.ts';

/** Extension of a Parameter Object: the id of the operation that returns a single item. */
export const BATCH_EXTENSION = 'x-batches';

const MAX_IDS = 100;

/**
 * An optional query parameter of a collection that selects items by their ids. They fit on one page if `limit` allows.
 * @param operationId the operation that returns a single item; its path ends with the id
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
