/** The faults of files that schemes in `gateway.yaml` name: API keys and passwords, and authorities of client certificates. */
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { ApiKeyVerifier } from '../../security/api-keys/api-key-verifier.ts';
import { ClientCertificateVerifier } from '../../security/client-certificate/client-certificate.ts';
import type { Verifier } from '../../security/verifier.ts';

/** @param folder of `gateway.yaml` */
export function keyFileFaults(
  { authentication }: Pick<GatewayConfig, 'authentication'>,
  folder: string,
): string[] {
  const faults = Object.values(authentication?.schemes ?? {}).flatMap((scheme) => {
    const verifier = verifierOf(scheme, folder);
    const fault = verifier?.fault();
    verifier?.close();
    return fault?.split('\n') ?? [];
  });
  // Several schemes may share a file.
  return [...new Set(faults)];
}

type Scheme = NonNullable<GatewayConfig['authentication']>['schemes'][string];
type FileVerifier = Required<Pick<Verifier, 'fault' | 'close'>>;

function verifierOf(scheme: Scheme, folder: string): FileVerifier | undefined {
  const options = { folder, interval: 0 };
  if ('keysFile' in scheme) return new ApiKeyVerifier(scheme, options);
  if ('clientCa' in scheme) return new ClientCertificateVerifier(scheme, options);
  return undefined;
}
