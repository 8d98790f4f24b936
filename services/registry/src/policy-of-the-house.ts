import { Injectable } from '@nestjs/common';
import { yearOf } from '@fupin/domain';
import { PolicyError, registryPolicy, type Policy } from '@fupin/policy';
import { Problem } from '@fupin/service';

/** The rule sets of this installation, as an injectable. */
@Injectable()
export class PolicyOfTheHouse {
  constructor(readonly policy: Policy) {}

  /** The registry's view of the rule set of a region on a day. Throws the 409 problem `no-rule-set` before the first one. */
  registryAt(region: string, date: string) {
    return registryPolicy(this.at(region, date), yearOf(date));
  }

  at(region: string, date: string) {
    try {
      return this.policy.at(region, date);
    } catch (error) {
      if (!(error instanceof PolicyError) || error.code !== 'no-rule-set') throw error;
      throw new Problem('no-rule-set', {
        field: 'occurredOn',
        detail: error.message,
        detailZh: '该日期没有适用的政策规则',
        ruleId: 'REG-19',
      });
    }
  }
}
