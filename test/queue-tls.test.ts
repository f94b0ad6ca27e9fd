import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse } from "./command.ts";
import { describeWithRedis, freePort, startRedis, type TestRedis } from "./redis.ts";
import { Workplace } from "./workplace.ts";

// rediss://, for which a Redis with a certificate of its own authority is started, and a name and a password that nobody is to see.

const SECRET = "pass:w/o%rd";
const USER = "dormouse";
const hasOpenSsl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

function describeWithTls(name: string, options: { timeout: number }, tests: () => void): void {
  if (hasOpenSsl) describeWithRedis(name, options, tests);
  else describe.skip(`${name} (could not run: there is no openssl)`, tests);
}

describeWithTls("a queue behind TLS", { timeout: 60_000 }, () => {
  let workplace: Workplace;
  let cwd = "";
  let redis: TestRedis;
  let port = 0;

  /** A certificate of the authority in ca.pem. */
  function certificate(name: string, subject: string, alternative: string): void {
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd, stdio: "ignore" });
    writeFileSync(join(cwd, `${name}.ext`), `subjectAltName=${alternative}\n`);
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${subject}`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.pem`);
  }

  const tlsOf = (name: string, at: number) => [
    ...["--tls-port", String(at), "--tls-auth-clients", "no", "--tls-ca-cert-file", join(cwd, "ca.pem")],
    ...["--tls-cert-file", join(cwd, `${name}.pem`), "--tls-key-file", join(cwd, `${name}.key`)],
  ];

  beforeAll(async () => {
    workplace = new Workplace("tls");
    cwd = workplace.cwd;
    const authority = ["-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...authority, "-subj", "/CN=authority"], { cwd, stdio: "ignore" });
    certificate("here", "here", "IP:127.0.0.1,DNS:localhost");
    port = await freePort();
    const user = ["--user", USER, "on", `>${SECRET}`, "~*", "&*", "+@all", "--user", "default", "off"];
    redis = await startRedis({ more: () => [...tlsOf("here", port), ...user] });
    const rows = Array.from({ length: 120 }, (_, i) => `${(i * 7919) % 97},${(i * 31) % 89},${i % 3 ? "a" : "b"}`);
    writeFileSync(join(cwd, "rows.csv"), `x,y,z\n${rows.join("\n")}\n`);
  });
  afterAll(async () => {
    await redis.close();
    workplace.close();
  });

  const secretAddress = (at = port, host = "127.0.0.1") => `rediss://${USER}:${encodeURIComponent(SECRET)}@${host}:${at}`;
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: join(cwd, "ca.pem") });
  const start = (...args: string[]) => workplace.startWith({ env: { ...trusting(), DROWSE_QUEUE: secretAddress() } }, ...args);
  const expectSecret = (text: string) => {
    for (const word of [SECRET, encodeURIComponent(SECRET), `${USER}:`]) expect(text).not.toContain(word);
  };

  it("spreads a sweep by an authority that Node was told of, and neither name nor password is anywhere", async () => {
    const worker = start("worker", "--threads", "1", "--no-cache");
    await worker.heard(({ event }) => event === "ready");
    const args = ["sweep", "rows.csv", "--hidden", "6", "--epochs", "4", "--folds", "2", "--trials", "3", "--out", "swept"];
    const sweep = start(...args, "--queue");
    expect(await sweep.ended, sweep.text).toBe(0);
    worker.signal("SIGTERM");
    expect(await worker.ended).toBe(0);
    const files = ["journal.jsonl", "sweep.html", "best.json"].map((name) => readFileSync(join(cwd, "swept", name), "utf8"));
    for (const text of [sweep.text, worker.text, ...files]) expectSecret(text);
    expect(sweep.text).toContain(`rediss://127.0.0.1:${port}`);
  });

  it("says what is wrong with certificates, ports and names, and what to do about it", async () => {
    certificate("elsewhere", "elsewhere", "DNS:queue.example");
    const elsewhere = await freePort();
    const other = await startRedis({ more: () => tlsOf("elsewhere", elsewhere) });
    const cases: readonly (readonly [address: string, env: NodeJS.ProcessEnv, message: RegExp])[] = [
      [
        secretAddress(),
        {},
        /cannot be used: its certificate is of an authority that is not known here \([A-Z_]+\); .*NODE_EXTRA_CA_CERTS=ca.pem/,
      ],
      [secretAddress(elsewhere), trusting(), /its certificate is one for another host \(ERR_TLS.*\); give the host as the certi/],
      [
        secretAddress().replace("rediss", "redis"),
        {},
        /cannot be used: .*; give rediss:\/\/127.0.0.1:\d+ if TLS is spoken there/,
      ],
      [
        secretAddress().replace(encodeURIComponent(SECRET), "wrong-word"),
        trusting(),
        /WRONGPASS.*; give name and password in the address, as rediss:\/\/NAME:PASSWORD@127/,
      ],
      [`rediss://127.0.0.1:${port}`, trusting(), /NOAUTH.*; give name and password in the address, as rediss:/],
    ];
    const all = await Promise.all(cases.map(([address, env]) => drowse(["worker", address], { cwd, env })));
    for (const [place, [, , message]] of cases.entries()) {
      const { stderr, code } = all[place];
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/wrong-word|\n {4}at /);
      expectSecret(stderr);
      expect(code).toBe(1);
    }
    await other.close();
  });
});
