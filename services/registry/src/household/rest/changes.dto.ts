import { IntersectionType, OmitType, PartialType } from '@nestjs/swagger';
import { CommandAnswer } from '@fupin/service';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsOptional, IsUUID, ValidateNested } from 'class-validator';
import { IsCodeOf, IsFreeText, IsVillageCode } from '../../validators.js';
import { HOUSEHOLD_KINDS, JOIN_REASONS, LEAVE_REASONS } from './names.js';
import { CodeDto, Dated, PersonDto } from './parts.dto.js';

// 动态管理: who joins and leaves a household, where it lives, and which households there are.

/** Most persons that a household's lists name. */
const MAX_PERSONS = 50;

/** What a member is to the head / 与户主关系 */
export class RelationDto {
  /** Opaque id of the member / 人员编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44 */
  @IsUUID()
  personId!: string;

  /** Relation to the head; 01 is the head / 与户主关系 @example {"code": "01"} */
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerRelation', 'gbt4761')
  relation!: CodeDto;
}

/** Somebody joins: a new person, one who was a member before, or one of another household / 自然增加 */
export class MemberJoinDto extends Dated {
  /** birth 新生儿, marriage 嫁入, return 回归, other 其他转入 @example marriage */
  @IsIn(Object.keys(JOIN_REASONS))
  reason!: keyof typeof JOIN_REASONS;

  /** A person by who they are; one who was a member here before keeps their id / 人员信息 @example {"name": "田小梅", "idNumber": "422823199512010025", "relation": {"code": "06"}} */
  @IsOptional()
  @ValidateNested()
  @Type(() => PersonDto)
  @IsObject()
  person?: PersonDto;

  /** Instead of `person`: somebody the register knows / 已在册人员编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44 */
  @IsOptional()
  @IsUUID()
  personId?: string;

  /** With `personId`: the household of the register that the person leaves at the same time / 转出户 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e43 */
  @IsOptional()
  @IsUUID()
  fromHouseholdId?: string;

  /** With `personId`: relation to the head here / 与户主关系 @example {"code": "06"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerRelation', 'gbt4761')
  relation?: CodeDto;

  /** Birth only: one or two parents among the members / 父母 @example [] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @IsUUID(undefined, { each: true })
  parentPersonIds?: string[];

  /** When the head of the household that is left goes: what the others there are to the new head / 转出户其余成员与新户主关系 @example [] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_PERSONS)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  relationsLeft?: RelationDto[];
}

/** A member leaves / 自然减少 */
export class MemberDepartureDto extends Dated {
  /** 人员编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44 */
  @IsUUID()
  personId!: string;

  /** death 死亡, marriage 嫁出, prison 判刑收监, emigration 出国定居, other 其他转出 @example death */
  @IsIn(Object.keys(LEAVE_REASONS))
  reason!: keyof typeof LEAVE_REASONS;

  /** When the head leaves and others stay: what each of them is to the new head / 其余成员与新户主关系 @example [{"personId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e45", "relation": {"code": "01"}}] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_PERSONS)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  relations?: RelationDto[];
}

/** The member that has changed / 变更的成员 */
class WhichMember extends Dated {
  /** 人员编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44 */
  @IsUUID()
  personId!: string;
}

/** What has changed about a member from this day on; what is left out stays / 成员情况变更 */
export class MemberChangeDto extends IntersectionType(
  WhichMember,
  PartialType(OmitType(PersonDto, ['name', 'idNumber', 'sex', 'phone', 'bankAccount'])),
) {}

/** 户属性变更 */
export class KindChangeDto extends Dated {
  /** ordinary 一般贫困户, dibao 低保贫困户, tekun 特困（五保）户 @example dibao */
  @IsIn(Object.keys(HOUSEHOLD_KINDS))
  householdKind!: keyof typeof HOUSEHOLD_KINDS;
}

/** The household lives in another village of the province / 省内迁移 */
export class MoveDto extends Dated {
  /** 12-digit code of the village it moves to / 迁入村 @example "422823101201" */
  @IsVillageCode()
  villageCode!: string;

  /** Address there below the village, for the vault only / 村以下住址 @example 二组7号 */
  @IsOptional()
  @IsFreeText(200)
  address?: string;
}

/** Some members form a household of their own / 分户 */
export class SplitDto extends Dated {
  /** Who goes, and what each is to the new household's head, who is one of them / 新立户成员 @example [{"personId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e45", "relation": {"code": "01"}}] */
  @IsArray()
  @ArrayMaxSize(MAX_PERSONS)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  members!: RelationDto[];

  /** When the head goes: what those who stay are to their new head / 原户其余成员与新户主关系 @example [] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_PERSONS)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  relations?: RelationDto[];

  /** Address of the new household below the village, for the vault only / 新立户住址 @example 三组13号 */
  @IsOptional()
  @IsFreeText(200)
  address?: string;
}

/** All members of another household come in, and it ends / 并户 */
export class MergeDto extends Dated {
  /** The household that ends / 被并户 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e43 */
  @IsUUID()
  fromHouseholdId!: string;

  /** All its members, with what each is to the head here / 并入人员 @example [{"personId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e45", "relation": {"code": "08"}}] */
  @IsArray()
  @ArrayMaxSize(MAX_PERSONS)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  members!: RelationDto[];
}

/** A change that may have touched another household as well; each has its own position. */
export class ChangeAnswer extends CommandAnswer {
  /** The other household that was changed or begun at the same time / 同时变更的另一户 */
  others!: CommandAnswer[];
}
