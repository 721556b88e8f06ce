/** `npm run start:secure`: runs what `npm start` runs, with an OpenID provider, people who sign in, and enforced security. */
import { readSettings } from '../../config/settings.ts';
import { startTracing } from '../../observability/start-tracing.ts';
import { run } from '../../run.ts';
import { secureBanner } from './banner.ts';
import { startSecure } from './start-secure.ts';

await run(async () => {
  await startTracing(readSettings(process.env), 'linkway');
  const system = await startSecure(process.env);
  process.stdout.write(secureBanner(system));
  return system;
});
