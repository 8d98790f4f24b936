import { setImmediate as otherWork } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { shanghaiDate, yearOf } from '@fupin/domain';
import { EventStore } from '@fupin/event-sourcing';
import { assertWithin, Problem, type Caller } from '@fupin/service';
import { exitStandard } from '../household/decider/exit-standard.js';
import { HouseholdDirectory } from '../household/household-directory.js';
import { NOTICE_LEVELS } from '../household/rest/names.js';
import { PROCEDURE, type ProcedureName } from '../household/decider/procedure.js';
import type { Finding, HouseholdState, KnownHousehold } from '../household/decider/state.js';
import { PolicyOfTheHouse } from '../policy-of-the-house.js';
import { PersonVault, type Person } from '../vault/person-vault.js';
import { Villages } from '../villages.js';
import { assertMayPrint } from './access.js';
import { dossierOf, headAndSize, type Dossier, type Entry } from './dossier.js';
import { exitConfirmation } from './exit-confirmation.js';
import { PaperFonts } from './fonts.js';
import { householdFile } from './household-file.js';
import { HOUSEHOLD_KIND_ZH, word } from './labels.js';
import { noticeList } from './notice-list.js';
import { textsOf, type Paper } from './paper.js';
import { noPaper, glyphMissing } from './paper-problems.js';
import { toPdf } from './pdf.js';
import { shown, type PaperKind, type Shown } from './personal-data.js';
import { reviewRecord, type VillagePaper } from './review-record.js';
import { villageName } from './village-name.js';

/** A printed paper. */
export interface Printed {
  readonly fileName: string;
  readonly pdf: Buffer;
}

/** Who prints, and why if they said so. */
export interface Printing {
  readonly caller: Caller;
  readonly purpose: string | undefined;
}

/** Households of one village that are read for a list; no village comes near it. */
const MOST_HOUSEHOLDS = 20_000;
/** Households folded before other requests get their turn. */
const READ_AT_ONCE = 50;

/** Reads what a paper needs from the register's own store and the vault, and sets it. */
@Injectable()
export class Papers {
  /** Today in Shanghai; specs may set another. */
  today: () => string = () => shanghaiDate(new Date());

  constructor(
    private readonly store: EventStore,
    private readonly directory: HouseholdDirectory,
    private readonly vault: PersonVault,
    private readonly villages: Villages,
    private readonly policies: PolicyOfTheHouse,
    private readonly fonts: PaperFonts,
  ) {}

  /** 民主评议记录 of a village, procedure and day. Throws the 404 problem when there was no such review. */
  async reviewRecord(
    printing: Printing,
    code: string,
    of: { readonly procedure: ProcedureName; readonly heldOn: string },
  ): Promise<Printed> {
    const village = this.villageFor(printing.caller, code);
    const found = await this.inVillage(village, ({ event, occurredOn }) =>
      event.case === 'democraticReviewHeld' &&
      event.value.procedure === PROCEDURE[of.procedure] &&
      occurredOn === of.heldOn
        ? event.value
        : undefined,
    );
    const heads = await this.heads(printing, 'reviewRecord', found);
    const paper = reviewRecord(
      this.villagePaper(village, found),
      of,
      found.map(({ dossier, then, value: review }) => {
        const { head, persons } = headAndSize(then);
        return { householdNo: numberOf(dossier.state), head: heads(head), persons, review };
      }),
    );
    return this.print(paper);
  }

