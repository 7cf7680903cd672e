/** All attacks, in the order in which they are run. */
import type { Attack } from './attack.ts';
import { BODY_ATTACKS } from './attacks/bodies.ts';
import { CONNECTION_ATTACKS } from './attacks/connections.ts';
import { HTTP2_ATTACKS } from './attacks/http2.ts';
import { PACKET_ATTACKS } from './attacks/packets.ts';
import { TENANT_ATTACKS } from './attacks/tenants.ts';

export const ATTACKS: readonly Attack[] = [
  ...BODY_ATTACKS,
  ...CONNECTION_ATTACKS,
  ...HTTP2_ATTACKS,
  ...PACKET_ATTACKS,
  ...TENANT_ATTACKS,
];
