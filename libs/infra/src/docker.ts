import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import { cacheFolder } from './cache.js';

/** What to run as a container. */
export interface ContainerPlan {
  readonly engine: ContainerRuntimeClient;
  readonly image: string;
  /** Throws when the port that was asked for is taken. */
  claimPort(): Promise<void>;
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** The server's port inside. */
  readonly port: number;
  /** The port on the host; default: one that the engine chooses. */
  readonly hostPort?: number;
  /** A named volume for the data, and where it goes. Without: the data ends with the container. */
  readonly volume?: { readonly name: string; readonly path: string };
  /** Whether the server that answers at `host:port` is the container's. */
  probe(host: string, port: number): Promise<boolean>;
}

export interface RunningContainer {
  readonly host: string;
  readonly port: number;
  /** Stops and removes the container (a named volume stays). */
  readonly stop: () => Promise<void>;
}

const LABEL = 'dev.fupin.run';
const ANSWER_MS = 5_000;
const PULL_MS = 90_000;
const READY_MS = 60_000;
/** So long an image that could not be pulled is not asked for again. */
const FORGET_MS = 3_600_000;

/** The Docker engine, when one answers in a few seconds. FUPIN_SERVERS=embedded leaves Docker out. */
export async function dockerEngine(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ContainerRuntimeClient | undefined> {
  if (env['FUPIN_SERVERS'] === 'embedded' || !mayHaveEngine(env)) return undefined;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return within(ANSWER_MS, getContainerRuntimeClient()).catch(() => undefined);
}

/** Whether there is any sign of an engine; spares the second that loading testcontainers takes where there is none. */
function mayHaveEngine(env: NodeJS.ProcessEnv): boolean {
  const home = homedir();
  const places = [
    '/var/run/docker.sock',
    join(env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`, 'docker.sock'),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.testcontainers.properties'),
  ];
  return (
    Boolean(env['DOCKER_HOST'] ?? env['TESTCONTAINERS_HOST_OVERRIDE']) ||
    places.some((place) => existsSync(place))
  );
}

/** Makes sure that the engine has the image, pulling it in bounded time. Throws when it cannot be had. */
export async function ensureImage(
  engine: ContainerRuntimeClient,
  image: string,
  log: (line: string) => void,
): Promise<void> {
  const { ImageName } = await import('testcontainers').then((module) => ({ ImageName: module.ImageName }));
  const name = ImageName.fromString(image);
  if (await engine.image.exists(name)) return;
  const note = join(cacheFolder(), `no-image-${image.replaceAll(/[^a-z0-9.]/g, '-')}`);
  const failedAt = statSync(note, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - failedAt < FORGET_MS)
    throw new Error(`the image ${image} could not be pulled a short while ago`);
  log(`Pulling the image ${image}`);
  try {
    await within(PULL_MS, engine.image.pull(name));
    if (!(await engine.image.exists(name))) throw new Error('the engine does not have it after the pull');
  } catch (error) {
    mkdirSync(cacheFolder(), { recursive: true });
    writeFileSync(note, '');
    throw new Error(
      `the image ${image} cannot be pulled: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Starts the container and waits until its server answers. It ends with this process, however that ends. */
export async function startContainer(plan: ContainerPlan): Promise<RunningContainer> {
  await volumeFree(plan);
  await plan.claimPort();
  // reaper.mjs does what Ryuk would do, without a further image.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const { GenericContainer } = await import('testcontainers');
  const run = randomUUID();
  const stop = reaper(run, plan.volume === undefined ? 0 : 20);
  try {
    let container = new GenericContainer(plan.image)
      .withEnvironment({ ...plan.environment })
      .withLabels({ [LABEL]: run })
      .withExposedPorts(
        plan.hostPort === undefined ? plan.port : { container: plan.port, host: plan.hostPort },
      )
      .withStartupTimeout(READY_MS);
    if (plan.command !== undefined) container = container.withCommand([...plan.command]);
    if (plan.volume !== undefined)
      container = container.withBindMounts([
        { source: plan.volume.name, target: plan.volume.path, mode: 'rw' },
      ]);
    const started = await container.start();
    const address = { host: started.getHost(), port: started.getMappedPort(plan.port) };
    await untilReady(plan, started, address);
    return { ...address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Waits until no container has the volume: a former run's may still be closing, and two servers on one folder destroy it
 * (neither sees the other's processes).
 */
async function volumeFree({ engine, volume }: ContainerPlan): Promise<void> {
  if (volume === undefined) return;
  for (let turn = 0; ; turn++) {
    const users = await engine.container.dockerode.listContainers({
      all: true,
      filters: { volume: [volume.name] },
    });
    if (users.length === 0) return;
    if (turn === 45)
      throw new Error(
        `the volume ${volume.name} is in use by the container ${users[0]?.Id.slice(0, 12) ?? ''}`,
      );
    await sleep(1_000);
  }
}

async function untilReady(
  plan: ContainerPlan,
  started: StartedTestContainer,
  at: { host: string; port: number },
): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await plan.probe(at.host, at.port))) {
    if (Date.now() > end)
      throw new Error(
        `${plan.image} does not answer at ${at.host}:${at.port} (container ${started.getId().slice(0, 12)})`,
      );
    await sleep(100);
  }
}

/** Starts the process that removes this run's containers when we end; gives the function that makes it do so now. */
function reaper(run: string, graceSeconds: number): () => Promise<void> {
  const script = join(import.meta.dirname, '..', 'reaper.mjs');
  const child = spawn(process.execPath, [script, LABEL, run, String(graceSeconds)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  return async () => {
    child.ref();
    child.stdin.end();
    await gone;
  };
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What a data folder remembers of the servers that Docker runs for it; the data itself lies in named volumes. */
export interface DockerMemory {
  readonly id: string;
  readonly password: string;
}

const memoryFile = (dataDir: string, server: string): string => join(dataDir, `${server}.docker.json`);

/** The memory of an earlier run in `dataDir`, if Docker ran this server then. */
export function dockerMemory(dataDir: string, server: string): DockerMemory | undefined {
  const file = memoryFile(dataDir, server);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DockerMemory) : undefined;
}

/** Notes in `dataDir` that Docker keeps this server's data. */
export function rememberDocker(dataDir: string, server: string, memory: DockerMemory): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(memoryFile(dataDir, server), `${JSON.stringify(memory)}\n`, { mode: 0o600 });
}
