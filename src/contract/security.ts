/**
 * Who may call the operations of a contract: security schemes (OpenAPI 3.1 §4.8.27) and requirements (§4.8.30). The
 * gateway and the service enforce what is declared here.
 */
import { ContractFault } from './contract-fault.ts';
import type { ProblemType } from './problem.ts';
import { authenticationRequired, insufficientScope } from './problems.ts';

interface TokenFlow {
  readonly tokenUrl: string;
  readonly refreshUrl?: string;
  /** The description of each scope. */
  readonly scopes: Readonly<Record<string, string>>;
}

/** The other flows of OAuth 2.0 are obsolete (RFC 9700 §2.1.2, §2.4). */
interface OAuth2Flows {
  readonly authorizationCode?: TokenFlow & { readonly authorizationUrl: string };
  readonly clientCredentials?: TokenFlow;
}

type SecurityScheme = { readonly description?: string } & (
  | { readonly type: 'oauth2'; readonly flows: OAuth2Flows }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'http'; readonly scheme: 'bearer'; readonly bearerFormat?: string }
  | { readonly type: 'http'; readonly scheme: 'basic' }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'mutualTLS' }
);

export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>;

/** Schemes that are needed together, with the scopes of each. An empty one allows anonymous calls. */
type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** Alternatives, of which one has to hold. Without any, everyone may call. */
export type SecurityRequirements = readonly SecurityRequirement[];

type ScopeOf<Scheme> = Scheme extends { readonly type: 'oauth2'; readonly flows: infer Flows }
  ? Flows[keyof Flows] extends infer Flow
    ? Flow extends { readonly scopes: infer Scopes }
      ? keyof Scopes & string
      : never
    : never
  : string;

/** Requirements with only these schemes and their scopes. */
export type KnownRequirements<Schemes> = readonly (keyof Schemes extends never
  ? Readonly<Record<string, never>>
  : { readonly [Name in keyof Schemes]?: readonly ScopeOf<Schemes[Name]>[] })[];

/** The requirement without the index signature of the general type. */
type Declared<Requirement> = Requirement extends unknown
  ? { readonly [Name in keyof Requirement as string extends Name ? never : Name]: Requirement[Name] }
  : never;

type KeysOfEach<T> = T extends unknown ? keyof T : never;

type IsKnown<Requirement, Schemes> = [Exclude<KeysOfEach<Requirement>, keyof Schemes>] extends [never]
  ? [Requirement] extends [KnownRequirements<Schemes>[number]]
    ? true
    : false
  : false;

/** The operation, or a type that it does not have if its requirements name an unknown scheme or scope. */
export type WithKnownSecurity<O, Schemes> = O extends {
  readonly security: infer Requirements extends SecurityRequirements;
}
  ? IsKnown<Declared<Requirements[number]>, Schemes> extends true
    ? O
    : { readonly security: 'It names a scheme or a scope that `securitySchemes` does not have.' }
  : O;

interface Secured {
  readonly security?: SecurityRequirements | undefined;
}

/** The requirements of an operation: its own or, without any, those of its contract. */
export const requirementsOf = (operation: Secured, contract: Secured): SecurityRequirements =>
  operation.security ?? contract.security ?? [];

/** The problem types of an operation with these requirements. */
export function securityProblems(requirements: SecurityRequirements): readonly ProblemType[] {
  if (requirements.length === 0 || requirements.some((one) => Object.keys(one).length === 0)) return [];
  const needsScopes = requirements.some((one) => Object.values(one).some(({ length }) => length > 0));
  return needsScopes ? [authenticationRequired, insufficientScope] : [authenticationRequired];
}

interface SecuredContract extends Secured {
  readonly service: string;
  readonly securitySchemes?: SecuritySchemes;
  readonly operations: readonly (Secured & { readonly operationId: string })[];
}

/** @throws ContractFault for schemes and scopes that the contract does not declare */
export function checkSecurity(contract: Readonly<SecuredContract>): void {
  const { service, securitySchemes = {}, operations } = contract;
  const declared = [contract, ...operations].flatMap((one) => {
    const place = 'operationId' in one ? `${service}: ${one.operationId}` : service;
    return (one.security ?? []).flatMap((requirement) =>
      Object.entries(requirement).map(([scheme, scopes]) => ({ place, scheme, scopes })),
    );
  });
  const faults = [
    ...Object.keys(securitySchemes).flatMap((name) =>
      /^[\w.-]+$/.test(name)
        ? []
        : [
            `${service}: the security scheme "${name}" has a name with other characters than letters, digits, ".", "-" and "_"`,
          ],
    ),
    ...declared.flatMap(({ place, scheme, scopes }) => faultsOf(place, scheme, scopes, securitySchemes)),
  ];
  if (faults.length > 0) throw new ContractFault([...new Set(faults)]);
}

function faultsOf(
  place: string,
  name: string,
  scopes: readonly string[],
  schemes: SecuritySchemes,
): readonly string[] {
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  if (scheme === undefined)
    return [`${place}: \`security\` names the scheme ${name}; add it to \`securitySchemes\``];
  if (scheme.type !== 'oauth2') return [];
  const known = new Set(Object.values(scheme.flows).flatMap((flow: TokenFlow) => Object.keys(flow.scopes)));
  return scopes
    .filter((scope) => !known.has(scope))
    .map((scope) => `${place}: \`security\` names the scope ${scope}; add it to the flows of ${name}`);
}
