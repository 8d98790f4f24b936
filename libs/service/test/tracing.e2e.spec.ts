import {
  propagation,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { startHarness, type Harness } from './harness.js';

/** As much of an SDK as shows that the hooks are where an SDK expects them. */
const spans: {
  name: string;
  options: SpanOptions;
  parent: string | undefined;
  ended: boolean;
  attributes: Record<string, unknown>;
}[] = [];
const tracer = {
  startSpan(name: string, options: SpanOptions = {}, parent?: Context): Span {
    const record = {
      name,
      options,
      parent: parent && trace.getSpanContext(parent)?.traceId,
      ended: false,
      attributes: {} as Record<string, unknown>,
    };
    spans.push(record);
    const span = {
      setAttribute: (key: string, value: unknown) => ((record.attributes[key] = value), span),
      setStatus: () => span,
      end: () => void (record.ended = true),
      spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
    } as unknown as Span;
    return span;
  },
  startActiveSpan(name: string, options: SpanOptions, work: (span: Span) => unknown) {
    return work(this.startSpan(name, options));
  },
};
const propagator: TextMapPropagator = {
  fields: () => ['traceparent'],
  inject: () => undefined,
  extract: (context, carrier, getter) => {
    const traceId = String(getter.get(carrier, 'traceparent')).slice(3, 35);
    return trace.setSpanContext(context, { traceId, spanId: 'c'.repeat(16), traceFlags: 1 });
  },
};

let harness: Harness;
let token: string;
beforeAll(async () => {
  trace.setGlobalTracerProvider({ getTracer: () => tracer as never });
  propagation.setGlobalPropagator(propagator);
  harness = await startHarness();
  token = await harness.issuer.token({ role: 'county', region: '422823' });
});
afterAll(() => harness.stop());
beforeEach(() => void (spans.length = 0));

const post = (name: string) =>
  harness.call('POST', '/v1/households', {
    token,
    body: { region: '422823001001', name, members: [{ idNumber: '42282319800101123X' }] },
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });

describe('traces', () => {
  it('put every request in a span of its route under the caller’s trace, and work inside in spans of its own', async () => {
    await post('x');
    expect(spans.map(({ name, parent, ended }) => ({ name, parent, ended }))).toEqual([
      { name: 'POST /v1/households', parent: '0af7651916cd43dd8448eb211c80319c', ended: true },
      { name: 'register', parent: undefined, ended: true },
    ]);
    expect(spans[0]?.options.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/households',
      'fupin.command': 'SampleController.register',
    });
  });

  it('name the problem of a request that fails, and nothing of its content', async () => {
    await post('refused');
    expect(spans[0]).toMatchObject({ ended: true, attributes: { 'fupin.problem': 'income-below-line' } });
    expect(JSON.stringify(spans)).not.toMatch(/4228230|向/);
  });
});
