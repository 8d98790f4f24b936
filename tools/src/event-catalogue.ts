/**
 * `npm run docs`: writes docs/event-catalogue.md from proto/, so that what data teams read is what the topics carry.
 * `-- --check` writes nothing and fails when the file is out of date.
 */
import { fromBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { TOPICS } from '@fupin/contracts';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const target = join(root, 'docs', 'event-catalogue.md');

type Comment = (...path: number[]) => string;

function commentsOf(file: FileDescriptorProto): Comment {
  const found = new Map<string, string>();
  for (const location of file.sourceCodeInfo?.location ?? []) {
    const text = (location.leadingComments || location.trailingComments).trim().replaceAll(/\s*\n\s*/g, ' ');
    if (text !== '') found.set(location.path.join('.'), text);
  }
  return (...path) => found.get(path.join('.')) ?? '';
}

function typeOf(field: FieldDescriptorProto): string {
  const plain = FieldDescriptorProto_Type[field.type].toLowerCase();
  const named = field.typeName.split('.').at(-1) ?? '';
  const name =
    named === '' ? plain : named === 'Timestamp' ? 'Timestamp' : `[${named}](#${named.toLowerCase()})`;
  return field.label === FieldDescriptorProto_Label.REPEATED ? `list of ${name}` : name;
}

function messageSection(
  message: DescriptorProto,
  index: number,
  comment: Comment,
  heading: string,
): string[] {
  const lines = [`${heading} ${message.name}`, ''];
  const text = comment(4, index);
  if (text !== '') lines.push(text, '');
  if (message.field.length === 0) return [...lines, 'No fields.', ''];
  lines.push('| no | field | type | meaning |', '|---|---|---|---|');
  message.field.forEach((field, position) => {
    lines.push(`| ${field.number} | ${field.name} | ${typeOf(field)} | ${comment(4, index, 2, position)} |`);
  });
  return [...lines, ''];
}

function enumSection(declared: EnumDescriptorProto, index: number, comment: Comment): string[] {
  const lines = [`#### ${declared.name}`, ''];
  const text = comment(5, index);
  if (text !== '') lines.push(text, '');
  lines.push('| no | value | meaning |', '|---|---|---|');
  declared.value.forEach((value, position) => {
    lines.push(`| ${value.number} | ${value.name} | ${comment(5, index, 2, position)} |`);
  });
  return [...lines, ''];
}

function topicSection(file: FileDescriptorProto): string[] {
  const comment = commentsOf(file);
  const index = file.messageType.findIndex((message) => message.oneofDecl.length > 0);
  const union = file.messageType[index];
  if (!union) throw new Error(`${file.name} declares no event union`);
  const topic = TOPICS.find(
    ({ name }) =>
      name === `${file.package.replace('.v1', '')}.${union.name.replace('Event', '').toLowerCase()}.v1`,
  );
  if (!topic) throw new Error(`no topic for ${union.name}; see libs/contracts/src/topics.ts`);
  const events = union.field.filter(
    (field) =>
      field.oneofIndex !== undefined &&
      field.type === FieldDescriptorProto_Type.MESSAGE &&
      field.number >= 10,
  );
  const lines = [
    `## ${topic.name}`,
    '',
    `${comment(4, index)} Message \`${file.package}.${union.name}\`, ${topic.partitions} partitions, file \`proto/${file.name}\`.`,
    '',
  ];
  lines.push('| no | event | Chinese term |', '|---|---|---|');
  for (const event of events) {
    const name = event.typeName.split('.').at(-1) ?? '';
    lines.push(
      `| ${event.number} | [${name}](#${name.toLowerCase()}) | ${comment(4, index, 2, union.field.indexOf(event))} |`,
    );
  }
  lines.push('', '### Events', '');
  const names = new Set(events.map((event) => event.typeName.split('.').at(-1)));
  file.messageType.forEach((message, position) => {
    if (names.has(message.name)) lines.push(...messageSection(message, position, comment, '####'));
  });
  lines.push('### Parts', '');
  file.messageType.forEach((message, position) => {
    if (!names.has(message.name) && message !== union)
      lines.push(...messageSection(message, position, comment, '####'));
  });
  file.enumType.forEach((declared, position) => lines.push(...enumSection(declared, position, comment)));
  return lines;
}

function commonSection(file: FileDescriptorProto): string[] {
  const comment = commentsOf(file);
  const lines = ['## Common parts', ''];
  file.messageType.forEach((message, position) =>
    lines.push(...messageSection(message, position, comment, '####')),
  );
  file.enumType.forEach((declared, position) => lines.push(...enumSection(declared, position, comment)));
  return lines;
}

function catalogue(): string {
  const bytes = execFileSync('buf', ['build', '--as-file-descriptor-set', '-o', '-'], {
    cwd: join(root, 'proto'),
    maxBuffer: 1 << 26,
  });
  const files = fromBinary(FileDescriptorSetSchema, bytes).file.filter((file) =>
    file.package.startsWith('fupin.'),
  );
  const lines = [
    '# Event catalogue',
    '',
    'Generated from `proto/` by `npm run docs`; the check of `npm test` fails when it is out of date.',
    '',
    'One topic per stream type, one Protobuf message per topic: an envelope and the union of its events. Kafka key: the stream',
    'id. Headers: `ce_id` (`<stream id>:<stream version>`), `ce_source`, `ce_specversion`, `ce_type` (CloudEvents, binary mode),',
    '`fupin_position` (position in the store, rising within a partition but for repeats).',
    'Delivery is at least once with first occurrences in order: drop what is not above the highest position seen in its',
    'partition. A field is never renumbered or given another type within v1. All money is in fen.',
    '',
    ...files
      .filter((file) => file.messageType.some((message) => message.oneofDecl.length > 0))
      .flatMap(topicSection),
    ...files.filter((file) => file.package === 'fupin.common.v1').flatMap(commonSection),
  ];
  return lines.join('\n').trimEnd() + '\n';
}

const text = catalogue();
if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
  console.log('docs/event-catalogue.md written');
} else if (readFileSync(target, 'utf8') !== text) {
  console.error('docs/event-catalogue.md is out of date: run npm run docs');
  process.exitCode = 1;
}
