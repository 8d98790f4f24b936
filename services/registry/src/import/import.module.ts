import { Module } from '@nestjs/common';
import { RegistryCoreModule } from '../core.module.js';
import { Imports } from './imports.js';
import { ImportsController } from './imports.controller.js';

/** 批量导入: whole registers as CSV, NDJSON or XLSX. */
@Module({
  imports: [RegistryCoreModule],
  controllers: [ImportsController],
  providers: [Imports],
})
export class ImportModule {}
