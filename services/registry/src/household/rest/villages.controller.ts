import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Command, CommandRequest } from '@fupin/service';
import { Pool } from 'pg';
import {
  AcknowledgementBatch,
  AnnouncementBatch,
  BatchAnswer,
  DataComparisonBatch,
  DemocraticReviewBatch,
  ExitPlanBatch,
  GuaranteeAssessmentBatch,
  IncomeSurveyBatch,
  MonitoringVisitBatch,
  PublicNoticeBatch,
  RelapseReportBatch,
  ReviewBatch,
  VerificationBatch,
} from './batch.dto.js';
import { VillageBatch, waitingFor } from '../batch.js';
import { numberClaim, setAsideNumbers } from '../household-directory.js';
import { announcementTask, noticeTask } from '../permissions.js';
import * as requests from './requests.js';

/**
 * One step for many households of a village's list at once. Steps of a procedure may leave `items` out: then every household of
 * the village that waits for the step is meant.
 */
@ApiTags('village lists')
@ApiProblems('validation', 'idempotency-key-reused')
@Controller('v1/villages/:code')
export class VillagesController {
  constructor(
    private readonly batch: VillageBatch,
    private readonly pool: Pool,
  ) {}

  @Post('democratic-reviews')
  @HttpCode(200)
  @ApiOperation({ summary: 'A democratic review over a list / 民主评议（批量）' })
  democraticReviews(
    @Param('code') code: string,
    @Body() body: DemocraticReviewBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'democraticReview', code, body, {
      wanted: waitingFor(body.procedure, 'democraticReview'),
      each: true,
      build: (item, basis) => ({
        command: requests.democraticReview({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('verifications')
  @HttpCode(200)
  @ApiOperation({ summary: 'Verifications of a list / 核实（批量）' })
  verifications(
    @Param('code') code: string,
    @Body() body: VerificationBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'verification', code, body, {
      wanted: waitingFor(body.procedure, 'verification'),
      each: true,
      build: (item, basis) => ({
        command: requests.verification({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('data-comparisons')
  @HttpCode(200)
  @ApiOperation({ summary: 'Data comparisons of a list / 数据比对（批量）' })
  dataComparisons(
    @Param('code') code: string,
    @Body() body: DataComparisonBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'dataComparison', code, body, {
      wanted: waitingFor(body.procedure, 'dataComparison'),
      each: true,
      build: (item, basis) => ({
        command: requests.dataComparison({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('public-notices')
  @HttpCode(200)
  @ApiOperation({ summary: 'Post a list / 公示（批量）' })
  publicNotices(
    @Param('code') code: string,
    @Body() body: PublicNoticeBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, noticeTask(body.level), code, body, {
      wanted: waitingFor(body.procedure, noticeTask(body.level)),
      build: (_item, basis) => ({
        command: requests.publicNotice(body, basis),
      }),
    });
  }

  @Post('township-reviews')
  @HttpCode(200)
  @ApiOperation({ summary: "The township's review of a list / 乡镇审核（批量）" })
  townshipReviews(
    @Param('code') code: string,
    @Body() body: ReviewBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'townshipReview', code, body, {
      wanted: waitingFor(body.procedure, 'townshipReview'),
      each: true,
      build: (item, basis) => ({
        command: requests.townshipReview({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('county-reviews')
  @HttpCode(200)
  @ApiOperation({ summary: "The county's re-review of a list / 县级复审（批量）" })
  countyReviews(
    @Param('code') code: string,
    @Body() body: ReviewBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'countyReview', code, body, {
      wanted: waitingFor(body.procedure, 'countyReview'),
      each: true,
      build: (item, basis) => ({
        command: requests.countyReview({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('announcements')
  @HttpCode(200)
  @ApiOperation({ summary: 'Announce the results of a list / 公告（批量）' })
  announcements(
    @Param('code') code: string,
    @Body() body: AnnouncementBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    const wanted = waitingFor(body.procedure, 'announcement');
    const task = announcementTask(body.procedure);
    if (body.procedure !== 'identification') {
      return this.batch.run(request, task, code, body, {
        wanted,
        build: (_item, basis) => ({ command: requests.announcement(body, basis) }),
      });
    }
    let numbers: readonly string[] = [];
    return this.batch.run(request, task, code, body, {
      wanted,
      prepare: async (village, count) => {
        numbers = await setAsideNumbers(this.pool, village, count);
      },
      build: (_item, basis, index) => {
        const householdNo = numbers[index] ?? '';
        return {
          command: requests.announcement(body, basis, householdNo),
          extras: { take: [numberClaim(householdNo)] },
        };
      },
    });
  }

  @Post('exit-plans')
  @HttpCode(200)
  @ApiOperation({ summary: "Mark a list for exit in a year's plan / 拟退出（批量）" })
  exitPlans(
    @Param('code') code: string,
    @Body() body: ExitPlanBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'exitPlan', code, body, {
      wanted: (state) => state.status === 'stillPoor' && state.plannedExitYear !== body.year,
      build: (_item, basis) => ({
        command: requests.exitPlan(body, basis),
      }),
    });
  }

  @Post('acknowledgements')
  @HttpCode(200)
  @ApiOperation({ summary: 'Signed acknowledgements of a list / 农户认可（批量）' })
  acknowledgements(
    @Param('code') code: string,
    @Body() body: AcknowledgementBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'acknowledgement', code, body, {
      wanted: waitingFor('exit', 'acknowledgement'),
      each: true,
      build: (item, basis) => ({
        command: requests.acknowledgement(item, basis),
      }),
    });
  }

  @Post('income-surveys')
  @HttpCode(200)
  @ApiOperation({ summary: "A year's income surveys of a list / 收入调查（批量）" })
  incomeSurveys(
    @Param('code') code: string,
    @Body() body: IncomeSurveyBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'householdFact', code, body, {
      build: (item, basis) => ({
        command: requests.incomeSurvey({ ...body, ...item }, basis),
      }),
    });
  }

  @Post('guarantee-assessments')
  @HttpCode(200)
  @ApiOperation({ summary: 'Assessments of 两不愁三保障 of a list / 两不愁三保障评估（批量）' })
  guaranteeAssessments(
    @Param('code') code: string,
    @Body() body: GuaranteeAssessmentBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'guaranteeAssessment', code, body, {
      build: (item, basis) => ({
        command: requests.guaranteeAssessment(item, basis),
      }),
    });
  }

  @Post('monitoring-visits')
  @HttpCode(200)
  @ApiOperation({ summary: 'Visits to the exited households of a list / 跟踪监测（批量）' })
  monitoringVisits(
    @Param('code') code: string,
    @Body() body: MonitoringVisitBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'householdFact', code, body, {
      build: (item, basis) => ({
        command: requests.monitoringVisit(item, basis),
      }),
    });
  }

  @Post('relapse-reports')
  @HttpCode(200)
  @ApiOperation({ summary: 'Relapse reports of a list / 返贫报告（批量）' })
  relapseReports(
    @Param('code') code: string,
    @Body() body: RelapseReportBatch,
    @Command() request: CommandRequest,
  ): Promise<BatchAnswer> {
    return this.batch.run(request, 'relapseReport', code, body, {
      build: (item, basis) => ({
        command: requests.relapseReport(item, basis),
      }),
    });
  }
}
