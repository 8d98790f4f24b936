import type { Decider, Decision } from '@fupin/event-sourcing/decider';
import { publishAnnouncement } from './announcement.js';
import type { Event } from './basis.js';
import type { HouseholdCommand } from './commands.js';
import { fileDocument } from './documents.js';
import { closeFinding, correctEvent } from './corrections.js';
import { evolve } from './evolve.js';
import { reverseExit } from './exit-reversal.js';
import { planExit, signAcknowledgement } from './exit.js';
import {
  assessGuarantees,
  recordLivingConditions,
  recordMonitoringVisit,
  recordPovertyCauses,
  surveyIncome,
} from './facts.js';
import { registerFromHistory } from './history.js';
import {
  completeCountyReview,
  completeDataComparison,
  completeTownshipReview,
  fileApplication,
} from './identification.js';
import { endPolicy, retainPolicy } from './policies.js';
import { addMember } from './joining.js';
import { recordMemberDeparture } from './leaving.js';
import { changeHouseholdKind, changeMember } from './member-changes.js';
import { moveHousehold } from './move.js';
import { correctPerson } from './person-correction.js';
import { reportRelapse } from './relapse.js';
import { proposeRemoval } from './removal.js';
import { NO_HOUSEHOLD, type HouseholdState } from './state.js';
import {
  completeVerification,
  holdDemocraticReview,
  postPublicNotice,
  raiseObjection,
  resolveObjection,
} from './steps.js';

/** Answers a command about one household; only dispatches. */
export function decide(command: HouseholdCommand, state: HouseholdState): Decision<Event> {
  switch (command.type) {
    case 'fileApplication':
      return fileApplication(command, state);
    case 'holdDemocraticReview':
      return holdDemocraticReview(command, state);
    case 'completeVerification':
      return completeVerification(command, state);
    case 'completeDataComparison':
      return completeDataComparison(command, state);
    case 'postPublicNotice':
      return postPublicNotice(command, state);
    case 'raiseObjection':
      return raiseObjection(command, state);
    case 'resolveObjection':
      return resolveObjection(command, state);
    case 'completeTownshipReview':
      return completeTownshipReview(command, state);
    case 'completeCountyReview':
      return completeCountyReview(command, state);
    case 'publishAnnouncement':
      return publishAnnouncement(command, state);
    case 'planExit':
      return planExit(command, state);
    case 'signAcknowledgement':
      return signAcknowledgement(command, state);
    case 'recordPovertyCauses':
      return recordPovertyCauses(command, state);
    case 'surveyIncome':
      return surveyIncome(command, state);
    case 'assessGuarantees':
      return assessGuarantees(command, state);
    case 'recordLivingConditions':
      return recordLivingConditions(command, state);
    case 'recordMonitoringVisit':
      return recordMonitoringVisit(command, state);
    case 'correctPerson':
      return correctPerson(command, state);
    case 'reportRelapse':
      return reportRelapse(command, state);
    case 'proposeRemoval':
      return proposeRemoval(command, state);
    case 'reverseExit':
      return reverseExit(command, state);
    case 'retainPolicy':
      return retainPolicy(command, state);
    case 'endPolicy':
      return endPolicy(command, state);
    case 'fileDocument':
      return fileDocument(command, state);
    case 'addMember':
      return addMember(command, state);
    case 'recordMemberDeparture':
      return recordMemberDeparture(command, state);
    case 'changeMember':
      return changeMember(command, state);
    case 'changeHouseholdKind':
      return changeHouseholdKind(command, state);
    case 'moveHousehold':
      return moveHousehold(command, state);
    case 'registerFromHistory':
      return registerFromHistory(command, state);
    case 'correctEvent':
      return correctEvent(command, state);
    case 'closeFinding':
      return closeFinding(command, state);
    default:
      return command satisfies never;
  }
}

export const householdDecider: Decider<HouseholdState, HouseholdCommand, Event> = {
  initial: NO_HOUSEHOLD,
  decide,
  evolve,
};
