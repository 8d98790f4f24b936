import { Module } from '@nestjs/common';
import { RegistryCoreModule } from '../core.module.js';
import { KeyRotation } from './key-rotation.js';
import { PersonAuditsController } from './person-audits.controller.js';
import { PersonCorrections } from './person-corrections.js';
import { PersonErasures } from './person-erasures.js';
import { PersonsController } from './persons.controller.js';
import { RotationsController } from './rotations.controller.js';

/** 隐私库: persons by id and number, who looked at them, corrections, erasure, rotation of the keys. */
@Module({
  imports: [RegistryCoreModule],
  controllers: [PersonsController, PersonAuditsController, RotationsController],
  providers: [PersonCorrections, PersonErasures, KeyRotation],
})
export class VaultModule {}
