import { Transform } from 'class-transformer';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import { PageQuery } from '@fupin/service';
import { IsDay, IsFreeText } from '../validators.js';
import type { ImportProblem, ImportRecord, ImportState } from './job/import-record.js';
import type { Format } from './readers/open.js';

/** What is said about an uploaded file. */
export class ImportQuery {
  /** The files registers were kept in are history: this says so / 历史数据标记 @example true */
  @IsIn(['true'], { message: 'history must be true: an import brings in registrations of an older register' })
  history!: string;

  /** Where the file comes from, without personal data / 数据来源 @example 巴东县2014年建档立卡登记表 */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsFreeText(100)
  source!: string;

  /** Region in which all villages of the file lie; the caller's own when left out / 地区代码 @example "422823" */
  @IsOptional()
  @Matches(/^[1-8]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/, { message: 'region must be a region code' })
  region?: RegionCode;

  /** Date of registration of the rows that have none / 识别日期 @example "2014-06-30" */
  @IsOptional()
  @IsDay()
  registeredOn?: BusinessDate;
}

export class TemplateQuery {
  /** xlsx, csv, or md for the explanation of the columns / 格式 @example xlsx */
  @IsOptional()
  @IsIn(['xlsx', 'csv', 'md'])
  format: 'xlsx' | 'csv' | 'md' = 'xlsx';
}

export class ErrorsQuery extends PageQuery {
  /** csv gives all of them as a file / 格式 @example json */
  @IsOptional()
  @IsIn(['json', 'csv'])
  format: 'json' | 'csv' = 'json';
}

/** What became of the households of a file so far. */
export class ImportedHouseholds {
  /** Newly registered / 新登记户数 @example 2990 */
  accepted!: number;
  /** In the register already with the same content / 未变户数 @example 0 */
  unchanged!: number;
  /** Refused, see errors / 退回户数 @example 10 */
  refused!: number;
}

/** An import and how far it is / 导入任务 */
export class ImportView {
  /** @example 0198c6a2-6a5e-7cc0-a1a4-1f0f43d3a111 */
  id!: string;
  /** waiting, running, completed, failed, cancelled / 状态 @example running */
  state!: ImportState;
  /** csv, ndjson, xlsx @example xlsx */
  format!: Format;
  /** utf-8 or gb18030, as found / 编码 @example utf-8 */
  encoding!: string;
  /** @example "422823" */
  region!: string;
  /** @example "2014-06-30" */
  registeredOn?: string;
  /** @example 巴东县2014年建档立卡登记表 */
  source!: string;
  /** @example true */
  history!: boolean;
  /** Size of the file / 文件字节数 @example 1843200 */
  bytes!: number;
  /** Read so far / 已读字节数 @example 921600 */
  bytesRead!: number;
  /** Rows of persons read / 已读行数 @example 10400 */
  rowsRead!: number;
  households!: ImportedHouseholds;
  /** Persons of the accepted households / 登记人数 @example 10360 */
  persons!: number;
  /** Errors found; the first 100 000 are kept / 错误数 @example 14 */
  errors!: number;
  createdAt!: string;
  startedAt?: string;
  finishedAt?: string;
  /** Why the file could not be read to its end / 失败原因 */
  problem?: ImportProblem;
}

/** One error of a file / 一条错误 */
export class ImportErrorView {
  /** Line of the file, row of the sheet / 行号 @example 17 */
  line!: number;
  /** 户编号 of the file @example F12 */
  householdNo?: string;
  /** Key of the column / 字段 @example idNumber */
  field?: string;
  /** Title of the column / 列名 @example 证件号码 */
  column?: string;
  /** Cell of the sheet / 单元格 @example F17 */
  cell?: string;
  /** @example number-checksum */
  code!: string;
  /** @example 证件号码 (idNumber) has a wrong check digit */
  message!: string;
  /** @example “证件号码”校验码错误 */
  messageZh!: string;
}

/** A household of the file that is in the register / 已在册的户 */
export class ImportOutcomeView {
  /** Line its rows begin on / 起始行 @example 2 */
  line!: number;
  /** 户编号 of the file @example F1 */
  formNo!: string;
  /** @example 0198c6a2-6a5e-7cc0-a1a4-1f0f43d3a222 */
  householdId!: string;
  /** accepted or unchanged / 结果 @example accepted */
  outcome!: 'accepted' | 'unchanged';
}

/** An import as REST shows it; `source` is what its encrypted name of the source opens to. */
export function importView(record: ImportRecord, source: string): ImportView {
  const iso = (date: Date | null) => date?.toISOString();
  const [startedAt, finishedAt] = [iso(record.startedAt), iso(record.finishedAt)];
  return {
    id: record.id,
    state: record.state,
    format: record.format,
    encoding: record.encoding,
    region: record.region,
    ...(record.registeredOn !== null && { registeredOn: record.registeredOn }),
    source,
    history: true,
    bytes: record.bytes,
    bytesRead: record.state === 'completed' ? record.bytes : record.bytesRead,
    rowsRead: record.rowsRead,
    households: { accepted: record.accepted, unchanged: record.unchanged, refused: record.refused },
    persons: record.persons,
    errors: record.errors,
    createdAt: record.createdAt.toISOString(),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(record.problem && { problem: record.problem }),
  };
}
