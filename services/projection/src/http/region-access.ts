import type { RegionCode } from '@fupin/domain';
import { isRegionCode } from '@fupin/domain';
import type { Division } from '@fupin/domain/divisions';
import { loadDivisions } from '@fupin/domain/divisions';
import type { Caller } from '@fupin/service';
import { assertWithin, Problem, validationProblem } from '@fupin/service';

/**
 * The region a request asks about, by the code in use today (a former code leads to its successor). 400 when it is no
 * code, 404 when there is no such region, 403 when it lies outside the caller's region.
 */
export function regionFor(caller: Caller, code: string, field = 'region'): Division {
  if (!isRegionCode(code))
    throw validationProblem([
      {
        field,
        code: 'region-code',
        detail: 'A region code has 2, 4, 6, 9 or 12 digits',
        detailZh: '行政区划代码须为 2、4、6、9 或 12 位数字',
      },
    ]);
  const divisions = loadDivisions();
  const current = divisions.currentCode(code);
  const region = current === undefined ? undefined : divisions.find(current);
  assertWithin(caller, region?.code ?? code, field);
  if (!region)
    throw new Problem('not-found', {
      field,
      detail: 'There is no region of this code',
      detailZh: '没有该代码的行政区划',
    });
  return region;
}

/** Name of a region by its code; the code itself where the divisions do not know it. */
export const nameOf = (code: RegionCode): string => loadDivisions().nameOf(code) ?? code;
/** Names from the province down. */
export const pathNameOf = (code: RegionCode): string => loadDivisions().pathName(code) ?? code;
