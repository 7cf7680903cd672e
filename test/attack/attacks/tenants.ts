/** A tenant that sends what it may, but far too much of it, or what costs those behind the collector. */
import { tracesData } from '../../support/otlp_bytes.ts';
import { atRate, post, PROTOBUF, type Attack } from '../attack.ts';
import { traces } from '../spans.ts';

const PHASE = 0xb000_0000;
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
/** Spans of a request. */
const BATCH = 500;

export const TENANT_ATTACKS: readonly Attack[] = [
  {
    name: 'loud-tenant',
    does: 'a tenant that may send 1,000 spans a second sends 50,000',
    run: (target) => {
      const body = traces(PHASE, 0, BATCH / 10, () => 'work');
      return atRate(target, 50_000 / BATCH, () => post(target, body, PROTOBUF));
    },
  },
  {
    name: 'wrong-passwords',
    does: 'basic authentication with a wrong password, 100 a second',
    run: (target) =>
      atRate(target, 100, (number) =>
        post(target, new Uint8Array(0), {
          ...PROTOBUF,
          authorization: `Basic ${Buffer.from(`anna:wrong ${number}`).toString('base64')}`,
        }),
      ),
  },
  {
    name: 'million-operations',
    does: '1,000 spans a second, each of another operation and service',
    run: (target) =>
      atRate(target, 10, (number) => {
        const spans = Array.from({ length: 100 }, (_, i) => ({
          service: `service-${hex(number * 100 + i, 8)}`,
          spans: [
            {
              traceId: hex(PHASE, 8) + hex(number * 100 + i + 1, 24),
              spanId: hex(i + 1, 16),
              name: `work ${letters(number * 100 + i)}`,
              startMs: Date.now(),
            },
          ],
        }));
        return post(target, tracesData(spans), PROTOBUF);
      }),
  },
  {
    name: 'giant-trace',
    does: 'one trace, 1,000 spans a second without an end',
    run: (target) =>
      atRate(target, 10, (number) => {
        const spans = Array.from({ length: 100 }, (_, i) => ({
          ...{ traceId: hex(PHASE + 1, 32), spanId: hex(number * 100 + i + 2, 16), parentId: hex(1, 16) },
          ...{ name: 'leaf', startMs: Date.now() },
        }));
        return post(target, tracesData([{ service: 'giant', spans }]), PROTOBUF);
      }),
  },
];

/** Not digits: those become a placeholder in an operation's name. */
const letters = (value: number): string =>
  value.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 26)));
