import { isBusinessDate, isRegionCode, parseYuan } from '@fupin/domain';
import { parse } from 'yaml';

import { PolicyError } from './errors.js';
import { specOf, type ParameterName, type ParameterSpec, type ParameterValue } from './parameters.js';
import { NATION, type OpenParameter, type Parameter, type RuleSetInfo } from './rule-set.js';
import { RULES } from './rules.js';

/** A rule set as it stands in its file, checked by itself. */
export interface RuleSetSource extends RuleSetInfo {
  /** Id of the set whose parameters it starts from. */
  readonly extends?: string;
  /** Set by an installation, not a policy document. */
  readonly setting: boolean;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly open: ReadonlyMap<string, OpenParameter>;
}

const SET_KEYS = [
  'id',
  'version',
  'region',
  'name',
  'issuedOn',
  'from',
  'to',
  'extends',
  'assumed',
  'parameters',
];
const PARAMETER_KEYS = [
  'value',
  'open',
  'assumed',
  'source',
  'note',
  'binding',
  'ruleId',
  'quote',
  'file',
  'rules',
];

/**
 * Reads one file of rule sets (`ruleSets:`) or of an installation's settings (`settings:`). Throws PolicyError
 * `invalid-rule-set` that names the file, the set and the parameter.
 */
export function parseRuleSets(text: string, file: string): RuleSetSource[] {
  const content = record(parse(text), file);
  const setting = 'settings' in content;
  const list = setting ? content['settings'] : content['ruleSets'];
  if (!Array.isArray(list)) throw invalid(file, 'needs a list `ruleSets` or `settings`');
  return list.map((item, index) => parseSet(record(item, `${file} set ${index + 1}`), file, setting));
}

function parseSet(raw: Record<string, unknown>, file: string, setting: boolean): RuleSetSource {
  const id = text(raw['id'], `${file}: id`);
  const where = `${file}: ${id}`;
  onlyKeys(raw, SET_KEYS, where);
  const region = text(raw['region'], `${where}: region`);
  if (region !== NATION && !isRegionCode(region)) {
    throw invalid(where, `its region is neither ${NATION} nor a region code`);
  }
  const from = date(raw['from'], `${where}: from`);
  const to = raw['to'] === undefined ? undefined : date(raw['to'], `${where}: to`);
  if (to !== undefined && to < from) throw invalid(where, 'ends before it begins');
  const parameters = new Map<string, Parameter>();
  const open = new Map<string, OpenParameter>();
  for (const [name, value] of Object.entries(record(raw['parameters'], `${where}: parameters`))) {
    const at = `${where}: ${name}`;
    const spec = specOf(name);
    if (!spec) throw invalid(at, 'is no known parameter');
    if (spec.nationalOnly && region !== NATION) {
      throw invalid(
        at,
        'may be set for the nation only: the standard is neither lowered nor raised',
        spec.boundBy,
      );
    }
    const parameter = record(value, at);
    onlyKeys(parameter, PARAMETER_KEYS, at);
    if (parameter['open'] === true) open.set(name, parseOpen(name, parameter, id, at));
    else parameters.set(name, parseParameter(name, parameter, spec, id, setting, at));
  }
  return {
    id,
    version: text(raw['version'], `${where}: version`),
    name: text(raw['name'], `${where}: name`),
    region,
    from,
    ...(to !== undefined && { to }),
    ...(raw['issuedOn'] !== undefined && { issuedOn: date(raw['issuedOn'], `${where}: issuedOn`) }),
    ...(raw['assumed'] !== undefined && { assumed: text(raw['assumed'], `${where}: assumed`) }),
    ...(raw['extends'] !== undefined && { extends: text(raw['extends'], `${where}: extends`) }),
    setting,
    parameters,
    open,
  };
}

function parseOpen(name: string, raw: Record<string, unknown>, ruleSet: string, at: string): OpenParameter {
  if ('value' in raw) throw invalid(at, 'is open and has a value');
  return { name, note: text(raw['note'], `${at}: note`), rules: ruleIds(raw['rules'], at), ruleSet };
}

