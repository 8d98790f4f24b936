import { connect } from 'node:net';

const METADATA = 3;
const VERSION = 5;

/**
 * The id of the cluster that answers at `brokers` (`host:port`, several separated by commas) once it has a controller;
 * undefined when none does in time. One Metadata request by hand: a whole client library would be ten times slower here.
 */
export async function clusterIdOf(brokers: string, timeoutMs = 2_000): Promise<string | undefined> {
  for (const broker of brokers.split(',')) {
    const [, host, port] = /^\s*(.+):(\d+)\s*$/.exec(broker) ?? [];
    if (host === undefined || port === undefined) continue;
    const answer = await ask(host.replace(/^\[(.*)\]$/, '$1'), Number(port), timeoutMs).catch(
      () => undefined,
    );
    const id = answer === undefined ? undefined : clusterId(answer);
    if (id !== undefined) return id;
  }
  return undefined;
}

function ask(host: string, port: number, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), timeoutMs);
    socket.once('connect', () => socket.write(request()));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < 4 || all.length < 4 + all.readInt32BE(0)) return;
      resolve(all.subarray(4));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('closed'));
    });
  });
}

/** Size, header (key, version, correlation id, client id), no topics, do not create any. */
function request(): Buffer {
  const client = Buffer.from('fupin-infra');
  const buffer = Buffer.alloc(4 + 10 + client.length + 5);
  let at = buffer.writeInt32BE(buffer.length - 4, 0);
  at = buffer.writeInt16BE(METADATA, at);
  at = buffer.writeInt16BE(VERSION, at);
  at = buffer.writeInt32BE(1, at);
  at = buffer.writeInt16BE(client.length, at);
  at += client.copy(buffer, at);
  at = buffer.writeInt32BE(0, at);
  buffer.writeInt8(0, at);
  return buffer;
}

/** Reads correlation id, throttle time, brokers (id, host, port, rack), cluster id, controller id. */
function clusterId(answer: Buffer): string | undefined {
  let at = 8;
  const int = (): number => answer.readInt32BE((at += 4) - 4);
  const text = (): string | undefined => {
    const length = answer.readInt16BE((at += 2) - 2);
    if (length < 0) return undefined;
    return answer.toString('utf8', at, (at += length));
  };
  try {
    const brokers = int();
    for (let each = 0; each < brokers; each++) {
      int();
      text();
      int();
      text();
    }
    const id = text();
    return brokers > 0 && int() >= 0 ? id : undefined;
  } catch {
    return undefined; // something else than Kafka answered
  }
}
