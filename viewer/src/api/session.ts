import { root } from '../root';

/** Who is signed in, and whether there is anything to sign in to. */
export interface Session {
  user: string;
  accessMode: 'kubernetes' | 'none';
}

const address = new URL('api/session', root);

export const signInPage = new URL('sign-in', root).href;

/** The session, or undefined when nobody is signed in. */
export async function getSession(signal?: AbortSignal): Promise<Session | undefined> {
  const response = await fetch(address, { credentials: 'same-origin', ...(signal ? { signal } : {}) });
  return response.ok ? ((await response.json()) as Session) : undefined;
}

export async function signOut(): Promise<void> {
  await fetch(address, { method: 'DELETE', credentials: 'same-origin' });
}
