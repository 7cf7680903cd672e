/** The address bar as state: read here, changed by links and by `go`. */
import { useSyncExternalStore } from 'react';
import { keepTenant } from './tenant.ts';

export interface Address {
  readonly pathname: string;
  readonly search: URLSearchParams;
}

const MOVED = 'spanmill-moved';

export function useAddress(): Address {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const at = href.indexOf('?');
  return {
    pathname: at < 0 ? href : href.slice(0, at),
    search: new URLSearchParams(at < 0 ? '' : href.slice(at)),
  };
}

/** `replace` leaves no step to go back to: for what changes often, like the chosen span. */
export function go(href: string, { replace = false } = {}): void {
  const kept = keepTenant(href, new URLSearchParams(location.search));
  if (replace) history.replaceState(null, '', kept);
  else {
    history.pushState(null, '', kept);
    scrollTo(0, 0);
  }
  dispatchEvent(new Event(MOVED));
}

/** Changes some parameters of the address; null and '' take one away. */
export function changeSearch(
  changes: Readonly<Record<string, string | null>>,
  options = { replace: true },
): void {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') search.delete(name);
    else search.set(name, value);
  }
  const query = search.toString();
  go(location.pathname + (query === '' ? '' : `?${query}`), options);
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener('popstate', changed);
    removeEventListener(MOVED, changed);
  };
}
