/** What is still held of what nobody should need any more. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What is there after so many garbage collections stays. */
const COLLECTIONS = 20;

/** @returns by which name each thing is held */
export type Left = () => Promise<string[]>;

/** @param things by a name; held here weakly */
export function leftOf(things: Readonly<Record<string, object | undefined>>): Left {
  const refs = Object.entries(things).map(([name, thing]) => [name, new WeakRef(thing as object)] as const);
  const held = () => refs.flatMap(([name, ref]) => (ref.deref() === undefined ? [] : name));
  return async () => {
    for (let count = 0; count < COLLECTIONS && held().length > 0; count++) {
      // Until then a reference that was looked at holds.
      await setImmediate();
      collect();
    }
    return held();
  };
}
