import { Module } from '@nestjs/common';
import { RegistryCoreModule } from '../core.module.js';
import { PaperFonts, readPaperFonts } from './fonts.js';
import { Papers } from './papers.js';
import { PapersController } from './papers.controller.js';

/** 打印材料: the papers a village needs, as PDF. */
@Module({
  imports: [RegistryCoreModule],
  controllers: [PapersController],
  providers: [Papers, { provide: PaperFonts, useFactory: () => readPaperFonts() }],
})
export class PapersModule {}
