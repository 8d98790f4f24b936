/** Every service of the system: a new one is one line here. `npm test` then names what else it needs to be deployed. */
export const SERVICES = [
  { name: 'registry', port: 3001 },
  { name: 'projection', port: 3000 },
] as const;

export type ServiceName = (typeof SERVICES)[number]['name'];
