import { createHash } from 'node:crypto';
import { applyDecorators, Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Caller, CurrentCaller, Roles } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../uuid-param.js';
import { purposeOf } from '../vault/person-audits.js';
import { NoticeListQuery, ReviewRecordQuery } from './papers.dto.js';
import { Papers, type Printed } from './papers.js';

/** Papers as PDF in Chinese. Every printing leaves an audit record of each person whose row was opened for it. */
@ApiTags('papers')
@Controller('v1')
@Roles('villageCadre', 'township', 'county')
export class PapersController {
  constructor(private readonly papers: Papers) {}

  @Get('villages/:code/papers/review-record')
  @ApiOperation({ summary: 'Record of a democratic review of the village, to be signed / 打印民主评议记录' })
  @Prints('validation')
  async reviewRecord(
    @Param('code') code: string,
    @Query() query: ReviewRecordQuery,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<StreamableFile> {
    return answer(reply, await this.papers.reviewRecord(printing(caller, purpose), code, query));
  }

  @Get('villages/:code/papers/notice-list')
  @ApiOperation({ summary: 'The list that was posted, for the wall / 打印公示名单' })
  @Prints('validation')
  async noticeList(
    @Param('code') code: string,
    @Query() query: NoticeListQuery,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<StreamableFile> {
    return answer(reply, await this.papers.noticeList(printing(caller, purpose), code, query));
  }

  @Get('households/:id/papers/exit-confirmation')
  @ApiOperation({ summary: 'Confirmation of a household’s exit, to be signed / 打印脱贫确认表' })
  @Prints('wrong-status', 'no-rule-set')
  async exitConfirmation(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<StreamableFile> {
    return answer(reply, await this.papers.exitConfirmation(printing(caller, purpose), id));
  }

  @Get('households/:id/papers/household-file')
  @ApiOperation({ summary: "The household's whole file, corrections shown as such / 打印一户一档" })
  @Prints()
  async householdFile(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<StreamableFile> {
    return answer(reply, await this.papers.householdFile(printing(caller, purpose), id));
  }
}

/** What every paper's operation says of itself. */
function Prints(...problems: string[]) {
  return applyDecorators(
    ApiOkResponse({
      description: 'The paper / PDF 文件',
      content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
      headers: {
        'Repr-Digest': {
          description: 'SHA-256 of the file (RFC 9530)',
          schema: { type: 'string' },
          example: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
        },
      },
    }),
    ApiHeader({
      name: 'Fupin-Purpose',
      required: false,
      description: 'Why it is printed, for the audit record, percent-encoded / 打印用途',
      example: '%E5%BD%92%E6%A1%A3',
    }),
    ApiProblems('region-not-allowed', 'scope-missing', 'not-found', 'glyph-missing', ...problems),
  );
}

const printing = (caller: Caller, purpose: string | undefined) => ({ caller, purpose: purposeOf(purpose) });

function answer(reply: FastifyReply, { fileName, pdf }: Printed): StreamableFile {
  void reply.header('repr-digest', `sha-256=:${createHash('sha256').update(pdf).digest('base64')}:`);
  // Personal data: nobody on the way keeps a copy.
  void reply.header('cache-control', 'no-store');
  return new StreamableFile(pdf, {
    type: 'application/pdf',
    disposition: `attachment; filename="paper.pdf"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  });
}
