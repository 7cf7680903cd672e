import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readBody } from '../../../services/collector/http_body.ts';
import { InFlight } from '../../../services/collector/in_flight.ts';

test('a request whose client left before it was read is gone, and holds nothing', async () => {
  const inFlight = new InFlight(1000);
  const request = new PassThrough();
  request.write('half');
  request.destroy();
  await once(request, 'close');
  const body = await readBody(request, 'identity', 100, inFlight.lease({ tenant: 'shop' }));
  expect(body).toEqual({ kind: 'gone' });
  expect(inFlight.bytes).toBe(0);
});
