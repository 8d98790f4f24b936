import { create } from '@bufbuild/protobuf';
import { DemocraticReviewHeldSchema } from '@fupin/contracts';
import fc from 'fast-check';
import { join } from 'node:path';
import { extractText } from 'unpdf';
import { causes } from '../../test/household-story.js';
import { exitConfirmation } from './exit-confirmation.js';
import { PaperFonts, readPaperFonts } from './fonts.js';
import { householdFile } from './household-file.js';
import { noticeList } from './notice-list.js';
import { textsOf, type Paper } from './paper.js';
import { ACCOUNT, dossier, fullLife, FULL_NUMBER, personOf, PHONE, VILLAGE } from './papers.fixture.js';
import { toPdf } from './pdf.js';
import { PERSONAL_DATA, shown, type PaperKind } from './personal-data.js';
import { reviewRecord } from './review-record.js';
import { widthOf, wrap } from './text-layout.js';
import { committeeOf, governmentOf, placeOf, villageName } from './village-name.js';

const fonts = new PaperFonts();
const RARE = join(import.meta.dirname, 'fixtures', 'rare-characters.ttf');

/** Text of every page, without white space. */
async function textOf(paper: Paper): Promise<string[]> {
  const { text } = await extractText(new Uint8Array(await toPdf(fonts, paper)), { mergePages: false });
  return text.map((page) => page.replace(/\s/g, ''));
}

const common = { village: villageName(VILLAGE), printedOn: '2016-12-21', state: '登记系统位置：184236' };
const head = (kind: PaperKind) => shown(kind, 'head', personOf('head'));

const notice = (count = 3, days: (index: number) => number = () => 7) =>
  noticeList(
    common,
    { procedure: 'identification', level: 'village', postedOn: '2016-01-08' },
    Array.from({ length: count }, (_, index) => ({
      head: head('noticeList'),
      persons: 4,
      causes: causes('01'),
      removalReason: undefined,
      days: days(index),
    })),
  );
const review = () =>
  reviewRecord(common, { procedure: 'exit', heldOn: '2016-11-02' }, [
    {
      householdNo: '422823101201-00001',
      head: head('reviewRecord'),
      persons: 4,
      review: create(DemocraticReviewHeldSchema, {
        participants: 35,
        votesFor: 31,
        votesAgainst: 2,
        approved: true,
      }),
    },
  ]);
const confirmation = (missing: string[] = []) => {
  const { state, entries } = dossier();
  const income = entries.flatMap(({ counts }) =>
    counts?.event.case === 'incomeSurveyed' ? [counts.event.value] : [],
  )[0];
  return exitConfirmation({
    ...common,
    householdNo: '422823101201-00001',
    head: head('exitConfirmation'),
    persons: 3,
    householdKind: '一般贫困户',
    registeredOn: '2016-01-22',
    exitedOn: '2016-11-13',
    dibaoContinues: false,
    year: 2016,
    income,
    surveyedOn: '2016-10-02',
    povertyLineFen: 295_200n,
    findings: state.file.findings,
    missing,
  });
};
const file = () => {
  const read = dossier();
  const { members, departures } = read.state.file;
  const persons = new Map(
    [...members, ...departures].map(({ personId }) => [
      personId,
      shown('householdFile', personId === 'head' ? 'head' : 'members', personOf(personId)),
    ]),
  );
  return householdFile({ ...common, dossier: read, persons });
};

describe('personal data on papers', () => {
  const PAPERS: Readonly<Record<PaperKind, () => Paper>> = {
    reviewRecord: review,
    noticeList: notice,
    exitConfirmation: confirmation,
    householdFile: file,
  };
  const NAME = '阿卜杜热合曼·买买提吐尔逊江';
  const MASKED = '422823********0021';

  test.each(Object.keys(PAPERS) as PaperKind[])(
    'given persons with everything in the vault, when the %s is printed, then it shows what the table says and nothing else',
    async (kind) => {
      const text = (await textOf(PAPERS[kind]())).join('');
      const { head: ofHead, members } = PERSONAL_DATA[kind];
      expect(text.includes(NAME)).toBe(ofHead.includes('name'));
      expect(text.includes(MASKED)).toBe(ofHead.includes('maskedIdNumber'));
      expect(text.includes('三组')).toBe(ofHead.includes('group'));
      expect(text.includes('欧阳淑贞')).toBe(members.includes('name'));
      for (const never of [FULL_NUMBER, '19700307', PHONE, ACCOUNT, '十二号'])
        expect(text).not.toContain(never);
    },
  );

  test('the table of who shows what changes only on purpose', () => {
    expect(PERSONAL_DATA).toEqual({
      reviewRecord: { head: ['name'], members: [] },
      noticeList: { head: ['name', 'group'], members: [] },
      exitConfirmation: { head: ['name', 'maskedIdNumber'], members: [] },
      householdFile: { head: ['name', 'maskedIdNumber', 'group'], members: ['name', 'maskedIdNumber'] },
    });
  });

  test('given a member with an illness, when papers are printed, then only the household file names it', async () => {
    expect((await textOf(file())).join('')).toContain('长期慢性病');
    for (const other of [review(), notice(), confirmation()])
      expect((await textOf(other)).join('')).not.toContain('长期慢性病');
  });

  test('given any paper, then neither its file name nor its properties hold a name or number', async () => {
    for (const paper of [review(), notice(), confirmation(), file()]) {
      expect(paper.fileName).not.toMatch(/阿卜杜|0021|向春梅/);
      expect((await toPdf(fonts, paper)).toString('latin1')).toContain('/Producer');
      expect(paper.title).not.toMatch(/阿卜杜|向春梅/);
    }
  });
});

