import { Injectable } from '@nestjs/common';
import { CommandHandler, CommandOutdated, keepAppendsOut } from '@fupin/event-sourcing';
import { Problem, type Caller } from '@fupin/service';
import { Pool } from 'pg';
import { HouseholdDesk } from '../household/household-desk.js';
import { untilSettled } from '../household/until-settled.js';
import { householdStream } from '../household/household.stream.js';
import { PolicyOfTheHouse } from '../policy-of-the-house.js';
import { personClaim } from './intake.js';
import { PersonVault, type PersonPlace } from './person-vault.js';
import { leftRegisterOn, retainedUntil } from './retention.js';
import { erasedPerson, unknownPerson } from './vault-problems.js';

/** What is left of a person: that they were erased, by whom, when, and how long the archive had needed them. */
export interface Erasure {
  readonly personId: string;
  readonly erasedAt: Date;
  readonly leftOn: string;
  readonly retainedUntil: string;
}

/**
 * 依规销毁: takes who a person was out of the vault once the archive no longer needs it. Events, figures and the opaque id
 * stay; row, notes about the person, purposes of looks at them and the claim on their number go, with the last person of a
 * household also its notes and where its papers lie.
 */
@Injectable()
export class PersonErasures {
  constructor(
    private readonly pool: Pool,
    private readonly vault: PersonVault,
    private readonly handler: CommandHandler,
    private readonly desk: HouseholdDesk,
    private readonly policies: PolicyOfTheHouse,
  ) {}

  /**
   * Where a person of the caller's region belongs. Throws the 410 problem for one who was erased, 404 for anybody else
   * who is not there.
   */
  async placeWithin(caller: Caller, personId: string): Promise<PersonPlace> {
    const place = await this.vault.findById(personId);
    if (place) {
      if (caller.reaches(place.villageCode)) return place;
      throw unknownPerson();
    }
    const { rows } = await this.pool.query<{ village: string }>(
      'SELECT village FROM person_erasures WHERE person_id = $1',
      [personId],
    );
    throw rows[0] && caller.reaches(rows[0].village) ? erasedPerson() : unknownPerson();
  }

  /**
   * Erases a person; throws 409 while they are in the register or the retention period runs, CommandOutdated when the
   * household keeps changing meanwhile.
   */
  erase(caller: Caller, personId: string): Promise<Erasure> {
    return untilSettled(() => this.attempt(caller, personId));
  }

  private async attempt(caller: Caller, personId: string): Promise<Erasure> {
    const place = await this.placeWithin(caller, personId);
    const { state, version } = await this.handler.read(householdStream, place.householdId);
    const leftOn = leftRegisterOn(state, personId);
    if (leftOn === undefined) {
      throw new Problem('person-in-register', {
        detail: 'Only somebody who has left the register can be erased',
        detailZh: '仅可销毁已退出建档立卡系统人员的信息',
      });
    }
    // The rules of the day on which the period began.
    const { archiveRetentionYears: years } = this.policies.registryAt(place.villageCode, leftOn);
    const until = retainedUntil(leftOn, years);
    if (this.desk.today() <= until) {
      throw new Problem('retention-period-running', {
        detail: `The archive keeps a person for ${years} years: left on ${leftOn}, to be kept to ${until}`,
        detailZh: `档案保管期限为${years}年：${leftOn}离册，保管至${until}`,
      });
    }
    const erasedAt = await this.remove(caller, place, version, leftOn, until);
    return { personId, erasedAt, leftOn, retainedUntil: until };
  }

  private async remove(
    caller: Caller,
    place: PersonPlace,
    version: number,
    leftOn: string,
    until: string,
  ): Promise<Date> {
    const { personId, householdId, villageCode } = place;
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      // From here on nobody can come back: what was decided by still holds, or it is decided anew.
      await keepAppendsOut(client);
      const { rows } = await client.query<{ number_hash: Buffer }>(
        `DELETE FROM person_vault WHERE person_id = $1 AND household_id = $2
           AND $3 = (SELECT max(version) FROM events WHERE stream_id = $2) RETURNING number_hash`,
        [personId, householdId, version],
      );
      const hash = rows[0]?.number_hash.toString('hex');
      if (hash === undefined) throw new CommandOutdated();
      // A keyed hash of the number is personal data too: the claim goes, and what made an import of the head repeatable.
      await client.query('DELETE FROM keys WHERE owner = $1 AND key = ANY($2::text[])', [
        householdId,
        [`claim:${personClaim(hash)}`, `request:import:${hash}`],
      ]);
      await client.query('DELETE FROM vault_notes WHERE person_id = $1', [personId]);
      // Notes about the household and paths of its papers may name anybody in it: they go with the last of them.
      for (const table of ['vault_notes', 'household_documents']) {
        await client.query(
          `DELETE FROM ${table} WHERE household_id = $1
             AND NOT EXISTS (SELECT FROM person_vault WHERE household_id = $1)`,
          [householdId],
        );
      }
      await client.query(
        'UPDATE person_audit SET purpose = NULL, key_id = NULL, sealed_purpose = NULL WHERE person_id = $1',
        [personId],
      );
      await client.query(
        `INSERT INTO person_audit (subject, role, action, person_id, region) VALUES ($1, $2, 'erase', $3, $4)`,
        [caller.subject, caller.role, personId, villageCode],
      );
      const erased = await client.query<{ erased_at: Date }>(
        `INSERT INTO person_erasures (person_id, subject, role, household_id, village, left_on, retained_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING erased_at`,
        [personId, caller.subject, caller.role, householdId, villageCode, leftOn, until],
      );
      await client.query('COMMIT');
      return erased.rows[0]?.erased_at ?? new Date();
    } catch (error) {
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  }
}
