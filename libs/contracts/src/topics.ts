/** One topic per stream type. The number of partitions is fixed for the life of the topic: the key decides the partition. */
export interface Topic {
  /** Kafka topic name, `fupin.<service>.<stream>.v1`. */
  readonly name: string;
  readonly partitions: number;
}

/** Everything that happens to a household of the register. */
export const HOUSEHOLD_TOPIC: Topic = { name: 'fupin.registry.household.v1', partitions: 6 };

/** The closing of a region's year (年度封库): few events, so one partition. */
export const YEAR_TOPIC: Topic = { name: 'fupin.registry.year.v1', partitions: 1 };

export const TOPICS: readonly Topic[] = [HOUSEHOLD_TOPIC, YEAR_TOPIC];
