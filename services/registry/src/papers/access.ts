import { assertScope, Problem, type Caller } from '@fupin/service';
import { seesNames } from '../vault/masking.js';

/**
 * Who prints: village and township workers for their own township, and the county for whoever it answers for with the
 * scope `person:read`. Throws the 403 problems `role-not-allowed` and `scope-missing`.
 */
export function assertMayPrint(caller: Caller, village: string): void {
  if (seesNames(caller, village)) return;
  if (caller.role === 'county') return assertScope(caller, 'person:read');
  throw new Problem('role-not-allowed', {
    detail:
      'Papers with names are printed by the village, its township, or the county with the scope person:read',
    detailZh: '含个人信息的材料仅限本村、本乡镇或具有 person:read 权限的县级用户打印',
  });
}
