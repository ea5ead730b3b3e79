import { useEffect, useState } from 'react';
import { getSession, type Session, signInPage, signOut } from '../api/session';
import { text } from '../messages';

/** Who reads here: a name and the way out, or the way in. Nothing where the mode asks for no sign-in. */
export function SessionMenu() {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    const abort = new AbortController();
    getSession(abort.signal)
      .then((found) => setSession(found ?? null))
      .catch(() => {
        // Offline: the page itself says so.
      });
    return () => abort.abort();
  }, []);
  if (session === undefined || session?.accessMode === 'none') return null;
  if (session === null) return <a href={signInPage}>{text.signIn}</a>;
  return (
    <>
      <span className="quiet user" title={session.user}>
        {session.user}
      </span>
      <button
        type="button"
        onClick={async () => {
          await signOut();
          location.assign(signInPage);
        }}
      >
        {text.signOut}
      </button>
    </>
  );
}
