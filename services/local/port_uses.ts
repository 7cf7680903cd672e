/** Every port that the local stack listens on, and what to set in order to use another one. */
import { SHOP_SERVICES } from '../../demo/settings.ts';
import { LOCAL_SETTINGS } from './settings.ts';
import { SERVICES } from './services.ts';

export interface PortUse {
  readonly process: string;
  readonly port: number;
  readonly remedy: string;
}

/** From the settings' tables: what has the unit `port` (or `port | off`) there is listened on, but for UDP. */
export function portUses(
  values: Readonly<Record<string, unknown>>,
  local: { readonly kafkaPort: number; readonly clickhousePort: number; readonly demo: boolean },
): PortUse[] {
  const { kafkaBrokers, kafkaControllerPort, clickhouseUrl, clickhouseTcpPort } = LOCAL_SETTINGS;
  const use = (process: string, env: string): PortUse => ({
    process,
    port: Number(values[env]),
    remedy: `${env}=PORT`,
  });
  const servers: PortUse[] = [
    { process: 'Kafka', port: local.kafkaPort, remedy: `${kafkaBrokers.env}=127.0.0.1:PORT` },
    use('Kafka', kafkaControllerPort.env),
    {
      process: 'ClickHouse',
      port: local.clickhousePort,
      remedy: `${clickhouseUrl.env}=http://127.0.0.1:PORT`,
    },
    use('ClickHouse', clickhouseTcpPort.env),
  ];
  const services = SERVICES.flatMap(({ name, settings }) =>
    Object.values(settings)
      .filter((setting) => setting.unit.startsWith('port') && Number(values[setting.env]) > 0)
      .map((setting) => use(name, setting.env)),
  );
  return [...servers, ...services, ...(local.demo ? shopUses(values) : [])];
}

function shopUses(values: Readonly<Record<string, unknown>>): PortUse[] {
  const basePort = Number(values['SPANMILL_DEMO_BASE_PORT']);
  return SHOP_SERVICES.map((service, index) => ({
    process: `shop-${service}`,
    port: basePort + index,
    remedy: `SPANMILL_DEMO_BASE_PORT=PORT (the shop takes ${SHOP_SERVICES.length} in a row), or go without: DEMO=0`,
  }));
}
