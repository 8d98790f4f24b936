/** What the service is called and where it listens. */
export const options = {
  name: 'projection',
  title: 'Fupin projection',
  titleZh: '查询与汇总',
  description:
    'Read models of the poverty register: households, ledger, roll-ups as of any day, and the console.',
  defaultPort: 3000,
} as const;
