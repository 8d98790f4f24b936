/** Words that belong in the vault and nowhere else, to be looked for in whatever leaves it. */
export interface Secrets {
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  readonly phones: readonly string[];
}

export interface Find {
  readonly where: string;
  readonly what: string;
}

// Eighteen digits with a plausible birth date, as an ID number has them, whoever it belongs to.
const ID_NUMBER =
  /(?<![0-9A-Fa-f])[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Fa-f])/g;
// A mobile phone standing alone; positions and times in milliseconds are longer.
const MOBILE = /(?<![0-9A-Fa-f.:-])1[3-9]\d{9}(?![0-9A-Fa-f])/g;

/**
 * Looks for known secrets and for the patterns of ID numbers and mobile phones in a text or in bytes (Protobuf strings are
 * plain UTF-8). Gives what it found and where.
 */
export function findPersonalData(where: string, content: string | Uint8Array, secrets: Secrets): Find[] {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
  const known = [...secrets.names, ...secrets.numbers, ...secrets.phones].filter((word) =>
    text.includes(word),
  );
  const patterns = [...text.matchAll(ID_NUMBER), ...text.matchAll(MOBILE)].map(([word]) => word);
  return [...new Set([...known, ...patterns])].map((what) => ({ where, what }));
}
