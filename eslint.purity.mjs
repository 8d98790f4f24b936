// A decider reads no clock and no dice: whatever it needs to know comes in with the command. Used by eslint.config.mjs and,
// on a fixture that breaks each rule, by tools/src/boundaries.ts.
export const purity = {
  files: [
    'services/*/src/*/decider/*.ts',
    'services/*/src/*/decider.ts',
    'services/*/src/*/closed-years.ts',
    'tools/fixtures/violations/**/decider.ts',
  ],
  ignores: ['**/*.spec.ts'],
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
