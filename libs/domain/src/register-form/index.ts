// The register's form (annex: form fields and code lists of the register): its columns, header, writer and guide.
export * from './columns.js';
export * from './guide.js';
export * from './header.js';
export * from './households.js';
export * from './write.js';
