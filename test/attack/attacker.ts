/** An attack as a process of its own: `attacker.ts NAME TARGET`, the target as JSON. Prints what it saw as JSON, and ends by itself. */
import { ATTACKS } from './attacks.ts';
import type { AttackTarget } from './attack.ts';

const [name, target = '{}'] = process.argv.slice(2);
const attack = ATTACKS.find((one) => one.name === name);
if (attack === undefined) throw new RangeError(`there is no attack ${String(name)}`);
const seen = await attack.run(JSON.parse(target) as AttackTarget);
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
