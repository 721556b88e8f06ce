/** The schema of money in every service: integer minor units with an ISO 4217 currency. */
import { z } from '../schema.ts';

export const money = z
  .object({
    amount: z.int().min(0).openapi({ description: 'In minor units: 1250 is 12.50.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .openapi({ description: 'ISO 4217 code.' }),
  })
  .openapi('Money', { example: { amount: 1250, currency: 'EUR' } });

export type Money = z.infer<typeof money>;
