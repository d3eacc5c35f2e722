import net, { type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { requirePorts } from "./require-ports";

const servers: net.Server[] = [];
const listening = () =>
  new Promise<{ server: net.Server; port: number }>((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      servers.push(server);
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("the ports of the portal", () => {
  it("are refused by number while another program listens there", async () => {
    const { port } = await listening();
    await expect(requirePorts([port], 0)).rejects.toMatchObject({
      code: "PortNotAvailable",
      message: expect.stringContaining(String(port)) as string,
    });
  });

  it("are waited for while an earlier run lets go of them, and are free afterwards", async () => {
    const { server, port } = await listening();
    const free = requirePorts([port]);
    await new Promise((resolve) => server.close(resolve));
    await free;
    await requirePorts([port], 0);
  });
});
