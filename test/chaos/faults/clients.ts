/** Clients that behave badly: they hang up before the answer, or their clocks are wrong. */
import { pickOne, type Fault } from './fault.ts';

const HOUR_MS = 3_600_000;
const HANG_UPS = 0.3;

export const CLIENTS: readonly Fault[] = [
  {
    name: 'clients-disconnect',
    what: 'clients close the connection before the answer, and send the same again',
    touches: ['clients'],
    seconds: { short: 6, long: 20 },
    inject: ({ load, note }) => {
      load.setBehaviour({ disconnectEarly: HANG_UPS });
      note(`${HANG_UPS * 100} % of the requests`);
      return Promise.resolve(() => {
        load.setBehaviour({});
        return Promise.resolve();
      });
    },
  },
  {
    name: 'clock-skew',
    what: 'spans carry times that are hours off',
    touches: ['clients'],
    seconds: { short: 6, long: 20 },
    inject: ({ load, random, note }) => {
      const hours = pickOne([-7, -3, 2, 5], random);
      load.setBehaviour({ skewClockMs: hours * HOUR_MS });
      note(`by ${hours} h`);
      return Promise.resolve(() => {
        load.setBehaviour({});
        return Promise.resolve();
      });
    },
  },
];
