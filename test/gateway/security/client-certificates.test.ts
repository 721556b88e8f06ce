/** Client certificates over both versions of HTTP: the socket of a request over HTTP/2 is not that of its connection. */
import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
  type TestPair,
} from '../../support/authority.ts';
import { document } from '../../support/gateway.ts';
import { http2Client } from '../../support/http2-client.ts';
import { testLog } from '../../support/log.ts';

let folder: CertificateFolder;
let authority: TestAuthority;
let partner: TestPair;
let gateway: StartedGateway;

beforeAll(async () => {
  folder = await createCertificateFolder();
  authority = await createAuthority();
  partner = await authority.issue({ name: 'partner' });
  await folder.writePair('tls', await authority.issue());
  await folder.write('ca.pem', authority.cert);
  const operation = (operationId: string, security: object[]) => ({
    get: { operationId: `get${operationId}`, security },
    post: { operationId: `post${operationId}`, security },
  });
  const secured = document({
    '/partners': operation('Partners', [{ partner: [] }]),
    '/open': operation('Open', []),
  });
  const components = { securitySchemes: { partner: { type: 'mutualTLS' } } };
  await folder.write('a.json', JSON.stringify({ ...secured, components }));
  const text = `services: { a: { document: a.json, url: "http://127.0.0.1:1" } }
tls: { certificate: tls.crt, key: tls.key, clientCa: ca.pem, clientCertificate: request }
authentication: { schemes: { partner: { clientCa: ${JSON.stringify(`${folder.path}/ca.pem`)} } } }
cors: { origins: ["*"] }
shutdown: { drain: 0, grace: 0 }`;
  gateway = await startGateway({
    config: parseGatewayConfig(text, `${folder.path}/gateway.yaml`),
    port: 0,
    host: '127.0.0.1',
    log: testLog(),
  });
});

afterAll(async () => {
  await gateway.close();
  await folder.remove();
});

type Send = (
  method: string,
  path: string,
  headers: Record<string, string>,
  pair: Partial<TestPair>,
) => Promise<string>;

const overHttp1: Send = (method, path, headers, pair) =>
  new Promise((resolve, reject) => {
    const options = { method, headers, ca: authority.cert, servername: 'localhost', agent: false, ...pair };
    httpsRequest(`${gateway.url}${path}`, options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });

const overHttp2: Send = async (method, path, headers, pair) => {
  const client = http2Client(gateway.url, { ca: authority.cert, ...pair });
  try {
    return (await client.request({ ':method': method, ':path': path, ...headers })).body;
  } finally {
    client.close();
  }
};

// Nothing listens at the address of the service: a problem about it shows that the request was accepted.
const ACCEPTED = /service-unreachable|circuit-open/;

describe.each([
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
])('Over %s', (_version, send) => {
  it('An operation that requires a certificate accepts clients with one, and no others', async () => {
    expect(await send('GET', '/partners', {}, partner)).toMatch(ACCEPTED);
    expect(await send('GET', '/partners', {}, {})).toMatch(/authentication-required/);
  });

  it('A page of another site may not use the certificate of a browser, though CORS allows all origins', async () => {
    const page = { origin: 'https://evil.example' };
    expect(await send('POST', '/open', page, partner)).toMatch(/cross-site/);
    expect(await send('POST', '/open', page, {})).toMatch(ACCEPTED);
  });
});
