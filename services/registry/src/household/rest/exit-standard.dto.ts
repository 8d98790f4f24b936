import { IsOptional } from 'class-validator';
import { IsDay } from '../../validators.js';

/** Of which day the standard is / 日期 */
export class ExitStandardQuery {
  /** Day of the test, today when left out / 日期 @example "2016-11-20" */
  @IsOptional()
  @IsDay()
  on?: string;
}
