import { readFileSync } from 'node:fs';
import { loadDivisions } from '@fupin/domain/divisions';
import { ApiProblems, Caller, CurrentCaller, Public } from '@fupin/service';
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { pathNameOf, regionFor } from '../http/region-access.js';

const page = readFileSync(new URL('./index.html', import.meta.url), 'utf8');

class RegionName {
  @ApiProperty({ example: '422823100' })
  code!: string;
  @ApiProperty({ example: '信陵镇' })
  name!: string;
}

class RegionAnswer extends RegionName {
  @ApiProperty({ example: '湖北省恩施土家族苗族自治州巴东县信陵镇' })
  pathName!: string;
  @ApiProperty({ description: "From the caller's own region down to this one", type: [RegionName] })
  path!: RegionName[];
  @ApiProperty({ type: [RegionName] })
  children!: RegionName[];
}

class CallerAnswer {
  @ApiProperty({ example: 'county' })
  role!: string;
  @ApiProperty({ type: RegionName })
  region!: RegionName;
}

/** The console is one page without assets of its own or of others; it asks the same interface as everybody. */
@ApiTags('Console 控制台')
@Controller()
export class ConsoleController {
  @Get()
  @Public()
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  index(): string {
    return page;
  }

  @Get('v1/caller')
  @ApiOperation({ summary: 'Who calls: role and region of the token / 当前用户' })
  @ApiOkResponse({ type: CallerAnswer })
  caller(@CurrentCaller() caller: Caller): CallerAnswer {
    return { role: caller.role, region: named(caller.region) };
  }

  @Get('v1/regions/:code')
  @ApiProblems('not-found')
  @ApiOperation({ summary: 'Name, path and children of a region / 行政区划' })
  @ApiOkResponse({ type: RegionAnswer })
  region(@CurrentCaller() caller: Caller, @Param('code') code: string): RegionAnswer {
    const region = regionFor(caller, code, 'code');
    const path = [12, 9, 6, 4, 2]
      .filter((digits) => digits <= region.code.length && digits >= caller.region.length)
      .map((digits) => named(region.code.slice(0, digits)))
      .reverse();
    const children = loadDivisions().childrenOf(region.code);
    return {
      code: region.code,
      name: region.name,
      pathName: pathNameOf(region.code),
      path,
      children: children.map(({ code: child, name }) => ({ code: child, name })),
    };
  }
}

const named = (code: string): RegionName => ({ code, name: loadDivisions().nameOf(code) ?? code });
