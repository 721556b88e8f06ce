/** Members that HAL and its extensions add to the state. */
export const HYPERMEDIA_MEMBERS: ReadonlySet<string> = new Set([
  '_links',
  '_templates',
  '_embedded',
  '_expandErrors',
]);
