/** `Authorization` of a client at its authorization server: both parts are encoded like a form first (RFC 6749 §2.3.1). */
export const clientSecretBasic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeForm(id)}:${encodeForm(secret)}`).toString('base64')}`;

const encodeForm = (text: string): string => new URLSearchParams([['', text]]).toString().slice('='.length);
