/** Visits the pages of a provider as a browser does: with its cookies, and following redirects until they leave it. */

export interface Visited {
  readonly response: Response;
  readonly url: string;
}

/** @param cookies of the browser at the provider, which it changes */
export async function visit(
  url: string,
  cookies: Map<string, string>,
  form?: URLSearchParams,
): Promise<Visited> {
  let [target, body] = [url, form];
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(target, {
      redirect: 'manual',
      headers: { Cookie: cookie },
      ...(body && { method: 'POST', body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { response, url: target };
    target = new URL(location, target).href;
    body = undefined;
    if (new URL(target).origin !== new URL(url).origin) return { response, url: target };
  }
  throw new Error('too many redirects');
}

/** @param lines values of `Set-Cookie` @returns a value of `Cookie` */
export const cookiesOf = (lines: unknown): string =>
  [lines ?? []]
    .flat()
    .map((line) => String(line).split(';', 1)[0])
    .join('; ');
