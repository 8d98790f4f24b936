/** 密钥轮换 */
export class RotationView {
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  id!: string;
  /** The key that everything comes under, with its suite / 目标密钥 @example "sm4:k2" */
  keyId!: string;
  /** @example running */
  state!: 'running' | 'completed' | 'failed';
  /** @example "2018-06-30T01:30:00.000Z" */
  startedAt!: string;
  /** @example "2018-06-30T01:42:00.000Z" */
  finishedAt: string | undefined;
  /** Rows sealed anew / 已重新加密行数 @example 58000 */
  resealed!: number;
  /** How often it has gone through all tables / 轮次 @example 1 */
  pass!: number;
  /** Rows that are not under this key yet, by table / 剩余行数 @example {"person_vault": 1200} */
  remaining!: Record<string, number>;
  /** Why it has failed / 失败原因 @example "person_vault 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 does not open with key k1: VAULT_KEYS holds no key k1" */
  problem: string | undefined;
}