function parseParameter(
  name: string,
  raw: Record<string, unknown>,
  spec: ParameterSpec & { readonly year?: number },
  ruleSet: string,
  setting: boolean,
  at: string,
): Parameter {
  if (spec.byYear && spec.year === undefined)
    throw invalid(at, 'has a value for each year: write its name with a year');
  const optional = (key: string) => (raw[key] === undefined ? undefined : text(raw[key], `${at}: ${key}`));
  const [ruleId, quote, file, source, note] = ['ruleId', 'quote', 'file', 'source', 'note'].map(optional);
  const assumed = raw['assumed'] === true;
  const binding = raw['binding'] ?? 'hard';
  if (binding !== 'hard' && binding !== 'aim') throw invalid(at, 'binding is hard or aim');
  if (ruleId !== undefined) checkQuote(ruleId, quote, file, at);
  else if (quote !== undefined || file !== undefined) throw invalid(at, 'a quote needs its rule');
  const grounds = [ruleId !== undefined, source !== undefined, assumed].filter(Boolean).length;
  if (setting ? grounds > 0 : grounds !== 1) {
    throw invalid(
      at,
      setting
        ? 'a setting carries a note only'
        : 'needs exactly one of ruleId with quote and file, source, or assumed: true',
    );
  }
  if ((assumed || setting) && note === undefined)
    throw invalid(at, 'needs a note that says where the value comes from');
  return {
    name: name as ParameterName,
    value: checkValue(raw['value'], spec, at),
    type: spec.type,
    ...(spec.unit !== undefined && { unit: spec.unit }),
    zh: spec.zh,
    en: spec.en,
    status: setting
      ? 'setting'
      : ruleId !== undefined
        ? 'documented'
        : source !== undefined
          ? 'sourced'
          : 'assumed',
    assumed,
    binding,
    ...(ruleId !== undefined && { ruleId, quote, file }),
    rules: ruleIds(raw['rules'], at),
    ...(source !== undefined && { source }),
    ...(note !== undefined && { note }),
    ruleSet,
  };
}

function checkQuote(ruleId: string, quote: string | undefined, file: string | undefined, at: string): void {
  const rule = RULES.get(ruleId);
  if (!rule) throw invalid(at, `names the unknown rule ${ruleId}`);
  if (quote === undefined || file === undefined) throw invalid(at, 'names a rule without its quote and file');
  if (!rule.quote.includes(quote)) throw invalid(at, `quotes words that are not in ${ruleId}`);
  if (rule.file !== file) throw invalid(at, `${ruleId} stands in ${rule.file}`);
}

function checkValue(value: unknown, spec: ParameterSpec, at: string): ParameterValue {
  const wrong = () =>
    invalid(at, `is no ${spec.type}${spec.values ? ` of ${spec.values.join(', ')}` : ''}`, spec.boundBy);
  const allowed = (item: unknown) => typeof item === 'string' && (spec.values?.includes(item) ?? false);
  switch (spec.type) {
    case 'yuan':
      if (typeof value !== 'string') throw wrong();
      if (parseYuan(value) < 0n) throw wrong();
      return value;
    case 'count':
    case 'days':
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong();
      return value;
    case 'share':
      if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw wrong();
      return value;
    case 'flag':
      if (typeof value !== 'boolean') throw wrong();
      return value;
    case 'date':
      if (!isBusinessDate(value)) throw wrong();
      return value;
    case 'choice':
      if (typeof value !== 'string' || !allowed(value)) throw wrong();
      return value;
    case 'list':
      if (!Array.isArray(value) || !value.every(allowed) || new Set(value).size !== value.length)
        throw wrong();
      return value as string[];
    default:
      return spec.type satisfies never;
  }
}

function ruleIds(value: unknown, at: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(at, 'rules is a list of rule IDs');
  for (const id of value)
    if (typeof id !== 'string' || !RULES.has(id)) throw invalid(at, `names the unknown rule ${String(id)}`);
  return value as string[];
}

function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(at, 'is no mapping');
  return value as Record<string, unknown>;
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(at, 'is no text (put numbers in quotes)');
  return value;
}

function date(value: unknown, at: string): string {
  if (!isBusinessDate(value)) throw invalid(at, 'is no day YYYY-MM-DD');
  return value;
}

function onlyKeys(value: Record<string, unknown>, keys: readonly string[], at: string): void {
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw invalid(at, `has the unknown field ${unknown}`);
}

function invalid(at: string, what: string, ruleId?: string): PolicyError {
  return new PolicyError('invalid-rule-set', `${at}: ${what}.`, ruleId);
}
