import { Injectable } from '@nestjs/common';
import { loadDivisions } from '@fupin/domain/divisions';
import { validationProblem } from '@fupin/service';

/** The villages that exist, by their code of today. */
@Injectable()
export class Villages {
  private readonly divisions = loadDivisions();

  /** The code in use today for a village's code, present or former. Throws the 400 problem when there is no such village. */
  current(code: string, field = 'villageCode'): string {
    const current =
      this.divisions.find(code)?.level === 'village' ? this.divisions.currentCode(code) : undefined;
    if (current !== undefined) return current;
    throw validationProblem([
      {
        field,
        code: 'village-unknown',
        detail: 'There is no village of this code',
        detailZh: '行政村代码不存在',
      },
    ]);
  }

  /** Names from the province down. */
  nameOf(code: string): string | undefined {
    return this.divisions.pathName(code);
  }
}
