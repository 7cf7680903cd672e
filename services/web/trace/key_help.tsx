import { useEffect, useRef } from 'react';
import { KEY_HELP } from './keys.ts';

export function KeyHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="key-help panel" aria-labelledby="key-help" onClose={onClose}>
      <header>
        <h2 id="key-help">Keys</h2>
        <button type="button" className="button small end" onClick={onClose}>
          Close
        </button>
      </header>
      <table>
        <tbody>
          {KEY_HELP.map(([keys, meaning]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </dialog>
  );
}
