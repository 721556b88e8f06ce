/** Finds broken references in an OpenAPI document independently of the code under test. */
const DATA = new Set(['example', 'examples', 'default', 'const', 'enum', 'value']);

const resolves = (document: unknown, pointer: string): boolean => {
  let node = document;
  for (const token of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false;
    node = (node as Record<string, unknown>)[key];
  }
  return node !== undefined;
};

interface Found {
  refs: string[];
  mapped: string[];
  operations: string[];
  links: string[];
}

function collect(node: unknown, found: Found, key = '', parent = ''): void {
  if (Array.isArray(node)) for (const item of node) collect(item, found, key, parent);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const fields = node as Record<string, unknown>;
  const isMap = key === 'properties';
  if (!isMap && typeof fields.$ref === 'string') found.refs.push(fields.$ref);
  if (!isMap && typeof fields.operationRef === 'string') found.refs.push(fields.operationRef);
  if (!isMap && key === 'mapping') found.mapped.push(...(Object.values(fields) as string[]));
  if (!isMap && typeof fields.operationId === 'string')
    (parent === 'links' ? found.links : found.operations).push(fields.operationId);
  for (const [name, value] of Object.entries(fields)) {
    if (isMap || !(DATA.has(name) || name.startsWith('x-'))) collect(value, found, isMap ? '' : name, key);
  }
}

export function dangling(document: unknown): string[] {
  const found: Found = { refs: [], mapped: [], operations: [], links: [] };
  collect(document, found);
  const operations = new Set(found.operations);
  // A value that is not a component name is the URL of another document.
  const asPointer = (name: string): string =>
    /^[\w.-]+$/.test(name) ? `#/components/schemas/${name}` : name;
  return [
    ...[...found.refs, ...found.mapped.map(asPointer)]
      .filter((ref) => ref.startsWith('#') && !resolves(document, ref))
      .map((ref) => `reference ${ref}`),
    ...found.links.filter((id) => !operations.has(id)).map((id) => `link to ${id}`),
    ...found.operations
      .filter((id, index) => found.operations.indexOf(id) !== index)
      .map((id) => `operation ${id} twice`),
  ];
}
