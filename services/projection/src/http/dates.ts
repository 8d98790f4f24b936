import type { BusinessDate } from '@fupin/domain';
import { isBusinessDate, shanghaiDate } from '@fupin/domain';
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';

/** Today in Shanghai, the default of `asOf`. */
export const today = (): BusinessDate => shanghaiDate(new Date());

/** The dates a query asks for; `asOf` is today when left out. */
export function asOf(query: { asOf?: string | undefined; knownAt?: string | undefined }): {
  asOf: BusinessDate;
  knownAt?: BusinessDate;
} {
  return { asOf: query.asOf ?? today(), ...(query.knownAt === undefined ? {} : { knownAt: query.knownAt }) };
}

/** An optional query parameter that is a real calendar day. */
export const OptionalDate = (description: string, example = '2018-12-31') =>
  applyDecorators(
    ApiPropertyOptional({ description, format: 'date', example }),
    IsOptional(),
    ValidateBy({
      name: 'businessDate',
      validator: {
        validate: isBusinessDate,
        defaultMessage: ({ property } = { property: 'date' } as never) =>
          `${property} must be a real day, YYYY-MM-DD`,
      },
    }),
  );
