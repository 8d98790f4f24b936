import { AcknowledgementSignedSchema, ExitPlannedSchema, type ExitPath } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { yearOf } from '@fupin/domain';
import { accept, refuse, type Decision, type Refusal } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { PlanExit, SignAcknowledgement } from './commands.js';
import type { HouseholdState } from './state.js';
import { takeStep } from './steps.js';

/**
 * 拟退出: marks a poor household for exit in a year's plan (TGT-14). A mark, not a step: the chain of annex C begins with
 * the democratic review, and a household without a plan may exit as soon as it meets the standard (REG-03). The paths
 * (五个一批, REG-21, TGT-17) may be left out, for no document makes them a condition, and named by planning the year again.
 */
export function planExit(command: PlanExit, state: HouseholdState): Decision<Event> {
  if (state.status !== 'stillPoor') return refuse(wrongStatus(state, 'stillPoor', 'REG-09'));
  const refusals = dateRefusals(command, state, 'status');
  const year = yearOf(command.occurredOn);
  if (command.year !== year && command.year !== year + 1) {
    refusals.push({
      code: 'plan-year-out-of-range',
      message: `A plan made in ${year} is for ${year} or ${year + 1}`,
      messageZh: '只能列入当年或次年退出计划',
      field: 'year',
    });
  }
  const paths = [...new Set(command.paths ?? [])].sort((a, b) => a - b);
  if (state.plannedExitYear === command.year && samePaths(paths, state.plannedExitPaths)) {
    refusals.push({
      code: 'already-planned',
      message: `The household is in the plan of ${command.year}`,
      messageZh: `该户已列入${command.year}年退出计划`,
      field: 'year',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(ExitPlannedSchema, { year: command.year, paths });
  const rules = paths.length > 0 ? ['REG-09', 'REG-21', 'TGT-14', 'TGT-17'] : ['REG-09', 'TGT-14'];
  return accept(recorded(command, { case: 'exitPlanned', value }, ...rules));
}

const samePaths = (paths: readonly ExitPath[], planned: readonly ExitPath[] = []): boolean =>
  paths.length === planned.length && paths.every((path) => planned.includes(path));

/** 农户认可: the household signs that it has left poverty. */
export function signAcknowledgement(command: SignAcknowledgement, state: HouseholdState): Decision<Event> {
  const value = create(AcknowledgementSignedSchema, { documentId: command.documentId });
  const refusals: Refusal[] =
    command.documentId === ''
      ? [
          {
            code: 'evidence-missing',
            message: 'The signed paper is missing',
            messageZh: '缺少签字凭证',
            field: 'documentId',
          },
        ]
      : [];
  return takeStep(
    { ...command, procedure: 'exit' },
    state,
    'acknowledgement',
    { case: 'acknowledgementSigned', value },
    {
      refusals,
    },
  );
}
