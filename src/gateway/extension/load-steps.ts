/** Loads the steps of `gateway.yaml`. A file that has changed is loaded again; one that is broken rejects the change. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { isPlainObject } from '../../config/policies/merge-policy.ts';
import type { StepConfig } from '../../config/policies/steps.ts';
import type { GatewayStep } from './step.ts';
import { transformStep } from './transform.ts';

export interface LoadedStep {
  /** For logs and problems. */
  readonly name: string;
  readonly config: StepConfig;
  readonly step: GatewayStep;
  /** Milliseconds that one call may take. */
  readonly timeout: number;
  /** The file, and a digest of its text. */
  readonly source?: { readonly place: string; readonly digest: string };
}

/** Transformations are synchronous. */
const NO_TIMEOUT = Number.POSITIVE_INFINITY;

/**
 * @param root the folder of `gateway.yaml`
 * @param previous the steps in use; those without changes are kept, with their state
 * @throws ConfigError for a file that cannot be loaded
 */
export const loadSteps = (
  configs: readonly StepConfig[],
  root: string,
  previous: readonly LoadedStep[] = [],
): Promise<LoadedStep[]> =>
  Promise.all(
    configs.map(async (config, index) => {
      if ('transform' in config) return transformation(config, `steps.${index}.transform`);
      return loadFile(config, root, previous);
    }),
  );

function transformation(
  config: Extract<StepConfig, { readonly transform: unknown }>,
  name: string,
): LoadedStep {
  try {
    return { name, config, step: transformStep(config.transform), timeout: NO_TIMEOUT };
  } catch (error) {
    throw new ConfigError(`${name}: ${messageOf(error)}`, error);
  }
}

async function loadFile(
  config: Extract<StepConfig, { readonly file: string }>,
  root: string,
  previous: readonly LoadedStep[],
): Promise<LoadedStep> {
  const { file, options, timeout } = config;
  const place = isAbsolute(file) ? file : resolve(root, file);
  const text = await readFile(place, 'utf8').catch((cause) => {
    throw new ConfigError(`steps: ${file} cannot be read; name a module relative to gateway.yaml`, cause);
  });
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const known = previous.find(
    (one) =>
      one.source?.place === place && one.source.digest === digest && isDeepStrictEqual(one.config, config),
  );
  if (known) return known;
  const step = await createStep(file, `${pathToFileURL(place).href}?${digest}`, options);
  return { name: file, config, step, timeout, source: { place, digest } };
}

async function createStep(file: string, url: string, options: unknown): Promise<GatewayStep> {
  const fault = (reason: string, cause?: unknown) => new ConfigError(`steps: ${file} ${reason}`, cause);
  let create: unknown;
  try {
    ({ default: create } = (await import(url)) as { default?: unknown });
  } catch (cause) {
    throw fault(`cannot be loaded: ${messageOf(cause)}`, cause);
  }
  if (typeof create !== 'function') throw fault('has no default export that is a function');
  let step: unknown;
  try {
    step = await create(options);
  } catch (cause) {
    throw fault(`cannot be created: ${messageOf(cause)}`, cause);
  }
  const isStep =
    isPlainObject(step) &&
    [step.before, step.after].every((one) => one === undefined || typeof one === 'function');
  if (!isStep) throw fault('has a default export that does not return { before, after }');
  return step as GatewayStep;
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
