/**
 * Kafka and ClickHouse in containers, where an engine runs and the images are there already. It pulls nothing: a test
 * run must not depend on a registry or wait for one.
 */
import type { StartedTestContainer } from 'testcontainers';
import { brokerSettings } from '../../services/local/kafka_server.ts';
import { freePorts } from './free_ports.ts';
import type { ServerAddresses, ServerName } from './servers.ts';

const IMAGES: Readonly<Record<ServerName, string>> = {
  kafka: 'apache/kafka:4.1.0',
  clickhouse: 'clickhouse/clickhouse-server:26.7',
};

export interface StartedContainers {
  readonly addresses: ServerAddresses;
  stop(): Promise<void>;
}

/** The running containers, or why there are none. */
export async function startContainers(wanted: readonly ServerName[]): Promise<StartedContainers | string> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const engine = await getContainerRuntimeClient().catch(() => null);
  if (engine === null) return 'no Docker engine';
  for (const name of wanted) {
    if (!(await engine.image.exists(ImageName.fromString(IMAGES[name]))))
      return `Docker lacks ${IMAGES[name]}`;
  }

  const containers: StartedTestContainer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(containers.map((container) => container.stop()));
  };
  try {
    const addresses: ServerAddresses = {};
    for (const name of wanted) {
      const [container, address] = await (name === 'kafka' ? startKafka() : startClickHouse());
      containers.push(container);
      addresses[name] = address;
    }
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startKafka(): Promise<[StartedTestContainer, string]> {
  const { GenericContainer, Wait } = await import('testcontainers');
  // The broker tells clients its address, so its port is the same inside and outside.
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const settings = {
    ...brokerSettings({ dataDir: '/tmp/kafka', port, controllerPort }),
    listeners: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  };
  const environment = Object.entries<string | number | boolean>(settings).map(
    ([name, value]): [string, string] => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, String(value)],
  );
  const container = await new GenericContainer(IMAGES.kafka)
    .withEnvironment(Object.fromEntries(environment))
    .withExposedPorts({ container: port, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return [container, `127.0.0.1:${port}`];
}

async function startClickHouse(): Promise<[StartedTestContainer, string]> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(IMAGES.clickhouse)
    // Without it the image lets the default user in from inside the container only.
    .withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
    .withExposedPorts(8123)
    .withWaitStrategy(Wait.forHttp('/ping', 8123))
    .start();
  return [container, `http://${container.getHost()}:${container.getMappedPort(8123)}`];
}
