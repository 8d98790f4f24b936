import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';
import { CsvFormat } from '../http/csv.js';

export class RuralPopulationsQuery {
  @CsvFormat()
  format?: 'json' | 'csv';
}

export class RuralPopulationBody {
  @ApiProperty({ description: '农村人口', type: 'integer', minimum: 1, example: 428000 })
  @IsInt()
  @Min(1)
  @Max(2_000_000_000)
  persons!: number;

  @ApiProperty({ description: 'Where the figure comes from / 数据来源', example: '巴东县统计年鉴 2017' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  source!: string;
}

export class RuralPopulationAnswer extends RuralPopulationBody {
  @ApiProperty({ example: '422823' })
  region!: string;
  @ApiProperty({ type: 'integer', example: 2016 })
  year!: number;
}

export class RuralPopulationsAnswer {
  @ApiProperty({ example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiProperty({ type: [RuralPopulationAnswer] })
  items!: RuralPopulationAnswer[];
}
