import { create } from '@bufbuild/protobuf';
import { DocumentFiledSchema } from '@fupin/contracts';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { dateRefusals, laterThanFact, recorded, wrongStatus, type Event } from './basis.js';
import type { FileDocument } from './commands.js';
import type { HouseholdState } from './state.js';

/**
 * 材料归档: a scan or photo lies in the bureau's own storage; the household's file knows what it is and its checksum. An id is
 * used once, and the paper is not dated after the day it is filed.
 */
export function fileDocument(command: FileDocument, state: HouseholdState): Decision<Event> {
  if (state.status === 'none') return refuse(wrongStatus(state, 'known', 'REG-20'));
  const { documentId, kind, sha256, mediaType, sizeBytes, datedOn } = command;
  const refusals = [...dateRefusals(command, state, 'fact'), ...laterThanFact(datedOn, command, 'datedOn')];
  if (state.file.documents.includes(documentId)) {
    refusals.push({
      code: 'document-known',
      message: 'A document of this id was filed before',
      messageZh: '该材料编号已归档',
      field: 'documentId',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(DocumentFiledSchema, { documentId, kind, sha256, mediaType, sizeBytes, datedOn });
  return accept(recorded(command, { case: 'documentFiled', value }));
}
