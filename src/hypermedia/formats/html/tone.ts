/** The meaning of a state for its reader, by common words in contracts. It is shown by a mark as well as by a color. */

export type Tone = 'good' | 'waiting' | 'bad' | 'over' | 'plain';

/** The last word decides: `CANCEL_PENDING` is waiting. */
const TONES: readonly (readonly [Tone, ReadonlySet<string>])[] = [
  [
    'waiting',
    wordsIn(
      'pending waiting draft new queued processing progress requested scheduled held hold review submitted open',
    ),
  ],
  [
    'bad',
    wordsIn(
      'rejected failed failure error declined denied refused blocked overdue invalid broken suspended lost',
    ),
  ],
  [
    'over',
    wordsIn(
      'cancelled canceled closed expired archived deleted removed withdrawn inactive disabled retired ended revoked',
    ),
  ],
  [
    'good',
    wordsIn(
      'approved accepted active available confirmed completed complete done delivered paid ready succeeded success verified enabled published shipped settled resolved ok',
    ),
  ],
];

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** @param constant an enumeration value such as `APPROVAL_PENDING` */
export function toneOf(constant: string): Tone {
  const last = constant.toLowerCase().split('_').at(-1) ?? '';
  const negated = /^(?:not|un|non)_/i.test(constant);
  return negated ? 'plain' : (TONES.find(([, words]) => words.has(last))?.[0] ?? 'plain');
}
