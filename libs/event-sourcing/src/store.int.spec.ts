import { storeBehaviour } from '../test/store-behaviour.js';
import { storeFixture } from '../test/store-fixture.js';

for (const connections of [1, 2]) {
  storeBehaviour(`event store, ${connections} connection(s)`, async () => {
    const fixture = await storeFixture({ connections });
    return { ...fixture, other: fixture.another() };
  });
}
