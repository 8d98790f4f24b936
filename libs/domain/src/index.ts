// The shared kernel: pure values and nothing from Node, so that deciders may import it.
export * from './business-date.js';
export type { CodeEntry, CodeList, CodeListStatus } from './code-lists/code-list.js';
export { FORM_LISTS, type FormListName } from './code-lists/form.js';
export * from './codes.js';
export * from './money.js';
export * from './person-number.js';
export * from './region.js';
