/** What pages about services need to be live, with nothing behind it. */
import { History } from '../../src/gateway/portal/status/history.ts';
import type { Live } from '../../src/gateway/portal/status/live.ts';
import { SseBroadcaster } from '../../src/http/sse-broadcaster.ts';

export const live = (): Live => ({
  history: new History(),
  watchers: new SseBroadcaster({
    revision: () => '',
    isDraining: () => false,
    log: { error: () => undefined },
  }),
});
