import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsDay } from '../validators.js';

/** 年度封库 */
export class YearClosingDto {
  /** The year whose figures are to stand as published / 封库年度 @example 2016 */
  @IsInt()
  @Min(2014)
  @Max(2999)
  year!: number;

  /** Date of the closing; today when left out / 封库日期 @example "2017-01-10" */
  @IsOptional()
  @IsDay()
  occurredOn?: string;
}

/** A closed year / 已封库年度 */
export class YearClosingView {
  /** Region that was closed; it holds for everything within / 封库地区 @example "422823" */
  region!: string;
  /** @example "湖北省恩施土家族苗族自治州巴东县" */
  regionName: string | undefined;
  /** @example 2016 */
  year!: number;
  /** Date of the closing / 封库日期 @example "2017-01-10" */
  closedOn!: string;
  /** The figures known at the end of this day are the published ones / 公布数据截止日 @example "2017-01-10" */
  knownOn!: string;
}
