// The relay alone in a process of its own, from the built code, so that its memory is the relay's and nothing else's.
import { connectKafka, startRelay } from '@fupin/event-sourcing';
import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import pg from 'pg';

const [, , url, brokers] = process.argv;
const pool = new pg.Pool({ connectionString: url, max: 3 });
const kafka = connectKafka({ brokers });
const relay = startRelay({
  pool,
  kafka,
  streamTopics: new Map([['registry.household', HOUSEHOLD_TOPIC]]),
  source: '/fupin/bench',
});
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
  process.send?.({ position: relay.status().position, peakMb: peak / 2 ** 20 });
}, 50);
process.on('message', async () => {
  clearInterval(watch);
  await relay.stop();
  await kafka.close();
  await pool.end();
  process.disconnect();
});
