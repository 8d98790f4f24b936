// Health check of the image: exits with 0 when the service says that it can do its work.
const service = process.env.FUPIN_SERVICE?.toUpperCase().replaceAll('-', '_');
const port = process.env[`${service}_PORT`] || process.env.PORT;
try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
