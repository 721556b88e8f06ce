/** Carries what the cookies of the sign-in say from the pipeline to the pages of the gateway. */
import type { IncomingMessage } from 'node:http';
import type { Session } from './sign-in.ts';

export interface SignInState {
  /** The header as the browser sent it; later steps do not see the cookies of the sign-in. */
  readonly cookie: string | undefined;
  /** The session that counts for this request; undefined if there is none. */
  readonly session: Session | undefined;
}

const STATE = Symbol('sign-in');

interface WithState extends IncomingMessage {
  [STATE]?: SignInState;
}

const NONE: SignInState = { cookie: undefined, session: undefined };

export const setSignInState = (req: IncomingMessage, state: SignInState): void => {
  (req as WithState)[STATE] = state;
};

export const signInStateOf = (req: IncomingMessage): SignInState => (req as WithState)[STATE] ?? NONE;
