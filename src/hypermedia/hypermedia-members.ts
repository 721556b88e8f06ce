/** What HAL and what stands on it put beside the members of the state. */
export const HYPERMEDIA_MEMBERS: ReadonlySet<string> = new Set([
  '_links',
  '_templates',
  '_embedded',
  '_expandErrors',
]);
