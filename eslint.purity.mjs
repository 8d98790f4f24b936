// A decider reads no clock and no dice: whatever it needs to know comes in with the command. Used by eslint.config.mjs and,
// on a fixture that breaks each rule, by tools/src/boundaries.ts.
const FAMILIES =
  'announcement,basis,closed-years,corrections,decider,documents,evolve,exit,exit-reversal,exit-standard,local-exit,log-order,policies,removal,facts,history,identification,joining,leaving,member-changes,membership,merge,move,person-correction,procedure,relapse,split,state,steps';

export const purity = {
  files: [`services/*/src/*/{${FAMILIES}}.ts`, 'tools/fixtures/violations/**/decider.ts'],
  rules: {
    'no-restricted-globals': [
      'error',
      ...['Date', 'performance', 'process', 'fetch', 'setTimeout', 'setInterval', 'crypto'].map((name) => ({
        name,
        message: 'A decider is pure: let the command bring it.',
      })),
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'A decider is pure: let the command bring it.' },
    ],
  },
};
