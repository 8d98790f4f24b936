import { PageQuery } from '@fupin/service';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { EXIT_PATHS } from './names.js';

/** Which households of a village are listed */
export class VillageListQuery extends PageQuery {
  /** Only those marked for exit in this year's plan / 拟退出年度 @example 2016 */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(2000)
  @Max(2999)
  plannedExitYear?: number;

  /** Only those planned by this path of 五个一批 / 脱贫路径 @example production */
  @IsOptional()
  @IsIn(Object.keys(EXIT_PATHS))
  exitPath?: keyof typeof EXIT_PATHS;
}
