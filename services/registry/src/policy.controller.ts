import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { shanghaiDate } from '@fupin/domain';
import { PolicyOfTheHouse } from './policy-of-the-house.js';
import { IsDay } from './validators.js';

class PolicyQuery {
  /** Region code, or CN for the nation / 地区代码 @example 422823 */
  @Matches(/^(CN|[1-8]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?)$/, {
    message: 'region must be CN or a region code',
  })
  region!: string;

  /** Day the policy is asked for; today when left out / 日期 @example 2018-06-30 */
  @IsOptional()
  @IsDay()
  on?: string;
}

@ApiTags('policy')
@Controller('v1/policy')
export class PolicyController {
  constructor(private readonly policies: PolicyOfTheHouse) {}

  @Get()
  @ApiOperation({ summary: 'The rule set of a region on a day, each value with its source / 查询政策规则' })
  policy(@Query() { region, on = shanghaiDate(new Date()) }: PolicyQuery) {
    const ruleSet = this.policies.at(region, on);
    return {
      region,
      on,
      version: ruleSet.version,
      ruleSets: ruleSet.sets,
      parameters: ruleSet.parameters(),
      open: ruleSet.open(),
    };
  }
}