  /** 公示名单 of a village, procedure, level and day of posting. Throws the 404 problem when no such list was posted. */
  async noticeList(
    printing: Printing,
    code: string,
    of: {
      readonly procedure: ProcedureName;
      readonly level: 'village' | 'township';
      readonly postedOn: string;
    },
  ): Promise<Printed> {
    const village = this.villageFor(printing.caller, code);
    const found = await this.inVillage(village, ({ event, occurredOn }) =>
      event.case === 'publicNoticePosted' &&
      event.value.procedure === PROCEDURE[of.procedure] &&
      event.value.level === NOTICE_LEVELS[of.level] &&
      occurredOn === of.postedOn
        ? event.value
        : undefined,
    );
    const heads = await this.heads(printing, 'noticeList', found);
    const paper = noticeList(
      this.villagePaper(village, found),
      of,
      found.map(({ then, value: { days } }) => {
        const { head, persons } = headAndSize(then);
        const progress = 'progress' in then ? then.progress : undefined;
        return {
          head: heads(head),
          persons,
          causes: progress?.causes ?? (then.status === 'none' ? undefined : then.file.causes),
          removalReason: progress?.removalReason,
          days,
        };
      }),
    );
    return this.print(paper);
  }

  /**
   * 脱贫确认表 of a household that has exited or whose exit procedure is open. Throws the 409 problem `wrong-status` for
   * any other (REG-20).
   */
  async exitConfirmation(printing: Printing, householdId: string): Promise<Printed> {
    const { village, dossier } = await this.household(printing.caller, householdId);
    const { state } = dossier;
    const open = state.status === 'stillPoor' && state.progress?.procedure === 'exit';
    if (state.status !== 'exited' && !open) throw noExit();
    const exit = dossier.entries
      .map(({ counts }) => counts?.event)
      .findLast((event) => event?.case === 'householdExited');
    const announced = state.status === 'exited' ? exit?.value : undefined;
    const day = state.status === 'exited' ? state.exitedOn : state.file.lastStatusOn;
    const year = announced?.year ?? yearOf(day);
    // While the procedure is open, what is found before the list is posted still counts.
    const until = state.status === 'exited' ? day : this.today();
    const policy = this.policies.registryAt(village, day);
    const standard = exitStandard(state.file, { policy, occurredOn: until }, year);
    const survey = dossier.entries.find(({ id }) => id === standard.survey?.eventId)?.counts;
    const { head, persons } = headAndSize(state);
    const heads = await this.persons(printing, 'exitConfirmation', head === undefined ? [] : [head], head);
    const paper = exitConfirmation({
      village: villageName(village),
      householdNo: state.householdNo,
      head: head === undefined ? undefined : heads.get(head),
      persons: announced?.persons ?? persons,
      householdKind: word(HOUSEHOLD_KIND_ZH, state.file.householdKind),
      registeredOn: state.registeredOn,
      exitedOn: state.status === 'exited' ? state.exitedOn : undefined,
      dibaoContinues: state.status === 'exited' ? state.dibaoContinues : standard.dibaoContinues,
      year,
      income: survey?.event.case === 'incomeSurveyed' ? survey.event.value : undefined,
      surveyedOn: survey?.occurredOn,
      povertyLineFen: announced?.povertyLineFen ?? standard.povertyLineFen,
      findings: latestFindings(state.file.findings, until),
      missing: standard.missing.map(({ messageZh, message }) => messageZh ?? message),
      printedOn: this.today(),
      state: stateOf(dossier),
    });
    return this.print(paper);
  }

  /** 一户一档 of a household in whatever status. */
  async householdFile(printing: Printing, householdId: string): Promise<Printed> {
    const { village, dossier } = await this.household(printing.caller, householdId);
    const { head } = headAndSize(dossier.state);
    const { members, departures } = dossier.state.file;
    const ids = [...members, ...departures].map(({ personId }) => personId);
    const persons = await this.persons(printing, 'householdFile', ids, head);
    const paper = householdFile({
      village: villageName(village),
      dossier,
      persons,
      printedOn: this.today(),
      state: stateOf(dossier),
    });
    return this.print(paper);
  }

  private async print(paper: Paper): Promise<Printed> {
    const missing = this.fonts.missing(textsOf(paper));
    if (missing.length > 0) throw glyphMissing(missing);
    return { fileName: `${paper.fileName}.pdf`, pdf: await toPdf(this.fonts, paper) };
  }

  private villageFor(caller: Caller, code: string): string {
    const village = this.villages.current(code, 'code');
    assertWithin(caller, village, 'code');
    assertMayPrint(caller, village);
    return village;
  }

