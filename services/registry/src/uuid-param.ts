import { Injectable, type PipeTransform } from '@nestjs/common';
import { validationProblem } from '@fupin/service';
import { validate } from 'uuid';

/** A path parameter that is a UUID; a 400 problem when it is not. */
@Injectable()
export class UuidParam implements PipeTransform<string, string> {
  transform(value: string): string {
    if (validate(value)) return value.toLowerCase();
    throw validationProblem([
      { field: 'id', code: 'is-uuid', detail: 'The id in the address must be a UUID', detailZh: '须为 UUID' },
    ]);
  }
}
