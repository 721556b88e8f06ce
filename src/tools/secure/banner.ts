/** What `npm run start:secure` prints at its start, in addition to the banner: who can sign in, and a request with a token. */
import { readableUrl } from '../../gateway/banner.ts';
import { CLIENTS, CURL_SECRET } from './provider.ts';
import type { SecureSystem } from './start-secure.ts';

export const secureBanner = ({
  url,
  sample,
  issuer,
  users,
}: Pick<SecureSystem, 'url' | 'sample' | 'issuer' | 'users'>): string => `
  linkway is running, and closed.

    Explorer      ${readableUrl(url)}/explorer
    Swagger UI    ${readableUrl(url)}/docs
    Status        ${readableUrl(url)}/status
    Provider      ${issuer}

  These people can sign in:

${Object.values(users)
  .map(({ name, about }) => `    ${name.padEnd(12)}  ${about}`)
  .join('\n')}

    TOKEN=$(${tokenCommand(issuer, users)})
    curl -s -H "Authorization: Bearer $TOKEN" '${readableUrl(url)}${sample}'

  Press Ctrl-C to stop.

`;

/** Prints a token with all scopes. */
const tokenCommand = (issuer: string, users: SecureSystem['users']): string => {
  const scopes = [...new Set(Object.values(users).flatMap((user) => user.scopes))].join(' ');
  return `curl -s -u ${CLIENTS.curl}:${CURL_SECRET} -d grant_type=client_credentials -d scope='${scopes}' ${issuer}/token | grep -oE 'ey[^"]+'`;
};
