// A Git server as companies run them: OpenSSH with a user "git", its own host key, at a port of its own on loopback, and
// an SSH agent that holds the one key it lets in. Both live in a Debian of their own, so nothing is installed here.

import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../../support/module";
import { freePort } from "./freePort";
import { debianAfter, installed } from "../images/images";

export interface SshServer {
  port: number;
  /** Socket of the agent, for SSH_AUTH_SOCK. */
  agent: string;
  /** The line that ssh-keyscan would print. */
  knownHosts: string;
  /** Text of the private key that the agent holds. */
  privateKey: string;
  close(): Promise<void>;
}

const setUp = `${installed("git", "openssh-server", "openssh-client")} && useradd -m -p '*' git && mkdir -p /run/sshd`;

/** Runs in the server's Debian, as the first process of a process namespace: all ends with it. */
const start = (port: number) => `set -e
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N "" -C host -f /etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t ed25519 -N "" -C robot -f /root/key
mkdir -p /home/git/.ssh
cp /root/key.pub /home/git/.ssh/authorized_keys
chown -R git /home/git /team
ssh-agent -D -a /agent.sock > /dev/null &
until SSH_AUTH_SOCK=/agent.sock ssh-add -q /root/key; do sleep 0.1; done
exec /usr/sbin/sshd -D -e -p ${port} -o ListenAddress=127.0.0.1 -o PasswordAuthentication=no -o UsePAM=no
`;

/** Serves bare repositories, each below its path in the URL, such as "team/lib.git". */
export async function startSshServer(repositories: Record<string, string>): Promise<SshServer> {
  const root = makeTree({});
  await debianAfter(setUp, root);
  fs.chmodSync(root, 0o755); // The user git reads its keys there.
  for (const [name, directory] of Object.entries(repositories)) {
    fs.cpSync(directory, path.join(root, name), { recursive: true });
  }
  const port = await freePort();
  fs.writeFileSync(path.join(root, "start.sh"), start(port));
  const inside = 'mount --rbind /dev "$0/dev" && exec chroot "$0" sh /start.sh';
  const child = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, root], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes("Server listening")) {
    if (child.exitCode !== null) throw new Error(`the SSH server ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");
  const [type, key] = read("etc/ssh/ssh_host_ed25519_key.pub").split(" ");
  return {
    port,
    agent: path.join(root, "agent.sock"),
    knownHosts: `[127.0.0.1]:${port} ${type} ${key}\n`,
    privateKey: read("root/key"),
    close: async () => {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
  };
}