describe('what papers say', () => {
  test('REG-20: given a notice of 7 days posted on 8 January, then it runs from the day after to the 15th and says where to object', async () => {
    const text = (await textOf(notice())).join('');
    expect(text).toContain('2016年1月8日张榜，公示期7天，自2016年1月9日起至2016年1月15日止');
    expect(text).toContain('请以口头或书面形式向陈家岭村村民委员会、驻村工作队或东瀼口镇人民政府反映');
    expect(text).toContain('共3户12人');
    expect(text).toContain('因病');
  });

  test('given lists whose days differ, then every household has its own last day', async () => {
    const text = (await textOf(notice(2, (index) => 7 + index))).join('');
    expect(text).toContain('2016年1月15日');
    expect(text).toContain('2016年1月16日');
    expect(text).toContain('公示截止');
  });

  test('REG-20: given a review, then the record has the votes, the abstentions and lines to sign', async () => {
    const text = (await textOf(review())).join('');
    expect(text).toContain('贫困户脱贫退出民主评议记录');
    expect(text).toContain('353122通过');
    expect(text).toContain('村民代表：');
  });

  test('REG-19: given a survey that was put right, then the confirmation has the income that counts beside the line', async () => {
    const text = (await textOf(confirmation())).join('');
    expect(text).toContain('A20家庭人均纯收入3053.00');
    expect(text).toContain('2016年扶贫标准（人均）2952.00');
    expect(text).toContain('达到脱贫标准');
    expect(text).toContain('饮水安全有保障未评估');
    for (const line of ['户主（签字、按手印）：', '村“两委”负责人：', '驻村工作队（第一书记）：'])
      expect(text).toContain(line);
  });

  test('REG-01: given something missing, then the confirmation says what instead of confirming', async () => {
    const text = (await textOf(confirmation(['住房安全有保障：未评估']))).join('');
    expect(text).toContain('尚未达到脱贫标准：住房安全有保障：未评估');
    expect(text).not.toContain('均已实现');
  });

  test('given a correction, then the file shows the entry as it was recorded, the correction and what counts now', async () => {
    const text = (await textOf(file())).join('');
    expect(text).toContain('人均2953.00元');
    expect(text).toContain(
      '原登记内容，已由第30项更正：2016年10月2日，2016年，纯收入9159.00元，人均3053.00元',
    );
    expect(text).toContain('第11项，录入错误');
    expect(text).toContain('入户核查（已更正）');
  });

  test('given a whole life, then the file has every event with its date and rules, the papers and who has left', async () => {
    const text = (await textOf(file())).join('');
    for (const expected of ['REG-13', '建档立卡', '106.50㎡', '死亡', 'abababab', '3400米'])
      expect(text).toContain(expected);
    const { state } = dossier();
    expect(state.file.members).toHaveLength(11);
    expect(fullLife()).toHaveLength(31);
  });

  test('given more rows than a page holds, then the head is repeated and every page has its number and the state', async () => {
    const pages = await textOf(notice(60));
    expect(pages.length).toBeGreaterThan(1);
    pages.forEach((page, index) => {
      expect(page).toContain(`第${index + 1}页共${pages.length}页`);
      expect(page).toContain('打印日期：2016年12月21日登记系统位置：184236');
    });
    expect(pages[1]).toContain('序号户主姓名');
    expect(pages.join('').match(/阿卜杜热合曼/g)).toHaveLength(60);
  });

  test('given a cell higher than a page, then it goes on overleaf and nothing is lost', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => `行${index + 1}。`);
    const rows = [
      ['前', ''],
      [lines.join('\n'), '长'],
      ['后', ''],
    ];
    const blocks = [{ kind: 'table' as const, widths: [1, 1], head: ['甲', '乙'], rows }];
    const pages = await textOf({ ...review(), blocks });
    const text = pages.join('');
    expect(pages.length).toBeGreaterThan(2);
    for (const line of lines) expect(text).toContain(line);
    expect(text.match(/甲乙/g)).toHaveLength(pages.length);
    expect(text.indexOf('后')).toBeGreaterThan(text.indexOf('行150。'));
  });

  test('given 500 households, when the list is printed, then other work goes on meanwhile', async () => {
    let turns = 0;
    const turn = () => {
      turns += 1;
      handle = setImmediate(turn);
    };
    let handle = setImmediate(turn);
    const pages = await textOf(notice(500));
    clearImmediate(handle);
    expect(pages.join('').match(/阿卜杜热合曼/g)).toHaveLength(500);
    expect(turns).toBeGreaterThan(10);
  });
});

