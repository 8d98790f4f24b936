import { IsIn } from 'class-validator';
import { NOTICE_LEVELS } from '../household/rest/names.js';
import { CHAINS, type ProcedureName } from '../household/decider/procedure.js';
import { IsDay } from '../validators.js';

const PROCEDURES = Object.keys(CHAINS);

/** Which review is printed */
export class ReviewRecordQuery {
  /** 识别 / 退出 / 返贫再识别 / 清退 @example exit */
  @IsIn(PROCEDURES)
  procedure!: ProcedureName;

  /** Day of the meeting / 评议日期 @example "2016-11-02" */
  @IsDay()
  heldOn!: string;
}

/** Which list is printed */
export class NoticeListQuery {
  /** 识别 / 退出 / 返贫再识别 / 清退 @example exit */
  @IsIn(PROCEDURES)
  procedure!: ProcedureName;

  /** 村级公示 / 乡镇公示 @example village */
  @IsIn(Object.keys(NOTICE_LEVELS))
  level!: keyof typeof NOTICE_LEVELS;

  /** Day of posting / 张榜日期 @example "2016-11-05" */
  @IsDay()
  postedOn!: string;
}
