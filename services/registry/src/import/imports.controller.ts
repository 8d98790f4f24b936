import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EXAMPLE_ROWS, formGuide, writeFormCsv, writeFormXlsx } from '@fupin/domain/register-form';
import {
  AcceptsStream,
  ApiPage,
  ApiProblems,
  assertWithin,
  Caller,
  Command,
  CommandRequest,
  CurrentCaller,
  decodeCursor,
  PageQuery,
  Problem,
  RequireScope,
  Roles,
  toPage,
  type Page,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../uuid-param.js';
import { FILE_PROBLEM_TYPES } from './import-problems.js';
import {
  ErrorsQuery,
  ImportErrorView,
  ImportOutcomeView,
  ImportQuery,
  ImportView,
  TemplateQuery,
} from './import.dto.js';
import { Imports } from './imports.js';
import { errorsCsv } from './job/import-rows.js';
import { FORMATS } from './readers/open.js';

/** Whole registers at once: files of the register's form, taken in as a stream and worked off as a job. */
@ApiTags('import')
@Controller('v1/imports')
@Roles('county', 'city', 'province', 'service')
export class ImportsController {
  constructor(private readonly imports: Imports) {}

  @Get('template')
  @Roles('villageCadre', 'township', 'county', 'city', 'province', 'sectorBureau', 'auditor', 'service')
  @ApiOperation({ summary: "The register's form to fill in, or its explanation / 登记表模板及填写说明" })
  @ApiOkResponse({
    description: 'A file',
    content: { [FORMATS.xlsx]: {}, [FORMATS.csv]: {}, 'text/markdown': {} },
  })
  template(@Query() { format }: TemplateQuery): StreamableFile {
    if (format === 'md')
      return new StreamableFile(Readable.from([formGuide()], { objectMode: false }), {
        type: 'text/markdown; charset=utf-8',
      });
    const content = format === 'xlsx' ? writeFormXlsx(EXAMPLE_ROWS) : writeFormCsv(EXAMPLE_ROWS);
    return new StreamableFile(Readable.from(content, { objectMode: false }), {
      type: format === 'csv' ? 'text/csv; charset=utf-8' : FORMATS.xlsx,
      disposition: `attachment; filename="register-form.${format}"; filename*=UTF-8''${encodeURIComponent(`建档立卡登记表.${format}`)}`,
    });
  }

  @Post()
  @HttpCode(202)
  @RequireScope('history:write')
  @AcceptsStream(...Object.values(FORMATS))
  @ApiOperation({ summary: 'Import a file of registered households / 批量导入' })
  @ApiProblems(
    'validation',
    'region-not-allowed',
    'scope-missing',
    'role-not-allowed',
    'idempotency-key-reused',
    ...FILE_PROBLEM_TYPES,
  )
  async start(
    @Query() query: ImportQuery,
    @Body() file: Readable,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportView> {
    const region = query.region ?? request.caller.region;
    assertWithin(request.caller, region, 'region');
    const type = reply.request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    const format = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).find((name) => FORMATS[name] === type);
    if (!format) throw new Problem('unsupported-media-type');
    const { view, known } = await this.imports.start(
      request,
      { format, region, source: query.source, registeredOn: query.registeredOn },
      file,
    );
    void reply.header('location', `/v1/imports/${view.id}`);
    if (known) void reply.header('idempotency-replayed', 'true');
    return view;
  }

  @Get()
  @ApiOperation({ summary: "Imports of the caller's region, newest first / 导入任务列表" })
  @ApiPage(ImportView)
  async list(@Query() query: PageQuery, @CurrentCaller() caller: Caller): Promise<Page<ImportView>> {
    const before = decodeCursor(query.cursor, ['string'])?.[0];
    const views = await this.imports.list(
      caller.region,
      before === undefined ? undefined : String(before),
      query.limit + 1,
    );
    return toPage(
      views,
      query.limit,
      (view) => [view.id],
      (view) => view,
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'An import and how far it is / 导入进度' })
  @ApiProblems('not-found', 'region-not-allowed')
  one(@Param('id', UuidParam) id: string, @CurrentCaller() caller: Caller): Promise<ImportView> {
    return this.imports.view(caller, id);
  }

  @Get(':id/errors')
  @ApiOperation({ summary: 'What was wrong, by line and column; as CSV with format=csv / 错误明细' })
  @ApiPage(ImportErrorView)
  @ApiProblems('not-found', 'region-not-allowed')
  async errors(
    @Param('id', UuidParam) id: string,
    @Query() query: ErrorsQuery,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ImportErrorView> | StreamableFile> {
    await this.imports.view(caller, id);
    if (query.format === 'csv') {
      void reply.type('text/csv; charset=utf-8');
      return new StreamableFile(Readable.from(errorsCsv(this.imports.pool, id), { objectMode: false }), {
        type: 'text/csv; charset=utf-8',
        disposition: `attachment; filename="import-errors-${id}.csv"`,
      });
    }
    const after = decodeCursor(query.cursor, ['number'])?.[0] ?? 0;
    const rows = await this.imports.errors(id, Number(after), query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ no }) => [no],
      ({ no: _, ...error }) => error,
    );
  }

  @Get(':id/households')
  @ApiOperation({ summary: 'The households of the file that are in the register, by line / 已登记的户' })
  @ApiPage(ImportOutcomeView)
  @ApiProblems('not-found', 'region-not-allowed')
  async households(
    @Param('id', UuidParam) id: string,
    @Query() query: PageQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<ImportOutcomeView>> {
    await this.imports.view(caller, id);
    const after = decodeCursor(query.cursor, ['number'])?.[0] ?? 0;
    const rows = await this.imports.outcomes(id, Number(after), query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ line }) => [line],
      (row) => row,
    );
  }

  @Delete(':id')
  @RequireScope('history:write')
  @ApiOperation({ summary: 'Stop an import; what is registered stays / 取消导入' })
  @ApiProblems('not-found', 'region-not-allowed', 'import-ended')
  cancel(@Param('id', UuidParam) id: string, @CurrentCaller() caller: Caller): Promise<ImportView> {
    return this.imports.cancel(caller, id);
  }
}
