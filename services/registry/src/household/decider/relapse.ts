import { RelapseReportedSchema } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { authorisationRefusals, dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { ReportRelapse } from './commands.js';
import { causeRefusals } from './identification.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState } from './state.js';

/**
 * 返贫报告: an exited household is poor again. It stays exited until it has gone through the full chain of the
 * identification (REG-20), and then returns (返贫即入, REG-03).
 */
export function reportRelapse(command: ReportRelapse, state: HouseholdState): Decision<Event> {
  if (state.status !== 'exited') return refuse(wrongStatus(state, 'exited', 'REG-03'));
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...causeRefusals(command.causes, command.policy.maxOtherCauses),
    ...authorisationRefusals(command.authorisation, command),
  ];
  if (state.progress?.procedure === 'removal') refusals.push(...procedureOpenRefusals(state));
  else if (state.progress) {
    refusals.push({
      code: 'relapse-already-reported',
      message: 'A return procedure is open',
      messageZh: '返贫程序已启动',
      ruleId: 'REG-20',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const { causes, authorisation } = command;
  const value = create(RelapseReportedSchema, { causes, authorisation });
  return accept(
    recorded(command, { case: 'relapseReported', value }, 'REG-03', 'REG-04', 'REG-05', 'REG-20'),
  );
}
