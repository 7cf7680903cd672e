/** A link within the page: a real one, so that it opens in another tab too; a plain click does not load the page anew. */
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { keepTenant } from './tenant.ts';
import { go, useAddress } from './use_address.ts';

export type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string };

export function Link(props: LinkProps) {
  const { search } = useAddress();
  return (
    <a
      {...props}
      href={keepTenant(props.href, search)}
      onClick={(event) => {
        props.onClick?.(event);
        follow(event, props.href);
      }}
    />
  );
}

/** Also for links in drawings, which are not HTML. */
export function follow(event: MouseEvent, href: string): void {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!plain || event.defaultPrevented) return;
  event.preventDefault();
  go(href);
}
