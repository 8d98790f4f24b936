import { Type } from 'class-transformer';
import { IsIn, IsObject, Matches, ValidateNested } from 'class-validator';
import { IsDay } from '../../validators.js';
import { EXIT_REVERSAL_REASONS, REMOVAL_REASONS } from './names.js';
import { Dated, EvidenceDto } from './parts.dto.js';

/** 提出清退 */
export class RemovalProposalDto extends Dated {
  /** standardNotMet 不符合标准, vehicle 车辆, urbanHouse 商品房, company 公司, publicPayroll 财政供养, falseStatements 弄虚作假 / 清退原因 @example urbanHouse */
  @IsIn(Object.keys(REMOVAL_REASONS))
  reason!: keyof typeof REMOVAL_REASONS;

  /** Evidence / 佐证 @example {"source": "sectorData", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 错退回退 */
export class ExitReversalDto extends Dated {
  /** The exit that is cancelled, as the list of events shows it / 被回退的脱贫事件 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:17" */
  @Matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[1-9]\d{0,8}$/, {
    message: 'exitEventId must be the id of an event: the household and its version',
  })
  exitEventId!: string;

  /** income 收入未达标, guarantees 两不愁三保障未达标, procedure 程序不规范 / 回退原因 @example income */
  @IsIn(Object.keys(EXIT_REVERSAL_REASONS))
  reason!: keyof typeof EXIT_REVERSAL_REASONS;

  /** Evidence / 佐证 @example {"source": "householdVisit", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 脱贫享受政策 */
export class PolicyRetentionDto extends Dated {
  /** Last day on which the household has its measures for certain / 政策保持至 @example "2025-12-31" */
  @IsDay()
  until!: string;
}

/** 脱贫不享受政策 */
export class PolicyEndingDto extends Dated {}
