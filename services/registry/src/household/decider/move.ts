import { HouseholdMovedSchema } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { closedYearRefusals, dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { MoveHousehold } from './commands.js';
import { distinct, otherProvinceRefusals } from './membership.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState } from './state.js';

/**
 * 省内迁移: the household lives in another village of the province from that day on and keeps its number. Not while a
 * procedure is open: its lists hang out in the old village (REG-20).
 */
export function moveHousehold(command: MoveHousehold, state: HouseholdState): Decision<Event> {
  if (state.status !== 'stillPoor' && state.status !== 'exited') {
    return refuse(wrongStatus(state, 'registered', 'REG-20'));
  }
  const { village: fromRegion, toRegion, occurredOn } = command;
  const refusals = [
    ...otherProvinceRefusals(fromRegion, toRegion, 'villageCode'),
    ...procedureOpenRefusals(state),
    ...dateRefusals(command, state, 'status'),
    ...closedYearRefusals(command, toRegion, occurredOn),
  ];
  if (fromRegion === toRegion) {
    refusals.push({
      code: 'same-village',
      message: 'The household lives in this village',
      messageZh: '该户已在此村',
      field: 'villageCode',
    });
  }
  if (refusals.length > 0) return refuse(...distinct(refusals));
  const value = create(HouseholdMovedSchema, { fromRegion, toRegion });
  return accept(recorded(command, { case: 'householdMoved', value }, 'REG-03', 'REG-04'));
}
