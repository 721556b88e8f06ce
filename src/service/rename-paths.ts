/** Returns a contract with the paths that `gateway.yaml` configures. The rest of the contract stays unchanged. */
import { type PathNames, pathRenamer } from '../config/path-names.ts';
import type { Contract } from '../contract/contract.ts';

/** @throws ConfigError when a configured name matches no path, or lacks its parameters */
export function renamePaths<C extends Contract>(contract: C, names: PathNames): C {
  const { service, operations } = contract;
  const rename = pathRenamer(
    service,
    names,
    operations.map(({ path }) => path),
  );
  return {
    ...contract,
    operations: operations.map((operation) => ({ ...operation, path: rename(operation.path) })),
  };
}
