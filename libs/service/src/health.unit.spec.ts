import { ReadinessChecks } from './health.js';

describe('ReadinessChecks', () => {
  it('is ready when every check holds, and says which does not, without secrets', async () => {
    const checks = new ReadinessChecks();
    checks.add('database', () => undefined);
    checks.add('relay', async () => ({ lag: 3 }));
    expect(await checks.run()).toEqual({
      status: 'ready',
      checks: { database: { ok: true }, relay: { ok: true, detail: { lag: 3 } } },
    });
    checks.add('database', () => {
      throw new Error('postgres://fupin:secret@db refuses');
    });
    expect(await checks.run()).toMatchObject({
      status: 'notReady',
      checks: { database: { ok: false, detail: 'postgres://fupin:[secret]@db refuses' } },
    });
    checks.drain();
    expect((await checks.run()).status).toBe('draining');
  });
});
