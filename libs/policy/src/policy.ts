import { isBusinessDate, isRegionCode, type BusinessDate, type RegionCode } from '@fupin/domain';

import { PolicyError } from './errors.js';
import type { ParameterName } from './parameters.js';
import type { RuleSetSource } from './parse.js';
import {
  NATION,
  type OpenParameter,
  type Parameter,
  type Policy,
  type RuleSet,
  type RuleSetInfo,
} from './rule-set.js';

/**
 * Builds the policy from rule sets and an installation's settings. Throws PolicyError `invalid-rule-set` for two sets of one
 * region with overlapping periods, an unknown `extends`, or a setting over a value the documents state.
 */
export function createPolicy(sources: readonly RuleSetSource[]): Policy {
  checkTogether(sources);
  const flat = sources.map((source) => ({ source, ...inherited(source, sources) }));
  // Settings come after the documents' sets, wide before narrow in each, so the last one that names a parameter wins.
  const layers = flat.sort(
    (a, b) =>
      Number(a.source.setting) - Number(b.source.setting) || depth(a.source.region) - depth(b.source.region),
  );
  const composed = new Map<string, RuleSet>();

  return {
    at(region, date) {
      if (region !== NATION && !isRegionCode(region))
        throw new PolicyError('invalid-region', 'A region is a code of 2, 4, 6, 9 or 12 digits.');
      if (!isBusinessDate(date))
        throw new PolicyError('invalid-date', 'A date is a real calendar day YYYY-MM-DD.');
      const valid = layers.filter(({ source }) => covers(source, region) && includes(source, date));
      if (!valid.some(({ source }) => !source.setting && source.region === NATION)) {
        const first = sources.map((source) => source.from).sort()[0] ?? 'none';
        throw new PolicyError(
          'no-rule-set',
          `No rule set is valid for ${region} on ${date}: the first one begins on ${first}.`,
        );
      }
      const version = valid.map(({ source }) => `${source.id}@${source.version}`).join('+');
      const known = composed.get(version) ?? compose(version, valid);
      composed.set(version, known);
      return known;
    },
    sets: () => sources.map(infoOf),
  };
}

interface Layer {
  readonly source: RuleSetSource;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly open: ReadonlyMap<string, OpenParameter>;
}

function compose(version: string, layers: readonly Layer[]): RuleSet {
  const parameters = new Map<string, Parameter>();
  const open = new Map<string, OpenParameter>();
  for (const layer of layers) overlay(parameters, open, layer);
  const sorted = [...parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const sortedOpen = [...open.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const find = (name: ParameterName) => parameters.get(name);
  return {
    version,
    sets: layers.map(({ source }) => infoOf(source)),
    find,
    get(name) {
      const found = find(name);
      if (found) return found;
      const left = open.get(name) ?? open.get(name.split('.')[0] ?? '');
      if (left) throw new PolicyError('open-parameter', `${name} has no value in ${version}: ${left.note}.`);
      throw new PolicyError('unknown-parameter', `${name} is not in ${version}.`);
    },
    parameters: () => sorted,
    open: () => sortedOpen,
  };
}

function overlay(
  parameters: Map<string, Parameter>,
  open: Map<string, OpenParameter>,
  layer: Pick<Layer, 'parameters' | 'open'>,
): void {
  for (const [name, left] of layer.open) {
    parameters.delete(name);
    open.set(name, left);
  }
  for (const [name, parameter] of layer.parameters) {
    open.delete(name);
    parameters.set(name, parameter);
  }
}

/** A set's own parameters over those of the set it extends, and so on. */
function inherited(source: RuleSetSource, all: readonly RuleSetSource[]): Pick<Layer, 'parameters' | 'open'> {
  const chain: RuleSetSource[] = [];
  for (let at: RuleSetSource | undefined = source; at;) {
    if (chain.includes(at)) throw new PolicyError('invalid-rule-set', `${source.id} extends itself.`);
    chain.unshift(at);
    const base: string | undefined = at.extends;
    at = base === undefined ? undefined : all.find((other) => other.id === base);
    if (base !== undefined && !at)
      throw new PolicyError('invalid-rule-set', `${source.id} extends the unknown set ${base}.`);
  }
  const parameters = new Map<string, Parameter>();
  const open = new Map<string, OpenParameter>();
  for (const link of chain) overlay(parameters, open, link);
  return { parameters, open };
}

function checkTogether(sources: readonly RuleSetSource[]): void {
  for (const [index, one] of sources.entries()) {
    for (const other of sources.slice(index + 1)) {
      if (one.id === other.id)
        throw new PolicyError('invalid-rule-set', `Two rule sets are called ${one.id}.`);
      if (one.region === other.region && one.setting === other.setting && overlap(one, other)) {
        throw new PolicyError(
          'invalid-rule-set',
          `${one.id} and ${other.id} overlap in time for region ${one.region}.`,
        );
      }
    }
    if (one.setting) checkSetting(one, sources);
  }
}

/** A setting fills what the documents leave open or what is assumed; what a document states stands. */
function checkSetting(setting: RuleSetSource, sources: readonly RuleSetSource[]): void {
  for (const source of sources) {
    if (
      source.setting ||
      !(covers(source, setting.region) || covers(setting, source.region)) ||
      !overlap(source, setting)
    )
      continue;
    for (const name of setting.parameters.keys()) {
      const stated = inherited(source, sources).parameters.get(name);
      if (stated?.status === 'documented') {
        throw new PolicyError(
          'invalid-rule-set',
          `${setting.id}: ${name} is stated by ${stated.ruleId ?? source.id} and no setting.`,
          stated.ruleId,
        );
      }
    }
  }
}

const depth = (region: string) => (region === NATION ? 0 : region.length);
const includes = (set: RuleSetInfo, date: BusinessDate) =>
  set.from <= date && (set.to === undefined || date <= set.to);
const covers = (set: RuleSetInfo, region: RegionCode) =>
  set.region === NATION || (region !== NATION && region.startsWith(set.region));
const overlap = (a: RuleSetInfo, b: RuleSetInfo) =>
  (b.to === undefined || a.from <= b.to) && (a.to === undefined || b.from <= a.to);

function infoOf(source: RuleSetSource): RuleSetInfo {
  const { id, version, name, region, from, to, issuedOn, assumed } = source;
  return {
    id,
    version,
    name,
    region,
    from,
    ...(to && { to }),
    ...(issuedOn && { issuedOn }),
    ...(assumed && { assumed }),
  };
}
