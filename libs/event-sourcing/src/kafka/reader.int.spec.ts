import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { randomUUID } from 'node:crypto';
import { payload, pipeline, type Pipeline } from '../../test/pipeline.js';

/** Collects garbage now; the flag need not be given at the start. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('reading a partition', () => {
  let p: Pipeline;
  beforeAll(async () => void (p = await pipeline({ partitions: 1 })));
  afterAll(() => p.stop());

  it('holds nothing of what it has given away: a projector reads for years', async () => {
    await p.kafka.createTopics([p.topic]);
    const producer = p.kafka.producer();
    const message = {
      partition: 0,
      key: randomUUID(),
      value: payload(1, 1),
      timestamp: Date.now(),
      headers: { fupin_position: '1' },
    };
    await producer.send([
      { topic: p.topic.name, topicId: await p.kafka.topicId(p.topic.name), messages: [message] },
    ]);
    await producer.close();
    const reader = p.kafka.reader(p.topic.name, 0);
    const read = async (): Promise<WeakRef<object>> => {
      const fetched = await reader.fetch(0);
      if (fetched.outcome !== 'messages') throw new Error(fetched.outcome);
      expect(fetched.messages).toHaveLength(1);
      return new WeakRef(fetched.messages);
    };
    const first = await read();
    for (let more = 0; more < 3; more += 1) await read();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(first.deref()).toBeUndefined();
    await reader.close();
  });
});
