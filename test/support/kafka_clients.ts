/** The clients behind the Kafka port, the default first, for tests of what each of them must do on a real Kafka. */
export const KAFKA_CLIENTS = ['direct', 'kafkajs'] as const;
