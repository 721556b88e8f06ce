/** What a person reads at the start: where to look, a request to copy, and what is not as it should be. */
import type { StartedGateway } from './start.ts';

/** What people type instead of a loopback address. */
export const readableUrl = (url: string): string => url.replace('//127.0.0.1', '//localhost');

export const banner = ({
  url,
  statusUrl,
  sample,
  refused,
  warnings,
}: Pick<StartedGateway, 'url' | 'statusUrl' | 'sample' | 'refused' | 'warnings'>): string => `
  linkway is up.

    Entry point   ${readableUrl(url)}/
    Swagger UI    ${readableUrl(url)}/docs
    Status        ${readableUrl(statusUrl)}

    curl -s '${readableUrl(url)}${sample}'

${lines('Broken, so the last good one is used', refused)}${lines('Warning', warnings)}  Ctrl-C ends it.

`;

const lines = (title: string, reasons: readonly string[]): string =>
  reasons.map((reason) => `  ${title}: ${reason}\n\n`).join('');
