/** Creates the verifier of a scheme in `gateway.yaml`. The code of each kind is loaded only if it is configured. */
import { ConfigError } from '../config/config-error.ts';
import type { CreateVerifier } from './verifiers.ts';

export const createVerifier: CreateVerifier = async (_config, scheme) => {
  throw new ConfigError(`authentication.schemes.${scheme} has an unknown kind`);
};
