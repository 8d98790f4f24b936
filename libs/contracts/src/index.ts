export * from './correction.js';
export * from './gen/fupin/common/v1/envelope_pb.js';
export * from './gen/fupin/registry/v1/household_pb.js';
export * from './gen/fupin/registry/v1/year_pb.js';
export * from './topics.js';
