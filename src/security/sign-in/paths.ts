/** The addresses of the sign-in, below the reserved segment `explorer`. */

export const SIGN_IN_PATH = '/explorer/sign-in';
export const CALLBACK_PATH = '/explorer/callback';
export const SIGN_OUT_PATH = '/explorer/sign-out';
export const SIGNED_OUT_PATH = '/explorer/signed-out';

/** Where people sign in, and then see a page of this server. */
export const signInLink = (returnTo: string) => ({
  href: `${SIGN_IN_PATH}?return=${encodeURIComponent(returnTo)}`,
  title: 'Sign in',
  type: 'text/html',
});
