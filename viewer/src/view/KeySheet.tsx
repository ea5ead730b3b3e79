import { useEffect, useRef } from 'react';
import { text } from '../messages';
import { keyDescriptions } from './keys';

/** The `?` sheet. */
export function KeySheet({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="sheet" aria-label={text.keyboard} onClose={onClose}>
      <h2>{text.keyboard}</h2>
      <dl>
        {keyDescriptions.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        {text.close}
      </button>
    </dialog>
  );
}
