import { HouseholdRegisteredSchema } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { accept, refuse, type Decision, type NewEvent } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { RegisterFromHistory } from './commands.js';
import { incomeSurveyed, livingConditionsRecorded, livingRefusals, surveyRefusals } from './facts.js';
import { causeRefusals, entryKindRefusals, memberRefusals } from './identification.js';
import { memberElsewhereRefusals } from './elsewhere.js';
import type { HouseholdState } from './state.js';

/**
 * Takes a household over from an older register as registered, with its source named, and the income survey and living
 * conditions of the form where it has them: one decision. Only under the history scope, because it skips the chain of
 * the identification, which ran on paper then (REG-20).
 */
export function registerFromHistory(command: RegisterFromHistory, state: HouseholdState): Decision<Event> {
  if (state.status !== 'none') return refuse(wrongStatus(state, 'new', 'REG-20'));
  const {
    householdNo,
    entryKind,
    householdKind,
    members,
    causes,
    source,
    survey,
    livingConditions,
    standard,
  } = command;
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...entryKindRefusals(entryKind),
    ...memberRefusals(members),
    ...causeRefusals(causes, command.policy.maxOtherCauses),
    ...(survey ? surveyRefusals(survey, command, members.length) : []),
    ...(livingConditions ? livingRefusals(livingConditions, command) : []),
  ];
  if (command.origin !== 'history') {
    refusals.push({
      code: 'history-scope-needed',
      message: 'Only the history scope registers a household without the procedure',
      messageZh: '未经识别程序直接建档仅限历史数据导入',
      ruleId: 'REG-20',
    });
  }
  if (refusals.length === 0) {
    refusals.push(
      ...memberElsewhereRefusals(command.elsewhere, command.occurredOn, (member) => `members[${member}]`),
    );
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(HouseholdRegisteredSchema, {
    householdNo,
    entryKind,
    householdKind,
    members: [...members],
    causes,
    ...(standard !== undefined && { standard }),
    historySource: { importId: source.importId, row: source.row },
  });
  const events: NewEvent<Event>[] = [recorded(command, { case: 'householdRegistered', value })];
  if (survey) events.push(recorded(command, incomeSurveyed(survey, members.length)));
  if (livingConditions) events.push(recorded(command, livingConditionsRecorded(livingConditions)));
  return accept(...events);
}
