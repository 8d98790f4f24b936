import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';

export class MemberDto {
  @ApiProperty({ example: '42282319800101123X' })
  @IsString()
  @Length(18, 20)
  idNumber!: string;

  @ApiPropertyOptional({ example: 34 })
  @IsOptional()
  @IsInt()
  @IsPositive()
  age?: number;
}

export class HouseholdDto {
  /** Code of the village / 村代码 */
  @ApiProperty({ example: '422823001001' })
  @Matches(/^\d{12}$/)
  region!: string;

  @ApiProperty({ example: '向某某' })
  @IsString()
  @MaxLength(50)
  name!: string;

  @ApiProperty({ type: () => [MemberDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => MemberDto)
  members!: MemberDto[];
}
