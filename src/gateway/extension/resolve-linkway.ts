/**
 * Lets the files of steps import `linkway` wherever they are: in a folder without `node_modules`, beside a global
 * installation, or mounted into a container. They get the modules of the running gateway, so that a `Problem` of theirs
 * is a `Problem` of the gateway.
 */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';

const NAME = 'linkway';
/** The package has JavaScript, a clone has TypeScript. */
const API = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;

/** For processes that run a gateway: the hook stays for the whole process. */
export const resolveLinkway = (): void => {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === NAME ? { url: API, shortCircuit: true } : next(specifier, context),
  });
};