describe('letters', () => {
  test('given every fixed word of every paper, then the font has it', () => {
    for (const paper of [review(), notice(), confirmation(), file()])
      expect(fonts.missing(textsOf(paper))).toEqual([]);
  });

  test('given a character that the font lacks, then it is named; with PAPER_FONT it is printed', async () => {
    expect(fonts.missing(['覃𠀀', '𠀀'])).toEqual(['𠀀']);
    const more = readPaperFonts({ PAPER_FONT: RARE });
    expect(more.missing(['覃𠀀'])).toEqual([]);
    expect(more.runs('覃𠀀一', 'bold').map(({ text }) => text)).toEqual(['覃', '𠀀', '一']);
    const paper = { ...review(), title: '覃𠀀' };
    const { text } = await extractText(new Uint8Array(await toPdf(more, paper)), { mergePages: true });
    expect(text).toContain('覃𠀀');
  });

  test('given a PAPER_FONT that is no font, when the service starts, then it says so', () => {
    expect(() => readPaperFonts({ PAPER_FONT: '/nowhere/font.ttf' })).toThrow('PAPER_FONT must be the path');
    expect(() => readPaperFonts({ PAPER_FONT: import.meta.filename })).toThrow('PAPER_FONT must be the path');
    expect(() => readPaperFonts({ PAPER_FONT: '' })).not.toThrow();
  });

  test('given any text, when it is broken into lines, then nothing is lost and no line is too wide', () => {
    const char = fc.constantFrom(...'扶贫，。（）“”、·: a1-9Z');
    fc.assert(
      fc.property(
        fc.string({ unit: char, maxLength: 60 }),
        fc.integer({ min: 4, max: 12 }),
        (text, width) => {
          const lines = wrap(fonts, text, width, 'regular');
          expect(lines.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
          for (const line of lines) expect(widthOf(fonts, line, 'regular')).toBeLessThanOrEqual(width + 1.01);
        },
      ),
    );
  });

  test('given a mark at the end of a full line, then it does not begin the next one alone', () => {
    expect(wrap(fonts, '贫困户识别，公示', 5, 'regular')).toEqual(['贫困户识', '别，公示']);
    expect(wrap(fonts, '贫困户识（公示）', 5, 'regular')).toEqual(['贫困户识', '（公示）']);
  });
});

describe('names of villages', () => {
  test.each([
    ['陈家岭村委会', '陈家岭村', '陈家岭村村民委员会'],
    ['陈家岭村村委会', '陈家岭村', '陈家岭村村民委员会'],
    ['东瀼口村村民委员会', '东瀼口村', '东瀼口村村民委员会'],
    ['陈家岭村民委员会', '陈家岭村', '陈家岭村村民委员会'],
    ['雷家坪社区居民委员会', '雷家坪社区', '雷家坪社区居民委员会'],
    ['光明社区居委会', '光明社区', '光明社区居民委员会'],
    ['二分场生产大队', '二分场生产大队', '二分场生产大队'],
  ])('%s is %s', (official, name, committee) => {
    expect(placeOf(official)).toBe(name);
    expect(committeeOf(name)).toBe(committee);
  });

  test('a township has a government, a street an office', () => {
    expect(governmentOf('东瀼口镇')).toBe('东瀼口镇人民政府');
    expect(governmentOf('大智街道')).toBe('大智街道办事处');
    expect(villageName(VILLAGE).path).toBe('湖北省恩施土家族苗族自治州巴东县东瀼口镇陈家岭村');
  });
});
