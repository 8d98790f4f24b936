import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

/** The projection's own settings, beside those of every service. Read by `loadConfig`; the names are the variables'. */
export class ProjectionConfig {
  /** How long a query with a position waits for the read model, in milliseconds. */
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'POSITION_WAIT_MS must be a whole number of milliseconds' })
  @Min(0, { message: 'POSITION_WAIT_MS must not be negative' })
  @Max(30_000, { message: 'POSITION_WAIT_MS must be at most 30000' })
  POSITION_WAIT_MS: number = 2_000;

  /** Consumer group: all instances of one installation share it. */
  @IsOptional()
  @IsString()
  PROJECTION_GROUP: string = 'fupin-projection';
}
