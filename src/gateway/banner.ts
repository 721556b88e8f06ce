/** The text printed at start: URLs, a sample request, rejected documents and warnings. */
import type { StartedGateway } from './start.ts';

/** Replaces the loopback address by `localhost`. */
export const readableUrl = (url: string): string => url.replace('//127.0.0.1', '//localhost');

export const banner = ({
  url,
  statusUrl,
  sample,
  refused,
  warnings,
  note,
}: Pick<StartedGateway, 'url' | 'statusUrl' | 'sample' | 'refused' | 'warnings'> & {
  /** A sentence about how the system runs. */
  readonly note?: string | undefined;
}): string => `
  linkway is running.

    Entry point   ${readableUrl(url)}/
    Swagger UI    ${readableUrl(url)}/docs
    Status        ${readableUrl(statusUrl)}

    curl -s '${readableUrl(url)}${sample}'

${
  note === undefined
    ? ''
    : `  ${note}

`
}${lines('Broken; the last good version is in use', refused)}${lines('Warning', warnings)}  Press Ctrl-C to stop.

`;

const lines = (title: string, reasons: readonly string[]): string =>
  reasons.map((reason) => `  ${title}: ${reason}\n\n`).join('');
