/** The built-in step that sets, removes and renames headers and query parameters, as `gateway.yaml` says. */
import type { Changes, Transformation } from '../../config/policies/steps.ts';
import { checkHeader } from './raw-changes.ts';
import type { GatewayStep, StepRequest, StepResponse } from './step.ts';

/** @throws ConfigError for a header that cannot be changed */
export function transformStep({ request, response }: Transformation): GatewayStep {
  for (const changes of [request?.headers, response?.headers]) if (changes) checkNames(changes);
  return {
    ...(request && {
      before: (given) => {
        if (request.headers) changeHeaders(given, request.headers);
        if (request.query) changeQuery(given, request.query);
      },
    }),
    ...(response?.headers && { after: (given) => changeHeaders(given, response.headers as Changes) }),
  };
}

function checkNames({ set, remove, rename }: Changes): void {
  for (const [name, value] of Object.entries(set)) checkHeader(name, value);
  for (const name of [...remove, ...Object.entries(rename).flat()]) checkHeader(name);
}

/** Renames first, so that a renamed value can be replaced. */
function changeHeaders(target: StepRequest | StepResponse, { set, remove, rename }: Changes): void {
  for (const [from, to] of Object.entries(rename)) target.renameHeader(from, to);
  for (const name of remove) target.removeHeader(name);
  for (const [name, value] of Object.entries(set)) target.setHeader(name, value);
}

function changeQuery(request: StepRequest, { set, remove, rename }: Changes): void {
  for (const [from, to] of Object.entries(rename)) request.renameQuery(from, to);
  for (const name of remove) request.removeQuery(name);
  for (const [name, value] of Object.entries(set)) request.setQuery(name, value);
}
