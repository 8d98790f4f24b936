export * from './errors.js';
export { loadPolicy, type LoadOptions } from './load.js';
export * from './parameters.js';
export { openReasons, type OpenReasons } from './open-rules.js';
export { parseRuleSets, type RuleSetSource } from './parse.js';
export { createPolicy } from './policy.js';
export { registryPolicy, type RegistryPolicy } from './registry.js';
export * from './rule-set.js';
export * from './rules.js';
