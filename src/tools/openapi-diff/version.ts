/** Whether a version may contain breaking changes (semver.org §4, §8). */

/** @returns undefined if one version does not begin with a number */
export function isNewMajor(old: string, now: string): boolean | undefined {
  const [before, after] = [old, now].map((version) =>
    /^v?(\d+)(?:\.(\d+))?/
      .exec(version)
      ?.slice(1)
      .map((part = '0') => Number(part)),
  );
  if (!before || !after) return undefined;
  const [major, minor] = [0, 1].map((place) => (after[place] as number) - (before[place] as number));
  if (major !== 0) return (major as number) > 0;
  // Before 1.0.0 every minor may, as package managers read it.
  return after[0] === 0 && (minor as number) > 0;
}
