import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { DocumentFiled } from '@fupin/contracts';
import { ClaimTaken, CommandHandler } from '@fupin/event-sourcing';
import {
  ApiProblems,
  assertWithin,
  Caller,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  CurrentCaller,
  Problem,
  Roles,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { v7 as uuid } from 'uuid';
import { UuidParam } from '../../uuid-param.js';
import { PersonVault } from '../../vault/person-vault.js';
import { purposeOf } from '../../vault/person-audits.js';
import {
  DocumentDto,
  DocumentFiledView,
  DocumentsView,
  DocumentVerificationDto,
  DocumentVerificationView,
  type DocumentView,
} from './document.dto.js';
import { documentClaim, DocumentStore } from '../document-store.js';
import { HouseholdDesk } from '../household-desk.js';
import { HouseholdDirectory } from '../household-directory.js';
import { householdStream } from '../household.stream.js';
import '../standing-problems.js';
import { personsEver } from '../decider/persons-ever.js';
import { DOCUMENT_KINDS, nameOf } from './names.js';

/** Who may see where the papers lie. */
const READ_SCOPE = 'document:read';
const READERS = [
  'villageCadre',
  'township',
  'county',
  'city',
  'province',
  'sectorBureau',
  'auditor',
] as const;

/** Scans and photos of a household: what they are, their checksum, and where they lie. */
@ApiTags('household documents')
@ApiExtraModels(CommandAnswer, DocumentFiledView)
@Controller('v1/households/:id/documents')
export class DocumentsController {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly store: DocumentStore,
    private readonly vault: PersonVault,
  ) {}

  @Post()
  @ApiOperation({ summary: 'File a scan or photo by reference, with its checksum / 材料归档' })
  @ApiCreatedResponse({
    schema: {
      allOf: [{ $ref: getSchemaPath(CommandAnswer) }, { $ref: getSchemaPath(DocumentFiledView) }],
    },
  })
  @ApiProblems('document-known', 'paper-later-than-fact', 'before-file-opened', 'date-in-future')
  async file(
    @Param('id', UuidParam) id: string,
    @Body() body: DocumentDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer & DocumentFiledView> {
    const documentId = body.documentId?.toLowerCase() ?? uuid();
    const { kind, sha256, mediaType, sizeBytes, datedOn, location } = body;
    const extras = {
      take: [documentClaim(documentId)],
      attachments: [this.store.row(documentId, id, location)],
    };
    try {
      const handled = await this.desk.carryOut(
        request,
        'document',
        id,
        body.occurredOn,
        (basis) => ({
          type: 'fileDocument',
          ...basis,
          documentId,
          kind: DOCUMENT_KINDS[kind],
          sha256: Buffer.from(sha256, 'hex'),
          mediaType,
          sizeBytes: BigInt(sizeBytes),
          datedOn,
        }),
        extras,
      );
      const filed = handled.events.find(({ event }) => event.case === 'documentFiled')?.event;
      // A repeated request is answered with the id of the first time.
      return {
        ...commandAnswer(reply, handled),
        documentId: filed?.case === 'documentFiled' ? filed.value.documentId : documentId,
      };
    } catch (error) {
      throw error instanceof ClaimTaken ? documentKnown() : error;
    }
  }

  @Get()
  @Roles(...READERS)
  @ApiOperation({
    summary:
      "A household's papers; where they lie with scope document:read only, which leaves an audit record / 归档材料",
  })
  @ApiProblems('not-found')
  async list(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<DocumentsView> {
    const village = await this.directory.villageOf(id);
    assertWithin(caller, village);
    const { state, documents } = await this.papers(id);
    if (!caller.hasScope(READ_SCOPE) || documents.length === 0) return { items: documents };
    // Written before a location is opened. Of everybody who was ever a member, for a paper may be about any of them.
    const places = personsEver(state).map((personId) => ({ personId, villageCode: village }));
    await this.vault.audits.write(caller, 'documents', places, purposeOf(purpose));
    const locations = await this.store.locations(documents.map(({ documentId }) => documentId));
    return {
      items: documents.map((document) => {
        const location = locations.get(document.documentId);
        return { ...document, ...(location !== undefined && { location }) };
      }),
    };
  }

  @Post(':documentId/verifications')
  @HttpCode(200)
  @Roles(...READERS)
  @ApiOperation({ summary: 'Tell whether a file is still the one that was filed / 材料核对' })
  @ApiProblems('not-found')
  async verify(
    @Param('id', UuidParam) id: string,
    @Param('documentId', UuidParam) documentId: string,
    @Body() body: DocumentVerificationDto,
    @CurrentCaller() caller: Caller,
  ): Promise<DocumentVerificationView> {
    assertWithin(caller, await this.directory.villageOf(id));
    const { documents } = await this.papers(id);
    const document = documents.find((one) => one.documentId === documentId);
    if (!document) {
      throw new Problem('not-found', {
        detail: 'The household has no such document',
        detailZh: '该户没有此材料',
      });
    }
    return { documentId, matches: document.sha256 === body.sha256, sha256: document.sha256 };
  }

  private async papers(id: string) {
    const { state, events } = await this.handler.read(householdStream, id);
    const documents = events.flatMap(({ event, occurredOn }) =>
      event.case === 'documentFiled' ? [documentView(event.value, occurredOn)] : [],
    );
    return { state, documents };
  }
}

function documentView(filed: DocumentFiled, filedOn: string): DocumentView {
  const { documentId, kind, sha256, mediaType, sizeBytes, datedOn } = filed;
  return {
    documentId,
    kind: nameOf(DOCUMENT_KINDS, kind),
    sha256: Buffer.from(sha256).toString('hex'),
    mediaType,
    sizeBytes: Number(sizeBytes),
    datedOn,
    filedOn,
  };
}

const documentKnown = () =>
  new Problem('document-known', {
    field: 'documentId',
    detail: 'A document of this id was filed before, maybe for another household',
    detailZh: '该材料编号已归档（可能属于其他户）',
  });
