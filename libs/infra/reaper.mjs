// Removes the containers of one owner when its pipe to our stdin closes, however the owner ended.
//
//   node reaper.mjs <label> <value> <grace seconds>
//
// Does for Docker what supervisor.mjs does for processes. Testcontainers has a helper of its own for that (Ryuk), but it
// is an image more to pull and wants the engine's socket inside a container.
const [label, value, grace] = process.argv.slice(2);

async function containers(docker) {
  return docker.listContainers({ all: true, filters: { label: [`${label}=${value}`] } });
}

async function reap() {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  // Twice without any: one may have been under creation when the owner died.
  for (let empty = 0; empty < 2;) {
    const found = await containers(docker);
    empty = found.length === 0 ? empty + 1 : 0;
    for (const { Id } of found) {
      const container = docker.getContainer(Id);
      if (Number(grace) > 0) await container.stop({ t: Number(grace) }).catch(() => undefined);
      await container.remove({ force: true, v: true }).catch(() => undefined);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

let ending = false;
function end() {
  if (ending) return;
  ending = true;
  reap().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, end);
for (const name of ['end', 'close', 'error']) process.stdin.on(name, end);
process.stdin.resume();
