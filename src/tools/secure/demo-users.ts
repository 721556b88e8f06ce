/** The people who can sign in at the provider of `npm run start:secure`: `services/demo-users.yaml`. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { faultsOf } from '../../config/yaml/faults.ts';

const usersSchema = z
  .record(
    z.string().regex(/^[a-z][\w-]{0,30}$/, 'expected a name of lower-case letters, digits and hyphens'),
    z.strictObject({ name: z.string().min(1), about: z.string().min(1), scopes: z.array(z.string().min(1)) }),
  )
  .refine((users) => Object.keys(users).length > 0, 'expected at least one person');

/** The people by their name at the provider. */
export type DemoUsers = z.output<typeof usersSchema>;

/** @throws ConfigError with each fault of the file */
export async function readDemoUsers(file: string): Promise<DemoUsers> {
  const value: unknown = parse(await readFile(file, 'utf8'));
  const { success, data, error } = usersSchema.safeParse(value);
  if (success) return data;
  throw new ConfigError(
    faultsOf(usersSchema, value, error).map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`),
  );
}
