import { createHash } from 'node:crypto';
import { incompleteOperations } from '@fupin/service';
import { extractText } from 'unpdf';
import { COUNTY, exitSteps, findings, NEIGHBOUR, person, survey, VILLAGE } from './bodies.js';
import { identified, startHarness, take, type Harness } from './harness.js';

let harness: Harness;
let township: string;
/** Nobody in it has a rare character. */
let household: string;
/** Its child is called 覃𠀀, which the papers' font does not have. */
let rare: string;

const MEMBERS = [
  person('01', { name: '覃守义', idNumber: '422823197003070021', phone: '13971234567' }),
  person('02', { name: '阿依古丽·买买提江', health: { code: '02' } }),
];

beforeAll(async () => {
  harness = await startHarness();
  township = await harness.token('township', VILLAGE.slice(0, 9));
  household = await identified(harness, '2016-01', { members: MEMBERS });
  rare = await identified(harness, '2016-01');
}, 120_000);
afterAll(() => harness.stop());

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Text of the PDF without white space; undefined for anything else. */
  readonly text: string | undefined;
  readonly problem: { readonly type: string; readonly detail: string } | undefined;
}

async function print(path: string, token = township, purpose?: string): Promise<Answered> {
  const response = await fetch(`${harness.registry.url}/v1/${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(purpose !== undefined && { 'fupin-purpose': encodeURIComponent(purpose) }),
    },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const { status, headers } = response;
  if (headers.get('content-type') !== 'application/pdf')
    return { status, headers, bytes, text: undefined, problem: JSON.parse(bytes.toString('utf8')) };
  const { text } = await extractText(new Uint8Array(bytes), { mergePages: true });
  return { status, headers, bytes, text: text.replace(/\s/g, ''), problem: undefined };
}

const audited = async () =>
  (
    await harness.pool.query<{ action: string; person_id: string }>(
      "SELECT action, person_id FROM person_audit WHERE action = 'print'",
    )
  ).rows.length;

const REVIEW = `villages/${VILLAGE}/papers/review-record?procedure=identification&heldOn=2016-01-06`;
const NOTICE = `villages/${VILLAGE}/papers/notice-list?procedure=identification&level=village&postedOn=2016-01-08`;
const file = (id = household) => `households/${id}/papers/household-file`;
const confirmation = (id = household) => `households/${id}/papers/exit-confirmation`;

test('REG-20: given two households reviewed on a day, when the record is printed, then it has their heads, the votes and a name in Chinese', async () => {
  const { status, headers, bytes, text } = await print(REVIEW);
  expect(status).toBe(200);
  expect(text).toContain('评议户数2户，其中通过2户，未通过0户');
  expect(text).toContain('到会人数30人');
  expect(text).not.toContain('阿依古丽');
  expect(text).not.toContain('422823********');
  expect(headers.get('content-disposition')).toContain(
    `filename*=UTF-8''${encodeURIComponent(`民主评议记录-${VILLAGE}-2016-01-06.pdf`)}`,
  );
  expect(headers.get('repr-digest')).toBe(`sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('REG-20: given a posted list, when it is printed, then it has name, group, persons and cause of each and nothing else', async () => {
  const { status, text } = await print(NOTICE);
  expect(status).toBe(200);
  expect(text).toContain('共2户5人');
  expect(text).toContain('公示期7天，自2016年1月9日起至2016年1月15日止');
  expect(text).toContain('覃守义三组2因病');
  for (const never of ['阿依古丽', '422823197003070021', '********', '13971234567', '十二号'])
    expect(text).not.toContain(never);
  const posted = await print(NOTICE.replace('level=village', 'level=township').replace('01-08', '01-17'));
  expect(posted.text).toContain('东瀼口镇人民政府（盖章）');
});

test('given a day, procedure or village without such a list, then there is no paper', async () => {
  for (const path of [
    REVIEW.replace('01-06', '01-07'),
    REVIEW.replace('identification', 'exit'),
    NOTICE.replace('01-08', '01-09'),
    NOTICE.replace(VILLAGE, NEIGHBOUR),
  ]) {
    const { status, problem } = await print(path);
    expect([path, status]).toEqual([path, 404]);
    expect(problem?.type).toBe('urn:fupin:problem:not-found');
  }
  expect((await print(REVIEW.replace('2016-01-06', '2016-02-30'))).status).toBe(400);
  expect((await print(NOTICE.replace('level=village', 'level=county'))).status).toBe(400);
});

test('REG-20: given a household without an exit, then there is no confirmation; with one under way and done there is', async () => {
  expect((await print(confirmation())).problem?.type).toBe('urn:fupin:problem:wrong-status');
  const steps = exitSteps('2016-11');
  await take(harness, household, [
    ['income-surveys', { ...survey('2016-10-01', 2016, 5000), wage: '10000.00' }],
    ['guarantee-assessments', { occurredOn: '2016-10-01', findings: findings('2016-10-01') }],
    ...steps.slice(0, 2),
  ]);
  const open = await print(confirmation());
  expect(open.text).toContain('拟脱贫（程序进行中）');
  await take(harness, household, steps.slice(2));
  const { status, text } = await print(confirmation());
  expect(status).toBe(200);
  expect(text).toContain('已脱贫（2016年11月13日公告）');
  expect(text).toContain('户主姓名覃守义证件号码422823********0021');
  expect(text).toContain('A20家庭人均纯收入5000.00');
  expect(text).toContain('达到脱贫标准');
  expect(text).not.toContain('422823197003070021');
  expect(text).not.toContain('阿依古丽');
});

test('given a household, when its file is printed, then it has masked numbers, its history and its version', async () => {
  const { status, headers, text } = await print(file());
  expect(status).toBe(200);
  expect(text).toContain('覃守义422823********0021');
  expect(text).toContain('阿依古丽·买买提江');
  expect(text).toContain('长期慢性病');
  for (const never of ['422823197003070021', '13971234567', '十二号']) expect(text).not.toContain(never);
  const { body } = await harness.get(`/v1/households/${household}`);
  expect(text).toContain(`档案版本：${body.version}`);
  expect(headers.get('content-disposition')).toContain(
    encodeURIComponent(`一户一档-${body.householdNo}.pdf`),
  );
});

test('given a name with a character that no font has, then nothing is printed and the character is named', async () => {
  const { status, problem } = await print(file(rare));
  expect(status).toBe(422);
  expect(problem?.type).toBe('urn:fupin:problem:glyph-missing');
  expect(problem?.detail).toContain('U+20000');
  expect(problem?.detail).not.toContain('覃');
});

test('given any printing, then every person whose row was opened has an audit record with the purpose', async () => {
  const before = await audited();
  await print(file(), township, '年度归档');
  expect((await audited()) - before).toBe(2);
  const { rows } = await harness.pool.query<{ region: string; purposes: string; plain: string }>(
    `SELECT region, count(sealed_purpose) AS purposes, count(purpose) AS plain FROM person_audit
     WHERE action = 'print' AND sealed_purpose IS NOT NULL GROUP BY region`,
  );
  expect(rows).toEqual([{ region: VILLAGE, purposes: '2', plain: '0' }]);
  await print(NOTICE);
  expect((await audited()) - before).toBe(4);
});

test('given callers without the right, then nothing is printed and nobody is looked at', async () => {
  const before = await audited();
  const refusals: [string, string, string, string?][] = [
    ['township', '422823102', 'region-not-allowed'],
    ['villageCadre', NEIGHBOUR, 'region-not-allowed'],
    ['township', COUNTY, 'role-not-allowed'],
    ['county', COUNTY, 'scope-missing'],
    ['county', '422822', 'region-not-allowed', 'person:read'],
    ['auditor', COUNTY, 'role-not-allowed', 'person:read'],
    ['province', '42', 'role-not-allowed', 'person:read'],
  ];
  for (const [role, region, type, scope] of refusals)
    for (const path of [REVIEW, NOTICE, file(), confirmation()]) {
      const { status, problem } = await print(path, await harness.token(role, region, scope));
      expect([role, path, status, problem?.type]).toEqual([role, path, 403, `urn:fupin:problem:${type}`]);
    }
  expect(await audited()).toBe(before);
  for (const [role, region, scope] of [
    ['villageCadre', VILLAGE],
    ['county', COUNTY, 'person:read'],
  ] as const)
    expect((await print(NOTICE, await harness.token(role, region, scope))).status).toBe(200);
});

test('given a person who was erased, then the paper has a dash in the place of the name', async () => {
  await harness.pool.query('DELETE FROM person_vault WHERE household_id = $1 AND head', [household]);
  const { text } = await print(NOTICE);
  expect(text).not.toContain('覃守义三组2因病');
  expect(text).toContain('——2因病');
});

test('given the OpenAPI document, then every paper is a PDF there with its problems', async () => {
  const response = await fetch(`${harness.registry.url}/openapi.json`);
  const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  const papers = Object.entries(document.paths).filter(([path]) => path.includes('/papers/'));
  expect(papers).toHaveLength(4);
  expect(incompleteOperations({ paths: Object.fromEntries(papers) })).toEqual([]);
  for (const [, operation] of papers) expect(JSON.stringify(operation)).toContain('application/pdf');
});