  private async household(caller: Caller, id: string): Promise<{ village: string; dossier: Dossier }> {
    const village = await this.directory.villageOf(id);
    assertWithin(caller, village);
    assertMayPrint(caller, village);
    const dossier = dossierOf(id, await this.store.load(id));
    if (!dossier) throw new Problem('not-found');
    return { village, dossier };
  }

  /** The households of a village with an event of the list that was recorded there, and how they stood right after it. */
  private async inVillage<T>(village: string, pick: (entry: Entry) => T | undefined) {
    const ids = await this.directory.inVillage(village, undefined, MOST_HOUSEHOLDS);
    const streams = await this.store.loadMany(ids);
    const found: { dossier: Dossier; value: T; then: HouseholdState }[] = [];
    for (const [index, id] of ids.entries()) {
      if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await otherWork();
      const dossier = dossierOf(id, streams.get(id) ?? []);
      // Of several on one day the last one stands.
      const entry = dossier?.entries.findLast((each) => each.region === village && pick(each) !== undefined);
      const value = entry && pick(entry);
      if (dossier && entry && value !== undefined)
        found.push({ dossier, value, then: dossier.at(entry.version) });
    }
    if (found.length === 0) throw noPaper();
    // By register number; those who have none yet come last, in the order they were entered.
    return found.sort((a, b) => byNumber(numberOf(a.dossier.state), numberOf(b.dossier.state)));
  }

  private async heads(
    printing: Printing,
    kind: PaperKind,
    found: readonly { readonly then: Parameters<typeof headAndSize>[0] }[],
  ): Promise<(head: string | undefined) => Shown | undefined> {
    const ids = found.flatMap(({ then }) => headAndSize(then).head ?? []);
    const opened = await this.open(printing, ids);
    const all = new Map([...opened].map(([id, person]) => [id, shown(kind, 'head', person)]));
    return (head) => (head === undefined ? undefined : all.get(head));
  }

  private async persons(
    printing: Printing,
    kind: PaperKind,
    ids: readonly string[],
    head: string | undefined,
  ): Promise<ReadonlyMap<string, Shown>> {
    const opened = await this.open(printing, ids);
    return new Map(
      [...opened].map(([id, person]) => [id, shown(kind, id === head ? 'head' : 'members', person)]),
    );
  }

  /** Opens persons with a record of each; those who live outside the caller's region by now stay closed. */
  private async open(
    { caller, purpose }: Printing,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Person>> {
    const opened = await this.vault.resolveMany(caller, 'print', ids, purpose);
    return new Map([...opened].filter(([, { villageCode }]) => caller.reaches(villageCode)));
  }

  private villagePaper(code: string, found: readonly { readonly dossier: Dossier }[]): VillagePaper {
    const position = Math.max(...found.map(({ dossier }) => dossier.position));
    return {
      village: villageName(code),
      printedOn: this.today(),
      state: `登记系统位置：${position}`,
    };
  }
}

const numberOf = (state: KnownHousehold) => ('householdNo' in state ? state.householdNo : undefined);

const byNumber = (a = '~', b = '~') => (a < b ? -1 : a > b ? 1 : 0);

const stateOf = ({ version, position }: Dossier) => `档案版本：${version}　登记系统位置：${position}`;

/** The finding that counts of each guarantee up to a day: the latest, of two on one day the one recorded later. */
function latestFindings(findings: readonly Finding[], day: string): Finding[] {
  const latest = new Map<number, Finding>();
  for (const finding of findings) {
    const known = latest.get(finding.guarantee);
    if (finding.occurredOn <= day && !(known && known.occurredOn > finding.occurredOn))
      latest.set(finding.guarantee, finding);
  }
  return [...latest.values()];
}

function noExit(): Problem {
  return new Problem('wrong-status', {
    detail: 'There is an exit confirmation only for a household that has exited or whose exit is under way',
    detailZh: '仅已脱贫或正在办理退出程序的户可打印脱贫确认表',
    ruleId: 'REG-20',
  });
}
