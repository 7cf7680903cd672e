import { expect, test } from '@jest/globals';
import { dropsIn } from '../../../services/collector/udp_kernel_drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  426: 0100007F:1AAF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 36573 2 00000000a1 17
  427: 00000000:1AAF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 36574 2 00000000a2 3
  428: 0100007F:1AB0 0100007F:1AAF 07 00000000:00000000 00:00000000 00000000     0        0 36575 2 00000000a3 99
`;

test('the drops of a port are those of all its sockets', () => {
  expect(dropsIn(TABLE, 6831)).toBe(20);
  expect(dropsIn(TABLE, 6832)).toBe(99);
});

test('a port that nobody has open, and a table that is not there, have none', () => {
  expect(dropsIn(TABLE, 1)).toBe(0);
  expect(dropsIn('', 6831)).toBe(0);
});
