// A broker that can be away: a port that passes bytes on to the real one, or does not. The client must be told the
// port's address by the broker's metadata too, so the answer's address is rewritten.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class ProxiedBroker {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  private constructor(
    private readonly target: { host: string; port: number },
    readonly port: number,
  ) {}

  static async open(broker: string): Promise<ProxiedBroker> {
    const [host = '', port = ''] = broker.split(':');
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const free = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    const proxied = new ProxiedBroker({ host, port: Number(port) }, free);
    await proxied.restore();
    return proxied;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends the connections and refuses new ones. */
  cut(): void {
    this.server?.close();
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  async restore(): Promise<void> {
    this.server = createServer((socket) => {
      const onward = connect(this.target.port, this.target.host);
      for (const end of [socket, onward]) {
        this.sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => this.sockets.delete(end));
      }
      socket.pipe(onward).pipe(socket);
    }).listen(this.port, '127.0.0.1');
    await new Promise((resolve) => this.server?.once('listening', resolve));
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
