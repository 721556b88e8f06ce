/** Where the paths of a service are: here under a prefix, there under a base path. */
export interface Mount {
  /** What they begin with there. */
  readonly base: string;
  /** Path and query as the service knows them. */
  toService(target: string): string;
  /** A path of the service as callers know it; one that is not under its base path stays as it is. */
  toPublic(path: string): string;
}

export interface MountOptions {
  /** As `/pets`, or empty. */
  readonly prefix: string;
  /** As `/v2`, or empty. */
  readonly base: string;
}

const AFTER_SEGMENT = /^(?:[/?#]|$)/;

/** @returns undefined where the paths are the same on both sides */
export function mountOf({ prefix, base }: MountOptions): Mount | undefined {
  if (prefix === base) return undefined;
  const depth = prefix.split('/').length;
  return {
    base,
    // By its segments, since a caller may have escaped what is in them.
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
