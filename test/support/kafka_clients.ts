/** The clients behind the Kafka port, for tests of what each of them must do on a real Kafka. */
export const KAFKA_CLIENTS = ['kafkajs', 'direct'] as const;
