/** Finds objects that are still in memory although they are no longer needed. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** An object that survives so many garbage collections counts as held. */
const COLLECTIONS = 20;

/** @returns the names of the objects that are still held */
export type Left = () => Promise<string[]>;

/** @param things objects by name, which are held weakly here */
export function leftOf(things: Readonly<Record<string, object | undefined>>): Left {
  const refs = Object.entries(things).map(([name, thing]) => [name, new WeakRef(thing as object)] as const);
  const held = () => refs.flatMap(([name, ref]) => (ref.deref() === undefined ? [] : name));
  return async () => {
    for (let count = 0; count < COLLECTIONS && held().length > 0; count++) {
      // A dereferenced WeakRef holds its object until then.
      await setImmediate();
      collect();
    }
    return held();
  };
}
