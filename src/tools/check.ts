/** `check`: what is wrong in documents, where, and what that costs behind a gateway. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { configErrorOf } from '../config/config-error.ts';
import { compileOperations } from '../gateway/operation.ts';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { danglingReferences } from '../openapi/merge/dangling-references.ts';
import { uncheckedPatterns } from '../openapi/patterns/unchecked-patterns.ts';
import { securedOperations, securityWarning } from '../openapi/security.ts';
import type { Command } from './command.ts';
import { loadDocument, named } from './load.ts';

interface Checked {
  readonly place: string;
  readonly operations: number;
  readonly faults: readonly DocumentFault[];
  /** Operations that declare security, which the gateway does not enforce: no fault of the document. */
  readonly unenforcedSecurity?: readonly string[];
}

export const check: Command = {
  usage: 'check FILE|URL…',
  about: 'what is wrong in documents, and what it costs; --prefix /x where they get one',
  async run(names, { prefix } = {}) {
    const loaded = await Promise.all(named(names).map((place) => load(place, prefix)));
    const documents = loaded.flatMap(({ place, document }) => (document ? [{ name: place, document }] : []));
    // A link may lead from one of them to another.
    const dangling = new Set(new LinkGraph(documents).dangling);
    const checked = loaded.map((one) => checkOne(one, dangling));
    return {
      json: checked,
      lines: checked.flatMap(linesOf),
      isGood: checked.every(({ faults }) => faults.length === 0),
    };
  },
};

interface Loaded {
  readonly place: string;
  /** What is left out of it. */
  readonly faults: readonly DocumentFault[];
  readonly document?: OpenAPIObject;
  /** Why there is none. */
  readonly reason?: string;
}

async function load(place: string, prefix = ''): Promise<Loaded> {
  const faults: DocumentFault[] = [];
  try {
    const document = await loadDocument(place, { prefix, onFault: (fault) => faults.push(fault) });
    return { place, document, faults };
  } catch (error) {
    return { place, faults, reason: configErrorOf(error, place).message };
  }
}

function checkOne({ place, document, faults: left, reason }: Loaded, dangling: ReadonlySet<string>): Checked {
  if (document === undefined)
    return { place, operations: 0, faults: [{ pointer: '#', reason: `is not served: ${reason}` }] };
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
        ...links.map((name) => ({ pointer: '#', reason: `the link ${name} leads to no operation` })),
      ],
    };
  } catch (error) {
    const { message } = configErrorOf(error, place);
    return { place, operations: 0, faults: [...left, { pointer: '#', reason: `is not served: ${message}` }] };
  }
}

const unenforced = (document: OpenAPIObject): Pick<Checked, 'unenforcedSecurity'> => {
  const unenforcedSecurity = securedOperations(document);
  return unenforcedSecurity.length > 0 ? { unenforcedSecurity } : {};
};

const distinct = (faults: readonly DocumentFault[]): DocumentFault[] => [
  ...new Map(faults.map((fault) => [`${fault.pointer} ${fault.reason}`, fault])).values(),
];

const linesOf = ({ place, operations, faults, unenforcedSecurity }: Checked): string[] => [
  `${place}: ${operations} operations, ${faults.length === 0 ? 'nothing wrong' : `${faults.length} faults`}`,
  ...faults.map(({ pointer, reason }) => `  ${pointer} ${reason}`),
  ...(unenforcedSecurity ? [`  warning: ${securityWarning(unenforcedSecurity)}`] : []),
];
