import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Caller, CurrentCaller, Problem, RequireScope, Roles } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../uuid-param.js';
import { KeyRotation } from './key-rotation.js';
import { RotationView } from './rotations.dto.js';

/** The whole vault at once, so not for anybody of a part of the province. */
@ApiTags('vault')
@Controller('v1/vault/rotations')
@Roles('province', 'service')
@RequireScope('vault:rotate')
export class RotationsController {
  constructor(private readonly rotation: KeyRotation) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary:
      'Seal everything anew with the current key, in the background; one that runs to this key goes on / 密钥轮换',
  })
  @ApiAcceptedResponse({ type: RotationView })
  @ApiProblems('scope-missing', 'role-not-allowed')
  async start(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RotationView> {
    const view = await this.rotation.start(caller.subject);
    void reply.header('location', `/v1/vault/rotations/${view.id}`);
    return view;
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far a rotation has got / 查询密钥轮换进度' })
  @ApiProblems('scope-missing', 'role-not-allowed', 'not-found')
  async progress(@Param('id', UuidParam) id: string): Promise<RotationView> {
    const view = await this.rotation.find(id);
    if (!view)
      throw new Problem('not-found', { detail: 'There is no such rotation', detailZh: '没有此项轮换' });
    return view;
  }
}
