/**
 * `check`: reports the faults of documents with their location and their effect behind a gateway, and those of
 * `gateway.yaml`.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { toConfigError } from '../config/config-error.ts';
import { compileOperations } from '../gateway/operation.ts';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { danglingReferences } from '../openapi/merge/dangling-references.ts';
import { uncheckedPatterns } from '../openapi/patterns/unchecked-patterns.ts';
import { securedOperations, securityWarning } from '../openapi/security.ts';
import { checkConfig, configLines, isGatewayConfig } from './check-config.ts';
import type { Command } from './command.ts';
import { loadDocument, requireNames } from './load.ts';

interface Checked {
  readonly place: string;
  readonly operations: number;
  readonly faults: readonly DocumentFault[];
  /** Operations that declare security. The gateway does not enforce it, but it is not a fault. */
  readonly unenforcedSecurity?: readonly string[];
}

export const check: Command = {
  usage: 'check FILE|URL…',
  about: 'report faults in documents, or in gateway.yaml, and their effect; --prefix /x adds a prefix',
  async run(names, { prefix } = {}) {
    const configs = requireNames(names).filter(isGatewayConfig);
    const places = names.filter((name) => !configs.includes(name));
    const loaded = await Promise.all(places.map((place) => load(place, prefix)));
    const checkedConfigs = await Promise.all(configs.map((place) => checkConfig(place)));
    const documents = loaded.flatMap(({ place, document }) => (document ? [{ name: place, document }] : []));
    // A link may lead from one document to another.
    const dangling = new Set(new LinkGraph(documents).dangling);
    const checked = loaded.map((one) => checkOne(one, dangling));
    return {
      json: [...checkedConfigs, ...checked],
      lines: [...checkedConfigs.flatMap(configLines), ...checked.flatMap(linesOf)],
      isGood: [...checkedConfigs, ...checked].every(({ faults }) => faults.length === 0),
    };
  },
};

interface Loaded {
  readonly place: string;
  /** The faults of parts that the gateway omits. */
  readonly faults: readonly DocumentFault[];
  readonly document?: OpenAPIObject;
  /** Why the document could not be loaded. */
  readonly reason?: string;
}

async function load(place: string, prefix = ''): Promise<Loaded> {
  const faults: DocumentFault[] = [];
  try {
    const document = await loadDocument(place, { prefix, onFault: (fault) => faults.push(fault) });
    return { place, document, faults };
  } catch (error) {
    return { place, faults, reason: toConfigError(error, place).message };
  }
}

function checkOne({ place, document, faults: left, reason }: Loaded, dangling: ReadonlySet<string>): Checked {
  if (document === undefined)
    return {
      place,
      operations: 0,
      faults: [{ pointer: '#', reason: `the gateway does not serve it: ${reason}` }],
    };
  const faults: DocumentFault[] = [];
  const onFault = (fault: DocumentFault) => faults.push(fault);
  try {
    const operations = compileOperations({
      service: place,
      document,
      onFault,
      isEager: true,
      reportsReservedPaths: true,
    });
    const links = new LinkGraph([{ name: place, document }]).dangling.filter((name) => dangling.has(name));
    return {
      place,
      operations: operations.length,
      ...unenforced(document),
      faults: [
        ...left,
        ...distinct(faults),
        ...uncheckedPatterns(document),
        ...danglingReferences(document),
        ...links.map((name) => ({
          pointer: '#',
          reason: `the link ${name} leads to an operation that does not exist`,
        })),
      ],
    };
  } catch (error) {
    const { message } = toConfigError(error, place);
    return {
      place,
      operations: 0,
      faults: [...left, { pointer: '#', reason: `the gateway does not serve it: ${message}` }],
    };
  }
}

const unenforced = (document: OpenAPIObject): Pick<Checked, 'unenforcedSecurity'> => {
  const unenforcedSecurity = securedOperations(document);
  return unenforcedSecurity.length > 0 ? { unenforcedSecurity } : {};
};

const distinct = (faults: readonly DocumentFault[]): DocumentFault[] => [
  ...new Map(faults.map((fault) => [`${fault.pointer} ${fault.reason}`, fault])).values(),
];

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const linesOf = ({ place, operations, faults, unenforcedSecurity }: Checked): string[] => [
  `${place}: ${count(operations, 'operation')}, ${faults.length === 0 ? 'no faults' : count(faults.length, 'fault')}`,
  ...faults.map(({ pointer, reason }) => `  ${pointer} ${reason}`),
  ...(unenforcedSecurity ? [`  warning: ${securityWarning(unenforcedSecurity)}`] : []),
];
