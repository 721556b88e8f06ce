/** What pages about services need to be live, with nothing behind it. */
import { History } from '../../src/gateway/history.ts';
import type { Live } from '../../src/gateway/pages/live.ts';
import { Watchers } from '../../src/http/watchers.ts';

export const live = (): Live => ({
  history: new History(),
  watchers: new Watchers({ turn: () => '', isOver: () => false, log: { error: () => undefined } }),
});
