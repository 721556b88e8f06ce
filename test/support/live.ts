/** Options for live updates of status pages, without services. */
import { History } from '../../src/gateway/portal/status/history.ts';
import type { LiveUpdates } from '../../src/gateway/portal/status/live-updates.ts';
import { Watchers } from '../../src/http/sse-broadcaster.ts';

export const live = (): LiveUpdates => ({
  history: new History(),
  watchers: new Watchers({ turn: () => '', isOver: () => false, log: { error: () => undefined } }),
});
