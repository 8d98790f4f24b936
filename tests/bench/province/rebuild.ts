import { forgetPeak, peakMemory, ProgressLine, sleep } from './measure.js';
import type { System } from './system.js';

export interface Rebuilt {
  readonly events: number;
  readonly seconds: number;
  /** Resident memory of the projection at its highest, MB. */
  readonly peakMb: number;
}

interface RebuildView {
  readonly id: number;
  readonly outcome: string;
  readonly events?: number | null;
  readonly seconds?: number | null;
  readonly failure?: string | null;
  readonly lag?: number;
}

/** Asks the projection to build all its read models anew beside the live ones, and waits for the swap. */
export async function rebuildAll(
  system: System,
  events: number,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Rebuilt> {
  const headers = { authorization: `Bearer ${system.token}` };
  const url = `${system.projectionUrl}/v1/projector/rebuilds`;
  const line = new ProgressLine('rebuild', events, log);
  forgetPeak(system.processes.projection);
  const started = await fetch(url, { method: 'POST', headers });
  if (started.status !== 202) throw new Error(`rebuild: ${started.status} ${await started.text()}`);
  const { id } = (await started.json()) as { id: number };
  for (;;) {
    await sleep(250);
    signal.throwIfAborted();
    system.assertAlive();
    const answer = (await (await fetch(url, { headers })).json()) as { items: RebuildView[] };
    const view = answer.items.find((item) => item.id === id);
    if (view?.outcome === 'swapped')
      return {
        events: view.events ?? 0,
        seconds: view.seconds ?? Number.NaN,
        peakMb: peakMemory(system.processes.projection),
      };
    if (view?.outcome === 'failed') throw new Error(`the rebuild failed: ${view.failure}`);
    if (view?.lag !== undefined) line.show(events - view.lag);
  }
}
