import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { createLogger, ServiceConfig } from '@fupin/service';
import { Pool } from 'pg';
import { PersonVault } from './person-vault.js';
import { findRotation, remainingRows, startRotation, type Rotation } from './rotation.js';
import { startRotationWorker, type RotationWorker } from './rotation-worker.js';
import type { RotationView } from './rotations.dto.js';

/** Rotations of the vault's key within this instance: begins them, shows them, takes part in them. */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnModuleDestroy {
  private worker: RotationWorker | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly vault: PersonVault,
    private readonly config: ServiceConfig,
  ) {}

  onApplicationBootstrap(): void {
    const logger = createLogger(this.config);
    this.worker = startRotationWorker({
      pool: this.pool,
      keys: this.vault.keys,
      log: (level, fields, message) => logger[level](fields, message),
    });
  }

  /** Before the pool closes: the batch under way ends, the rest goes on after the restart. */
  async onModuleDestroy(): Promise<void> {
    await this.worker?.stop();
  }

  /** Begins a rotation to the current key, or gives the one that runs. */
  async start(subject: string): Promise<RotationView> {
    const rotation = await startRotation(this.pool, this.vault.keys, subject);
    this.worker?.wake();
    return this.view(rotation);
  }

  async find(id: string): Promise<RotationView | undefined> {
    const rotation = await findRotation(this.pool, id);
    return rotation && this.view(rotation);
  }

  private async view(rotation: Rotation): Promise<RotationView> {
    return {
      ...rotation,
      startedAt: rotation.startedAt.toISOString(),
      finishedAt: rotation.finishedAt?.toISOString(),
      remaining: await remainingRows(this.pool, rotation.keyId),
    };
  }
}
