import { loadDivisions } from '@fupin/domain/divisions';

/** A village as papers name it. */
export interface VillageName {
  readonly code: string;
  /** 陈家岭村; the divisions' tables name the committee instead of the village. */
  readonly name: string;
  /** From the province down. */
  readonly path: string;
  /** 陈家岭村村民委员会: who posts the list and stamps the record. */
  readonly committee: string;
  /** 东瀼口镇人民政府 */
  readonly township: string;
}

/** How papers name a village, its committee and its township. */
export function villageName(code: string): VillageName {
  const divisions = loadDivisions();
  const official = divisions.nameOf(code) ?? code;
  const name = placeOf(official);
  const path = divisions.pathName(code) ?? code;
  return {
    code,
    name,
    path: path.endsWith(official) ? path.slice(0, -official.length) + name : path,
    committee: committeeOf(name),
    township: governmentOf(divisions.nameOf(code.slice(0, 9)) ?? ''),
  };
}

/** 陈家岭村委会, 陈家岭村村委会 and 陈家岭村民委员会 are all 陈家岭村; 光明社区居委会 is 光明社区. */
export const placeOf = (official: string): string =>
  official
    .replace(/村(?:村民委员会|村委会|民委员会|委员会|委会)$/u, '村')
    .replace(/(?:居民委员会|居委会)$/u, '');

export function committeeOf(name: string): string {
  if (name.endsWith('村')) return `${name}村民委员会`;
  return name.endsWith('社区') ? `${name}居民委员会` : name;
}

export function governmentOf(township: string): string {
  if (/[镇乡]$/u.test(township)) return `${township}人民政府`;
  return township.endsWith('街道') ? `${township}办事处` : township;
}
