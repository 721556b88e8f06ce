/** Options for live updates of status pages, without services. */
import { History } from '../../src/gateway/portal/status/history.ts';
import type { LiveUpdates } from '../../src/gateway/portal/status/live-updates.ts';
import { SseBroadcaster } from '../../src/http/sse-broadcaster.ts';

export const live = (): LiveUpdates => ({
  history: new History(),
  watchers: new SseBroadcaster({
    revision: () => '',
    isDraining: () => false,
    log: { error: () => undefined },
  }),
});
