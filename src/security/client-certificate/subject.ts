/** The names of a certificate: its distinguished name (RFC 4514) and its subject alternative names (RFC 5280 §4.2.1.6). */
import type { X509Certificate } from 'node:crypto';
import type { ClientCertificateScheme } from '../../config/policies/client-certificate-scheme.ts';

export type SubjectKind = ClientCertificateScheme['subject'];

/** What Node puts before a subject alternative name of each kind. */
const PREFIXES: Readonly<Record<string, SubjectKind>> = { DNS: 'dns', URI: 'uri', email: 'email' };

/** The names of one kind, in the order of the certificate, in the form of `normalizeSubject`. */
export function subjectsOf(certificate: X509Certificate, kind: SubjectKind): readonly string[] {
  if (kind !== 'dn') return alternativeNames(certificate.subjectAltName ?? '', kind);
  const name = distinguishedName(certificate.subject);
  return name === '' ? [] : [name];
}

/** The form in which subjects are compared. */
export function normalizeSubject(text: string, kind: SubjectKind): string {
  if (kind === 'dns') return text.toLowerCase();
  if (kind !== 'dn') return text;
  // Splits before the commas that are not escaped.
  const parts = text.match(/(?:\\.|[^\\,])+/gs) ?? [];
  return parts
    .map((part) => part.replace(/^\s*([\w.]+)\s*=\s*/, (_, type) => `${type.toUpperCase()}=`))
    .join();
}

/**
 * Node lists the parts from the root, one a line; RFC 4514 has them the other way round, with commas. The values have the
 * escapes of RFC 4514 already, line breaks and separators in them too.
 */
const distinguishedName = (subject: string | undefined): string =>
  (subject ?? '')
    .split('\n')
    .map((part) => part.replaceAll(' + ', '+'))
    .toReversed()
    .join();

/** One name of the list: a value with special characters is quoted like JSON, so that it cannot look like two. */
const NAME = /(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

function alternativeNames(list: string, kind: SubjectKind): string[] {
  const names: string[] = [];
  NAME.lastIndex = 0;
  while (NAME.lastIndex < list.length) {
    const [, prefix = '', value = ''] = NAME.exec(list) ?? [];
    // A list that cannot be read has no names.
    if (prefix === '') return [];
    if (PREFIXES[prefix] !== kind) continue;
    const name = value.startsWith('"') ? String(JSON.parse(value)) : value;
    names.push(normalizeSubject(name, kind));
  }
  return names;
}
