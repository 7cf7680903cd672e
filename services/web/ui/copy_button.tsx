/** Copies a text; says for a moment that it did. */
import { useEffect, useState } from 'react';

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  /** What is on the button; absent: Copy. */
  readonly shown?: string;
}

export function CopyButton({ text, label, shown = 'Copy' }: CopyButtonProps) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setSaid(''), 1500);
    return () => window.clearTimeout(timer);
  }, [said]);
  return (
    <button
      type="button"
      className="button small quiet copy"
      aria-label={said === '' ? label : `${label}: ${said}`}
      title={label}
      onClick={() => {
        copy(text).then(
          () => setSaid('Copied'),
          () => setSaid('Not allowed'),
        );
      }}
    >
      {said === '' ? shown : said}
    </button>
  );
}

/** Without TLS a browser has no clipboard for pages; the old way does it there. */
async function copy(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('the browser does not copy');
}
