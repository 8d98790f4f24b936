import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { addDays, type BusinessDate } from './business-date.js';
import { ancestorsOf, isRegionCode, levelOf, parentOf, type RegionCode, type RegionLevel } from './region.js';

// The administrative divisions of Hubei and Hunan with their dated codes. Reads files, so it has an entry of its own:
// `@fupin/domain/divisions`.

/**
 * `official`: a division of the state. `placeholder`: 4290, which gathers the counties directly under the province and is no
 * city. `statistical`: an area the statistics code like a county (421071, 421171) that is none.
 */
export type DivisionKind = 'official' | 'placeholder' | 'statistical';

export interface Division {
  readonly code: RegionCode;
  readonly name: string;
  readonly level: RegionLevel;
  readonly kind: DivisionKind;
  readonly parent?: RegionCode;
  /** First day of this code; absent when it is older than the register (2014). */
  readonly validFrom?: BusinessDate;
  /** Last day of this code; absent while it is in use. */
  readonly validTo?: BusinessDate;
  /** The code that took this one's place. */
  readonly successor?: RegionCode;
}

/** A county code that changed; township and village codes below it changed their prefix with it. */
export interface CodeChange {
  readonly oldCode: RegionCode;
  readonly oldName: string;
  readonly newCode: RegionCode;
  /** First day of the new code. */
  readonly validFrom: BusinessDate;
  /** `sourced`: a public page names the day. `assumed`: only the year or month is sure. */
  readonly status: 'sourced' | 'assumed';
  readonly source: string;
}

export interface Divisions {
  /** The division of a code, in use or former; `undefined` when there is none. */
  find(code: RegionCode): Division | undefined;
  /** Its name; `undefined` when there is none. */
  nameOf(code: RegionCode): string | undefined;
  /** Names from the province down without a gap (湖北省恩施土家族苗族自治州巴东县); the placeholder 4290 is left out. */
  pathName(code: RegionCode): string | undefined;
  /** The divisions one level below, in code order, in use today; of a former code those of its successor. */
  childrenOf(code: RegionCode): readonly Division[];
  /** Whether the code is in use or was at some time since 2014. */
  exists(code: RegionCode): boolean;
  /** Whether the code was in use on that day. */
  existedOn(code: RegionCode, on: BusinessDate): boolean;
  /** The code that took the place of a former one (any level); `undefined` for a code in use or unknown. */
  successorOf(oldCode: RegionCode): RegionCode | undefined;
  /** The code in use today for a code in use or former; `undefined` when unknown. Store this one. */
  currentCode(code: RegionCode): RegionCode | undefined;
  /** The code the same division had on that day; `undefined` when unknown. */
  codeOn(code: RegionCode, on: BusinessDate): RegionCode | undefined;
  /** All villages within a region, in code order. */
  villagesOf(code: RegionCode): readonly Division[];
  /** The provinces whose divisions are known. */
  provinces(): readonly Division[];
  /** The known changes of county codes. */
  codeChanges(): readonly CodeChange[];
}

/** Provinces whose data files are in data/. */
const PROVINCES = ['42', '43'];
/** `data` lies beside `src` and `dist`, so the same path is right from both. */
const DATA = new URL('../data/', import.meta.url);

let loaded: Divisions | undefined;

/** The divisions, one instance per process. A province's file (0.2 MB) is read when one of its codes is first asked for. */
export function loadDivisions(): Divisions {
  loaded ??= createDivisions(
    parseChanges(readFileSync(new URL('code-changes.csv', DATA), 'utf8')),
    (province) => gunzipSync(readFileSync(new URL(`divisions-${province}.csv.gz`, DATA))).toString('utf8'),
  );
  return loaded;
}

interface Province {
  readonly names: ReadonlyMap<RegionCode, string>;
  readonly children: ReadonlyMap<RegionCode, readonly RegionCode[]>;
}

