import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { shanghaiDate } from '@fupin/domain';
import { PolicyQuery, PolicyView } from './policy.dto.js';
import { PolicyOfTheHouse } from './policy-of-the-house.js';

@ApiTags('policy')
@Controller('v1/policy')
export class PolicyController {
  constructor(private readonly policies: PolicyOfTheHouse) {}

  @Get()
  @ApiOperation({ summary: 'The rule set of a region on a day, each value with its source / 查询政策规则' })
  policy(@Query() { region, on = shanghaiDate(new Date()) }: PolicyQuery): PolicyView {
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
