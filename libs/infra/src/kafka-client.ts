import { Kafka, logLevel } from 'kafkajs';

/** A kafkajs client for the few questions asked here: it tries once, quickly, and logs nothing. */
export const quietKafka = (brokers: string, timeoutMs = 2_000): Kafka =>
  new Kafka({
    clientId: 'fupin-infra',
    brokers: brokers.split(',').map((broker) => broker.trim()),
    logLevel: logLevel.NOTHING,
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    retry: { retries: 0 },
  });

/** The id of the cluster that answers at `brokers`, once its broker and controller are up; undefined when none does. */
export async function clusterIdOf(brokers: string, timeoutMs = 2_000): Promise<string | undefined> {
  const admin = quietKafka(brokers, timeoutMs).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.brokers.length > 0 && cluster.controller !== null ? cluster.clusterId : undefined;
  } catch {
    return undefined;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
