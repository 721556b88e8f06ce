/** Maps between public paths, below a prefix, and paths of the service, below its base path. */
export interface Mount {
  /** The base path of the service. */
  readonly base: string;
  /** @returns path and query for the service */
  toService(target: string): string;
  /** @returns the public path; a path outside the base path is not changed */
  toPublic(path: string): string;
}

export interface MountOptions {
  /** Such as `/pets`, or empty. */
  readonly prefix: string;
  /** Such as `/v2`, or empty. */
  readonly base: string;
}

const AFTER_SEGMENT = /^(?:[/?#]|$)/;

/** @returns undefined if public paths equal those of the service */
export function mountOf({ prefix, base }: MountOptions): Mount | undefined {
  if (prefix === base) return undefined;
  const depth = prefix.split('/').length;
  return {
    base,
    // Counts segments, because clients may percent-encode the characters in them.
    toService: (target) => {
      const [path = '', ...query] = target.split('?');
      const rest = ['', ...path.split('/').slice(depth)].join('/');
      return [base + (rest === '' ? '/' : rest), ...query].join('?');
    },
    toPublic: (path) =>
      path.startsWith(base) && AFTER_SEGMENT.test(path.slice(base.length))
        ? prefix + path.slice(base.length)
        : path,
  };
}
