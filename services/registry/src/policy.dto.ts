import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { IsDay } from './validators.js';

export class PolicyQuery {
  /** Region code, or CN for the nation / 地区代码 @example "422823" */
  @Matches(/^(CN|[1-8]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?)$/, {
    message: 'region must be CN or a region code',
  })
  region!: string;

  /** Day the policy is asked for; today when left out / 日期 @example "2018-06-30" */
  @IsOptional()
  @IsDay()
  on?: string;
}

/** The rule set of a region on a day */
export class PolicyView {
  /** @example "422823" */
  region!: string;
  /** @example "2018-06-30" */
  on!: string;
  /** @example "national-2018@2+hubei-2018@1" */
  version!: string;
  /** The rule sets it is made of, widest first */
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    example: [{ id: 'hubei-2018', version: '1', region: '42', from: '2018-01-01', to: '2020-12-31' }],
  })
  ruleSets!: readonly object[];

  /** Every value with rule ID, quote and file, or with its note where it is assumed */
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    example: [
      { name: 'exitIncomeComparison', value: 'above', ruleId: 'REG-23', quote: '收入水平已超过扶贫标准' },
    ],
  })
  parameters!: readonly object[];

  /** What the documents leave open */
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    example: [{ name: 'dibaoLine', note: 'set by each county for each year' }],
  })
  open!: readonly object[];
}