/** Divisions over given changes and a reader of a province's `code,name` table; tests give their own. */
export function createDivisions(
  changes: readonly CodeChange[],
  readProvince: (province: string) => string,
): Divisions {
  const provinces = new Map<string, Province>();
  const byOld = new Map(changes.map((change) => [change.oldCode, change]));
  const byNew = new Map(changes.map((change) => [change.newCode, change]));

  function province(code: RegionCode): Province | undefined {
    const key = code.slice(0, 2);
    if (!PROVINCES.includes(key)) return undefined;
    const known = provinces.get(key) ?? parseProvince(readProvince(key));
    provinces.set(key, known);
    return known;
  }
  const currentName = (code: RegionCode) =>
    isRegionCode(code) ? province(code)?.names.get(code) : undefined;
  const renamed = (code: RegionCode, change: CodeChange, to: 'oldCode' | 'newCode') =>
    change[to] + code.slice(6);

  function successorOf(code: RegionCode): RegionCode | undefined {
    const change = byOld.get(code.slice(0, 6));
    if (!change || currentName(code) !== undefined) return undefined;
    const successor = renamed(code, change, 'newCode');
    return currentName(successor) === undefined ? undefined : successor;
  }
  const currentCode = (code: RegionCode) => (currentName(code) === undefined ? successorOf(code) : code);

  function find(code: RegionCode): Division | undefined {
    const successor = successorOf(code);
    const name = currentName(successor ?? code);
    if (name === undefined) return undefined;
    const level = levelOf(code);
    const parent = parentOf(code);
    const former = successor === undefined ? undefined : byOld.get(code.slice(0, 6));
    const since = former ? undefined : byNew.get(code.slice(0, 6))?.validFrom;
    return {
      code,
      name: former && level === 'county' ? former.oldName : name,
      level,
      kind: kindOf(code),
      ...(parent !== undefined && { parent }),
      ...(since !== undefined && { validFrom: since }),
      ...(former && successor !== undefined && { validTo: addDays(former.validFrom, -1), successor }),
    };
  }

  function childCodes(code: RegionCode): readonly RegionCode[] {
    const current = currentCode(code);
    return current === undefined ? [] : (province(current)?.children.get(current) ?? []);
  }
  const present = (codes: readonly RegionCode[]) =>
    codes.map(find).filter((division) => division !== undefined);

  function villages(code: RegionCode): readonly RegionCode[] {
    const current = currentCode(code);
    if (current === undefined) return [];
    return levelOf(current) === 'village' ? [current] : childCodes(current).flatMap(villages);
  }

  function existedOn(code: RegionCode, on: BusinessDate): boolean {
    const division = find(code);
    if (!division) return false;
    return (
      (division.validFrom === undefined || on >= division.validFrom) &&
      (division.validTo === undefined || on <= division.validTo)
    );
  }

  return {
    find,
    nameOf: (code) => find(code)?.name,
    pathName: (code) => {
      if (!find(code)) return undefined;
      const path = present(ancestorsOf(code)).filter((division) => division.kind !== 'placeholder');
      return path
        .reverse()
        .map((division) => division.name)
        .join('');
    },
    childrenOf: (code) => present(childCodes(code)),
    exists: (code) => currentCode(code) !== undefined,
    existedOn,
    successorOf,
    currentCode,
    codeOn: (code, on) => {
      const current = currentCode(code);
      const change = current === undefined ? undefined : byNew.get(current.slice(0, 6));
      return current !== undefined && change && on < change.validFrom
        ? renamed(current, change, 'oldCode')
        : current;
    },
    villagesOf: (code) => present(villages(code)),
    provinces: () => present(PROVINCES),
    codeChanges: () => changes,
  };
}

/** What kind of division a code is. Counties have 01–69 and 81–99 as their last two digits; 71–79 are statistical areas. */
function kindOf(code: RegionCode): DivisionKind {
  if (code === '4290') return 'placeholder';
  return code.length >= 6 && code[4] === '7' ? 'statistical' : 'official';
}

function parseProvince(table: string): Province {
  const names = new Map<RegionCode, string>();
  const children = new Map<RegionCode, RegionCode[]>();
  for (const line of table.split('\n').slice(1)) {
    const comma = line.indexOf(',');
    if (comma < 0) continue;
    const code = line.slice(0, comma);
    names.set(code, line.slice(comma + 1).trimEnd());
    const parent = parentOf(code);
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(code);
    else children.set(parent, [code]);
  }
  return { names, children };
}

function parseChanges(table: string): CodeChange[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [oldCode = '', oldName = '', newCode = '', validFrom = '', status, ...source] = line.split(',');
      return {
        oldCode,
        oldName,
        newCode,
        validFrom,
        status: status === 'sourced' ? 'sourced' : 'assumed',
        source: source.join(','),
      };
    });
}
