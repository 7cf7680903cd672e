/** IP addresses as text from their bytes, and where in an endpoint they go. */

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const GROUPS = 8;

/** Empty where they are not four bytes. */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.length === IPV4_BYTES ? bytes.join('.') : '';
}

/** By RFC 5952: lower case, no leading zeros, the longest run of zeros as `::`. Empty where they are not 16 bytes. */
function ipv6Text(bytes: Uint8Array): string {
  if (bytes.length !== IPV6_BYTES) return '';
  const groups = Array.from(
    { length: GROUPS },
    (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0),
  );
  const hex = groups.map((group) => group.toString(16));
  const run = longestRunOfZeros(groups);
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

/** A mapped address (::ffff:1.2.3.4) is an IPv4 one. */
export function setIpv6(endpoint: { ipv4: string; ipv6: string }, bytes: Uint8Array): void {
  const ipv4 = mappedIpv4Text(bytes);
  if (ipv4 === '') endpoint.ipv6 = ipv6Text(bytes);
  else endpoint.ipv4 = ipv4;
}

function mappedIpv4Text(bytes: Uint8Array): string {
  const isMapped =
    bytes.length === IPV6_BYTES && bytes.subarray(0, 12).every((byte, at) => byte === (at < 10 ? 0 : 0xff));
  return isMapped ? ipv4Text(bytes.subarray(12)) : '';
}

function longestRunOfZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}
