/** Loads a service by its name: the folder `services/<name>`, whose `main.ts` exports it as `service`. */
import { existsSync } from 'node:fs';
import { ConfigError } from '../config/config-error.ts';
import type { Service } from './service.ts';

export const SERVICES = new URL('../../services/', import.meta.url);

/** Whether the project has the code of a service. A service with only a document and a URL has none. */
export const hasServiceCode = (name: string): boolean => existsSync(new URL(`${name}/main.ts`, SERVICES));

/** @throws ConfigError when there is no such folder */
export async function loadService(name: string): Promise<Service> {
  if (!hasServiceCode(name)) throw new ConfigError(`services/${name}/main.ts does not exist`);
  const module = (await import(new URL(`${name}/main.ts`, SERVICES).href)) as { readonly service: Service };
  return module.service;
}
